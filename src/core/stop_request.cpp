#include "vrlt/core/stop_request.h"

#include <csignal>

namespace vrlt {
namespace {

volatile std::sig_atomic_t requested = 0;

void request_stop(int signal) {
  requested = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void install_stop_handlers() {
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  std::signal(SIGXFSZ, SIG_IGN);
}

bool stop_requested() { return requested != 0; }

}  // namespace vrlt
