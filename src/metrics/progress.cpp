#include "vrlt/metrics/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace vrlt::metrics {
namespace {

constexpr int kBarWidth = 24;

std::string clock_text(double seconds) {
  const auto total = static_cast<long long>(std::min(seconds + 0.5, 3.6e6));
  char text[48];
  if (total >= 3600) {
    std::snprintf(text, sizeof(text), "%lld:%02lld:%02lld", total / 3600, total / 60 % 60, total % 60);
  } else {
    std::snprintf(text, sizeof(text), "%lld:%02lld", total / 60, total % 60);
  }
  return text;
}

/// Items per second, or seconds per item when it is slow.
std::string rate_text(double rate) {
  char text[48];
  if (rate >= 1) {
    std::snprintf(text, sizeof(text), "%.1f/s", rate);
  } else {
    std::snprintf(text, sizeof(text), "%.1f s each", 1 / rate);
  }
  return text;
}

}  // namespace

std::string progress_line(const std::string& label, int64_t done, int64_t total, double elapsed_seconds) {
  const double rate = elapsed_seconds > 0 ? static_cast<double>(done) / elapsed_seconds : 0.0;
  std::string line = label;
  if (total > 0) {
    const double share = std::clamp(static_cast<double>(done) / static_cast<double>(total), 0.0, 1.0);
    const int filled = static_cast<int>(share * kBarWidth);
    std::string bar(static_cast<size_t>(filled), '=');
    if (filled < kBarWidth) bar += '>';
    bar.resize(kBarWidth, ' ');
    char percent[16];
    std::snprintf(percent, sizeof(percent), "%3d%%", static_cast<int>(share * 100));
    line += std::string(" ") + percent + " [" + bar + "] " + std::to_string(done) + "/" + std::to_string(total);
  } else {
    line.append(" ").append(std::to_string(done));
  }
  if (rate > 0) line.append("  ").append(rate_text(rate));
  if (rate > 0 && total > done) {
    line.append("  ETA ").append(clock_text(static_cast<double>(total - done) / rate));
  } else {
    line.append("  ").append(clock_text(elapsed_seconds));
  }
  return line;
}

ProgressBar::ProgressBar(int64_t total, std::string label, int rank)
    : total_(total),
      label_(std::move(label)),
      quiet_(rank != 0),
      terminal_(isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_print_(start_) {}

ProgressBar::~ProgressBar() { finish(); }

void ProgressBar::advance(int64_t count) {
  done_ += count;
  if (quiet_) return;
  const auto now = Clock::now();
  if (now - last_print_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10))) return;
  print(now);
}

void ProgressBar::finish() {
  if (quiet_) return;
  print(Clock::now());
  if (terminal_) std::fputc('\n', stderr);
  quiet_ = true;
}

void ProgressBar::print(Clock::time_point now) {
  last_print_ = now;
  const std::string line = progress_line(label_, done_, total_, std::chrono::duration<double>(now - start_).count());
  std::fprintf(stderr, terminal_ ? "\r%s\x1b[K" : "%s\n", line.c_str());
  std::fflush(stderr);
}

}  // namespace vrlt::metrics
