#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {

/// Says, a few seconds after it was made, for what this rank still waits, if it lives so long. A
/// wait that outlasts its own limit, because the rank that it waits for is stopped and leaves it
/// without any answer, is a loss.
class WaitNotice {
 public:
  static constexpr std::chrono::seconds kPatience{3};

  /// @param at_most  how long the wait may last.
  WaitNotice(const std::string& awaited, std::chrono::milliseconds at_most, LossAction on_loss);
  ~WaitNotice();
  WaitNotice(const WaitNotice&) = delete;
  WaitNotice& operator=(const WaitNotice&) = delete;

 private:
  void watch();
  bool ends_within(std::chrono::milliseconds patience);

  std::string awaited_;
  std::chrono::milliseconds at_most_;
  LossAction on_loss_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace vrlt::distributed
