#include "vrlt/command_line/standard_input.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "vrlt/core/error.h"

namespace vrlt::command_line {
namespace {

[[noreturn]] void refuse(const char* what) {
  throw DiskError(concat("standard input: cannot ", what, ": ", std::strerror(errno)));
}

void write_all(int file, const char* data, size_t size) {
  while (size > 0) {
    const auto written = ::write(file, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) refuse("keep what was read");
    data += written;
    size -= static_cast<size_t>(written);
  }
}

}  // namespace

std::filesystem::path standard_input_file() {
  constexpr const char* kPath = "/dev/stdin";
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) == 0 && S_ISREG(status.st_mode)) return kPath;
  const int file = ::memfd_create("standard input", 0);
  if (file < 0) refuse("make room for it");
  std::array<char, 1 << 16> buffer;
  for (;;) {
    const auto size = ::read(STDIN_FILENO, buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) refuse("read");
    if (size == 0) break;
    write_all(file, buffer.data(), static_cast<size_t>(size));
  }
  if (::dup2(file, STDIN_FILENO) < 0) refuse("keep what was read");
  ::close(file);
  return kPath;
}

}  // namespace vrlt::command_line
