#include "vrlt/core/process_start.h"

#include <csignal>

#include "core/standard_descriptors.h"
#include "core/thread_environment.h"
#include "vrlt/core/stop_request.h"

namespace vrlt {

void begin_process() {
  block_signals();
  open_standard_descriptors();
  default_thread_environment();
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  take_signals();
}

}  // namespace vrlt
