#include "vrlt/processor/worker_thread.h"

#include <ATen/Parallel.h>
#include <dlfcn.h>

namespace vrlt::processor {

void compute_alone() {
  // Looked up in what is loaded: the library is one that LibTorch brings along, and none where it
  // is built without OpenMP.
  static const auto set_num_threads =
      reinterpret_cast<void (*)(int)>(::dlsym(RTLD_DEFAULT, "omp_set_num_threads"));
  // LibTorch sets the number when it first asks for it in a thread: that must come before
  at::get_num_threads();
  if (set_num_threads != nullptr) set_num_threads(1);
}

}  // namespace vrlt::processor
