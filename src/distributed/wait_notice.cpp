#include "distributed/wait_notice.h"

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::distributed {

/// How much later than the wait itself this notices that it is overdue.
constexpr std::chrono::milliseconds kSlack{1000};

WaitNotice::WaitNotice(const std::string& awaited, std::chrono::milliseconds at_most,
                       LossAction on_loss)
    : awaited_(awaited),
      at_most_(at_most),
      on_loss_(std::move(on_loss)),
      thread_([this] { watch(); }) {}

WaitNotice::~WaitNotice() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

bool WaitNotice::ends_within(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return over_; });
}

void WaitNotice::watch() {
  const auto seconds = static_cast<double>(at_most_.count()) / 1000.0;
  const auto first = std::min<std::chrono::milliseconds>(kPatience, at_most_);
  if (ends_within(first)) return;
  // ranks above 0 do not show less
  log::warning(concat("waiting for ", awaited_, ", for at most ", seconds, " s"));
  if (!ends_within(at_most_ - first + kSlack))
    on_loss_({concat("waited ", seconds, " s for ", awaited_), ExitCode::kPeerHangs});
}

}  // namespace vrlt::distributed
