#include "vrlt/metrics/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/terminal.h"

namespace vrlt::metrics {
namespace {

std::string duration_text(double seconds) {
  const auto total = static_cast<int64_t>(seconds + 0.5);
  char text[32];
  if (total >= 3600)
    std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", static_cast<long long>(total / 3600),
                  static_cast<long long>(total / 60 % 60), static_cast<long long>(total % 60));
  else
    std::snprintf(text, sizeof text, "%lld:%02lld", static_cast<long long>(total / 60),
                  static_cast<long long>(total % 60));
  return text;
}

/// Items per second, or of slow ones the seconds of each.
std::string pace_text(int64_t items, double elapsed) {
  char text[48];
  const double rate = elapsed > 0 ? static_cast<double>(items) / elapsed : 0.0;
  if (rate > 0 && rate < 1)
    std::snprintf(text, sizeof text, "%.2f s each", 1 / rate);
  else
    std::snprintf(text, sizeof text, "%.2f/s", rate);
  return text;
}

/// Of the terminal at standard error.
size_t terminal_columns() {
  constexpr size_t kUsual = 80;
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsual;
}

}  // namespace

std::string progress_line(const std::string& label, double share, const std::string& whole_text,
                          size_t columns) {
  constexpr size_t kShortest = 10, kLongest = 30, kAround = 4;  // brackets and spaces
  auto text = whole_text;
  for (auto last = text.rfind("  ");
       label.size() + 1 + text.size() > columns && last != std::string::npos;
       last = text.rfind("  "))
    text.resize(last);
  const size_t taken = label.size() + text.size() + kAround;
  std::string line = label;
  if (taken + kShortest <= columns) {
    const size_t width = std::min(kLongest, columns - taken);
    const auto filled =
        static_cast<size_t>(std::clamp(share, 0.0, 1.0) * static_cast<double>(width));
    line += concat(" [", std::string(filled, '#'), std::string(width - filled, '.'), "]");
  }
  line += concat(" ", text);
  return line.substr(0, columns);
}

ProgressBar::ProgressBar(std::string label, int64_t total, int64_t done)
    : label_(std::move(label)),
      total_(total),
      first_(done),
      done_(done),
      terminal_(is_fancy_terminal()),
      start_(Clock::now()),
      last_drawn_(start_) {}

ProgressBar::~ProgressBar() {
  if (done_ > first_) draw();
  if (terminal_ && done_ > first_) std::fputc('\n', stderr);
}

void ProgressBar::update(int64_t done, const std::string& note) {
  done_ = done;
  note_ = note;
  const auto interval =
      terminal_ ? std::chrono::milliseconds(100) : std::chrono::milliseconds(10000);
  if (Clock::now() - last_drawn_ < interval) return;
  last_drawn_ = Clock::now();
  draw();
}

void ProgressBar::draw() {
  const double elapsed = std::chrono::duration<double>(Clock::now() - start_).count();
  const int64_t new_ones = done_ - first_;
  const double left =
      new_ones > 0 ? elapsed / static_cast<double>(new_ones) * static_cast<double>(total_ - done_)
                   : 0.0;
  const auto text = concat(done_, "/", total_, "  ", pace_text(new_ones, elapsed), "  ",
                           duration_text(left), " left", note_.empty() ? "" : "  ", note_);
  if (!terminal_) {
    log::info(concat(label_, " ", text));
    return;
  }
  const double share = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 0.0;
  std::fprintf(stderr, "\r\033[K%s",
               progress_line(label_, share, text, terminal_columns() - 1).c_str());
  std::fflush(stderr);
}

}  // namespace vrlt::metrics
