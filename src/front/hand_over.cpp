#include "front/hand_over.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "vrlt/core/become.h"
#include "vrlt/core/error.h"
#include "vrlt/core/stop_request.h"

namespace vrlt::front {

std::filesystem::path program_with_libraries() {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  return self.parent_path().parent_path() / "libexec" / "vrlt" / self.filename();
}

void hand_over() {
  const auto program = program_with_libraries().string();
  std::fflush(stdout);
  leave_signals();
  become(program);
  throw MissingInputError(
      concat(program, ": ", std::strerror(errno),
             "; the programs in bin need those in libexec/vrlt beside it: install both"));
}

}  // namespace vrlt::front
