#include "vrlt/metrics/progress.h"

#include <unistd.h>

#include <cstdio>

#include "vrlt/core/logging.h"

namespace vrlt::metrics {
namespace {

std::string duration_text(double seconds) {
  const auto total = static_cast<int64_t>(seconds + 0.5);
  char text[32];
  if (total >= 3600)
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(total / 3600), static_cast<long long>(total / 60 % 60),
                  static_cast<long long>(total % 60));
  else
    std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(total / 60), static_cast<long long>(total % 60));
  return text;
}

}  // namespace

ProgressBar::ProgressBar(std::string label, int64_t total, int64_t done)
    : label_(std::move(label)),
      total_(total),
      first_(done),
      done_(done),
      terminal_(::isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      last_drawn_(start_) {}

ProgressBar::~ProgressBar() {
  if (done_ > first_) draw();
  if (terminal_ && done_ > first_) std::fputc('\n', stderr);
}

void ProgressBar::update(int64_t done, const std::string& note) {
  done_ = done;
  note_ = note;
  const auto interval = terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  if (Clock::now() - last_drawn_ < interval) return;
  last_drawn_ = Clock::now();
  draw();
}

void ProgressBar::draw() {
  constexpr int kWidth = 30;
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const double rate = elapsed > 0 ? static_cast<double>(done_ - first_) / elapsed : 0.0;
  const double left = rate > 0 ? static_cast<double>(total_ - done_) / rate : 0.0;
  char numbers[96];
  std::snprintf(numbers, sizeof numbers, "%lld/%lld  %.2f/s  %s left", static_cast<long long>(done_), static_cast<long long>(total_), rate,
                duration_text(left).c_str());
  if (!terminal_) {
    log::info(label_ + " " + numbers + (note_.empty() ? "" : "  " + note_));
    return;
  }
  const int filled = total_ > 0 ? static_cast<int>(kWidth * done_ / total_) : 0;
  std::fprintf(stderr, "\r\033[K%s [%s%s] %s  %s", label_.c_str(), std::string(static_cast<size_t>(filled), '#').c_str(),
               std::string(static_cast<size_t>(kWidth - filled), '.').c_str(), numbers, note_.c_str());
  std::fflush(stderr);
}

}  // namespace vrlt::metrics
