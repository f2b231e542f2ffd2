#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vrlt::metrics {

/// "label [###...] text" in so many columns: the bar shrinks, then goes, then the last parts of the
/// text go, so that no number is cut.
/// @param share  done of all, in [0, 1]. @param text  ASCII; its parts stand two spaces apart.
std::string progress_line(const std::string& label, double share, const std::string& text,
                          size_t columns);

/// Progress on standard error: a bar that is redrawn on a terminal, a line every ten seconds
/// elsewhere.
class ProgressBar {
 public:
  ProgressBar(std::string label, int64_t total, int64_t done = 0);
  ~ProgressBar();
  /// @param note  shown behind the bar: the latest reward, say.
  void update(int64_t done, const std::string& note = "");

 private:
  void draw();
  using Clock = std::chrono::steady_clock;

  std::string label_, note_;
  int64_t total_, first_, done_;
  bool terminal_;
  Clock::time_point start_, last_drawn_;
};

}  // namespace vrlt::metrics
