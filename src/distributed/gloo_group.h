#pragma once

#include <memory>
#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/peer_monitor.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {

/// Collectives on CPU tensors by Gloo, with a store and a monitor that name the rank at fault.
class GlooGroup : public ProcessGroup {
 public:
  GlooGroup(const Launch& launch, const LossAction& on_loss);

  using ProcessGroup::all_reduce_sum;
  using ProcessGroup::broadcast;
  void all_reduce_sum(at::Tensor& tensor) override;
  std::vector<std::string> all_gather(const std::string& bytes) override;
  void broadcast(at::Tensor& tensor) override;
  void barrier() override;
  void fail(const std::string& reason) noexcept override { monitor_->fail(reason); }
  void leave() noexcept override { monitor_->leave(); }

  const c10::intrusive_ptr<c10d::Store>& store() const { return store_; }

  /// Notes in the store that this rank has come to a call: what a rank that waits in vain looks up. @param call  a literal.
  void announce(const char* call);
  /// The call is over.
  void complete() { monitor_->exit(); }

  /// Throws what a failed or overdue call means: the loss of a rank, or silence.
  [[noreturn]] void report(const char* call, const std::string& problem, bool overdue);

  /// What ended another rank, if one has ended.
  std::optional<Loss> loss() { return monitor_->wait_for_loss(PeerMonitor::Milliseconds(0)); }
  std::chrono::milliseconds timeout() const { return timeout_; }

 private:
  using Start = std::function<c10::intrusive_ptr<c10d::Work>()>;
  void run(const char* call, const Start& start);
  /// [ranks, size] uint8: equally many bytes of each.
  at::Tensor gather_rows(const char* bytes, int64_t size);
  std::string ranks_behind();

  std::chrono::milliseconds timeout_;
  // Destroyed from the last to the first: the monitor still ends the process if the backend's end hangs.
  std::unique_ptr<PeerMonitor> monitor_;
  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::Backend> backend_;
  std::optional<StopListening> listening_;
  int64_t calls_ = 0;
};

}  // namespace vrlt::distributed
