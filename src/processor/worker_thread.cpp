#include "vrlt/processor/worker_thread.h"

#include <ATen/Parallel.h>

extern "C" void omp_set_num_threads(int) __attribute__((weak));  // absent where LibTorch is built without OpenMP

namespace vrlt::processor {

void compute_alone() {
  at::get_num_threads();  // LibTorch sets the number when it first asks for it in a thread: that must come before
  if (omp_set_num_threads != nullptr) omp_set_num_threads(1);
}

}  // namespace vrlt::processor
