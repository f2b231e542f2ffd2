#pragma once

#include <chrono>
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
  using Clock = std::chrono::steady_clock;

  /// A call that this rank has come to.
  struct Call {
    const char* name;
    int64_t number;  ///< From 1, in this group.
    Clock::time_point deadline;
  };
  using Start = std::function<c10::intrusive_ptr<c10d::Work>()>;

  GlooGroup(const Launch& launch, const LossAction& on_loss);

  using ProcessGroup::all_reduce_sum;
  using ProcessGroup::broadcast;
  void all_reduce_sum(at::Tensor& tensor) override;
  std::vector<std::string> all_gather(const std::string& bytes) override;
  void broadcast(at::Tensor& tensor) override;
  void barrier() override;
  void fail(const std::string& reason) noexcept override { process_->monitor->fail(reason); }
  void leave() noexcept override { process_->monitor->leave(); }

  /// See ProcessGroup::make_subgroup.
  std::unique_ptr<GlooGroup> subgroup(const std::vector<int>& members, const std::string& name);

  const c10::intrusive_ptr<c10d::Store>& store() const { return store_; }

  /// Notes in the store that this rank has come to a call: what a rank that waits in vain looks up.
  /// @param name  a literal.
  Call announce(const char* name);
  /// This rank waits in a call from now on.
  void enter(const Call& call) { process_->monitor->enter(call.name); }
  /// The call is over.
  void complete() { process_->monitor->exit(); }

  /// Throws what a failed or overdue call means: the loss of a rank, or silence.
  [[noreturn]] void report(const Call& call, const std::string& problem, bool overdue);

  /// What ended another rank, if one has ended.
  std::optional<Loss> loss() {
    return process_->monitor->wait_for_loss(PeerMonitor::Milliseconds(0));
  }
  std::chrono::milliseconds timeout() const { return process_->timeout; }

 private:
  /// What the groups of a process share.
  struct Process {
    Launch launch;
    LossAction on_loss;
    std::chrono::milliseconds timeout;
    std::unique_ptr<PeerMonitor> monitor;
    c10::intrusive_ptr<c10d::Store> store;
    std::optional<StopListening> listening;
  };

  GlooGroup(std::shared_ptr<Process> process, std::vector<int> members, int rank,
            c10::intrusive_ptr<c10d::Store> store);
  static std::shared_ptr<Process> meet_others(const Launch& launch, const LossAction& on_loss);
  void connect();

  std::unique_ptr<Transfer> begin_all_gather(at::Tensor whole, at::Tensor own) override;
  std::unique_ptr<Transfer> begin_exchange(at::Tensor received, at::Tensor parts) override;
  std::unique_ptr<ProcessGroup> make_subgroup(const std::vector<int>& members,
                                              const std::string& name) override {
    return subgroup(members, name);
  }

  std::unique_ptr<Transfer> start(const char* call, const Start& start);
  void run(const char* call, const Start& start) { this->start(call, start)->wait(); }
  /// [ranks, size] uint8: equally many bytes of each.
  at::Tensor gather_rows(const char* bytes, int64_t size);
  std::string ranks_behind(const Call& call);
  /// The rank of the whole run, by which users know it.
  int known_as(int rank) const { return members_[static_cast<size_t>(rank)]; }

  // Destroyed from the last to the first: the monitor still ends the process if the backend's end
  // hangs.
  std::shared_ptr<Process> process_;
  std::vector<int> members_;
  c10::intrusive_ptr<c10d::Store> store_;
  c10::intrusive_ptr<c10d::Backend> backend_;
  int64_t calls_ = 0;
};

}  // namespace vrlt::distributed
