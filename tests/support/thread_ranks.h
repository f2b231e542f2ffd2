#pragma once

#include <ATen/ATen.h>

#include <algorithm>
#include <barrier>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "vrlt/distributed/process_group.h"

namespace vrlt::test {

/// Ranks as threads of this process: what N processes would compute, without starting any. Each
/// may have a device of its own, on which a transfer takes no memory.
class ThreadRanks {
 public:
  explicit ThreadRanks(int world_size)
      : barrier_(world_size),
        bytes_(static_cast<size_t>(world_size)),
        tensors_(static_cast<size_t>(world_size)),
        world_size_(world_size) {}

  /// Runs `body` on every rank and rethrows the first exception.
  void run(const std::function<void(distributed::ProcessGroup&)>& body) {
    std::vector<std::exception_ptr> errors(static_cast<size_t>(world_size_));
    std::vector<std::thread> threads;
    for (int rank = 0; rank < world_size_; ++rank)
      threads.emplace_back([&, rank] {
        Rank group(*this, rank);
        try {
          body(group);
        } catch (...) {
          errors[static_cast<size_t>(rank)] = std::current_exception();
        }
        barrier_.arrive_and_drop();  // the others go on without it
      });
    for (auto& thread : threads) thread.join();
    for (const auto& error : errors)
      if (error) std::rethrow_exception(error);
  }

 private:
  class Rank final : public distributed::ProcessGroup {
   public:
    Rank(ThreadRanks& ranks, int rank)
        : ProcessGroup(rank, ranks.world_size_), ranks_(ranks), own_(static_cast<size_t>(rank)) {}
    Rank(std::shared_ptr<ThreadRanks> part, int rank) : Rank(*part, rank) {
      part_ = std::move(part);
    }

    using ProcessGroup::all_reduce_sum;
    using ProcessGroup::broadcast;
    void all_reduce_sum(at::Tensor& tensor) override {
      const at::NoGradGuard no_grad;
      const auto all = exchange(ranks_.tensors_, on_cpu(tensor));
      auto sum = at::zeros_like(all.front());
      for (const auto& of_rank : all) sum.add_(of_rank);
      tensor.copy_(sum);
    }
    std::vector<std::string> all_gather(const std::string& bytes) override {
      return exchange(ranks_.bytes_, bytes);
    }
    void broadcast(at::Tensor& tensor) override {
      const at::NoGradGuard no_grad;
      tensor.copy_(exchange(ranks_.tensors_, on_cpu(tensor)).front());
    }
    void barrier() override { ranks_.barrier_.arrive_and_wait(); }
    void fail(const std::string&) noexcept override {}
    void leave() noexcept override {}

   private:
    std::unique_ptr<distributed::Transfer> begin_all_gather(at::Tensor whole,
                                                            at::Tensor own) override {
      const at::NoGradGuard no_grad;
      whole.copy_(at::cat(exchange(ranks_.tensors_, on_cpu(own))));
      return distributed::finished_transfer();
    }
    std::unique_ptr<distributed::Transfer> begin_exchange(at::Tensor received,
                                                          at::Tensor parts) override {
      const at::NoGradGuard no_grad;
      std::vector<at::Tensor> pieces;
      for (const auto& of_rank : exchange(ranks_.tensors_, on_cpu(parts)))
        pieces.push_back(of_rank.chunk(world_size())[static_cast<int64_t>(own_)]);
      received.copy_(at::cat(pieces));
      return distributed::finished_transfer();
    }
    std::unique_ptr<distributed::ProcessGroup> make_subgroup(const std::vector<int>& members,
                                                             const std::string& name) override {
      const auto place = std::find(members.begin(), members.end(), rank()) - members.begin();
      return std::make_unique<Rank>(ranks_.part(name, static_cast<int>(members.size())),
                                    static_cast<int>(place));
    }

    /// A copy in any case.
    static at::Tensor on_cpu(const at::Tensor& tensor) {
      return tensor.to(at::kCPU, tensor.scalar_type(), /*non_blocking=*/false, /*copy=*/true);
    }

    template <typename T>
    std::vector<T> exchange(std::vector<T>& slots, T value) {
      slots[own_] = std::move(value);
      barrier();
      auto all = slots;
      barrier();
      return all;
    }
    ThreadRanks& ranks_;
    size_t own_;
    std::shared_ptr<ThreadRanks> part_;  ///< Of a group that was split off.
  };

  /// Made by the first of its ranks that asks.
  std::shared_ptr<ThreadRanks> part(const std::string& name, int world_size) {
    const std::lock_guard lock(mutex_);
    auto& found = parts_[name];
    if (!found) found = std::make_shared<ThreadRanks>(world_size);
    return found;
  }

  std::barrier<> barrier_;
  std::vector<std::string> bytes_;
  std::vector<at::Tensor> tensors_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<ThreadRanks>> parts_;  ///< By name; guarded by mutex_.
  int world_size_;
};

}  // namespace vrlt::test
