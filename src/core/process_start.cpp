#include "vrlt/core/process_start.h"

#include <csignal>

#include "vrlt/core/standard_descriptors.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/core/thread_environment.h"

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
