#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace vrlt::metrics {

/// `label  42% [=====>    ] 21/50  3.5/s  ETA 0:08`; without `total` (0) no bar and no ETA.
std::string progress_line(const std::string& label, int64_t done, int64_t total, double elapsed_seconds);

/// Progress on standard error: on a terminal one line redrawn at most ten times a second,
/// otherwise a plain line at most every ten seconds and at the end.
class ProgressBar {
 public:
  /// @param total  0 if unknown.  @param rank  ranks above 0 print nothing.
  ProgressBar(int64_t total, std::string label, int rank = 0);
  ~ProgressBar();  ///< finish()
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Not for several threads at once. @param count  items done since the last call.
  void advance(int64_t count = 1);
  /// Prints the last state; later calls do nothing.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void print(Clock::time_point now);

  int64_t total_;
  int64_t done_ = 0;
  std::string label_;
  bool quiet_;
  bool terminal_;
  Clock::time_point start_;
  Clock::time_point last_print_;
};

}  // namespace vrlt::metrics
