#include "vrlt/core/terminal.h"

#include <unistd.h>

#include <cstdlib>
#include <string_view>

namespace vrlt {

bool is_fancy_terminal() {
  const char* terminal = std::getenv("TERM");
  const char* no_color = std::getenv("NO_COLOR");
  if (terminal == nullptr || std::string_view(terminal) == "dumb") return false;
  return (no_color == nullptr || *no_color == '\0') && ::isatty(STDERR_FILENO) == 1;
}

}  // namespace vrlt
