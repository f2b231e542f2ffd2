#include "front/hand_over.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "vrlt/core/become.h"
#include "vrlt/core/error.h"
#include "vrlt/core/stop_request.h"

namespace vrlt::front {

void hand_over() {
  const auto self = std::filesystem::read_symlink("/proc/self/exe");
  const auto program =
      (self.parent_path().parent_path() / "libexec" / "vrlt" / self.filename()).string();
  std::fflush(stdout);
  leave_signals();
  become(program);
  throw MissingInputError(
      concat(program, ": ", std::strerror(errno),
             "; the programs in bin need those in libexec/vrlt beside it: install both"));
}

}  // namespace vrlt::front
