#include "io/mapped_ranges.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>

#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

constexpr size_t kLongestLine = 4096;

/// Never freed, as the handler may walk over it at any time; a free one is used again.
struct Range {
  std::atomic<uintptr_t> begin = 0, end = 0;  ///< Both 0 while it is free.
  std::array<char, kLongestLine> line{};      ///< What the handler says.
  std::atomic<size_t> line_size = 0;
  Range* next = nullptr;
};

std::atomic<Range*> ranges = nullptr;
std::mutex writing;

/// Does nothing that may not be done in a handler. It never returns to code whose bytes are gone,
/// so that it does not matter where its frame lies.
void on_bus_error(int signal, siginfo_t* information, void*) {
  const auto address = reinterpret_cast<uintptr_t>(information->si_addr);
  for (const Range* range = ranges; range != nullptr; range = range->next)
    if (address >= range->begin && address < range->end) {
      [[maybe_unused]] const auto written =
          ::write(STDERR_FILENO, range->line.data(), range->line_size);
      ::_exit(static_cast<int>(ExitCode::kBadData));
    }
  ::signal(signal, SIG_DFL);  // the instruction runs again and ends the program
}

void install_handler() {
  static std::once_flag once;
  std::call_once(once, [] {
    struct sigaction action {};
    action.sa_sigaction = on_bus_error;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigaction(SIGBUS, &action, nullptr);
  });
}

Range* free_range() {
  for (Range* range = ranges; range != nullptr; range = range->next)
    if (range->end == 0) return range;
  auto* fresh = new Range;
  fresh->next = ranges;
  ranges = fresh;
  return fresh;
}

}  // namespace

void watch_range(const void* begin, size_t size, const std::filesystem::path& path) {
  install_handler();
  const auto line = concat(
      path.string(), ": changed while it was being read: it became shorter, or its disk failed\n");
  const std::lock_guard lock(writing);
  auto* range = free_range();
  range->line_size = std::min(line.size(), kLongestLine);
  std::copy_n(line.begin(), range->line_size.load(), range->line.begin());
  range->begin = reinterpret_cast<uintptr_t>(begin);
  range->end = range->begin + size;
}

void forget_range(const void* begin) {
  const std::lock_guard lock(writing);
  for (Range* range = ranges; range != nullptr; range = range->next)
    if (range->begin == reinterpret_cast<uintptr_t>(begin) && range->end != 0) {
      range->end = 0;
      return;
    }
}

}  // namespace vrlt::io
