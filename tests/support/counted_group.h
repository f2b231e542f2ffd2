#pragma once

#include <string>
#include <vector>

#include "vrlt/distributed/process_group.h"

namespace vrlt::test {

/// A group that counts the bytes of tensors that this rank has to send to others in transfers.
class CountedGroup final : public distributed::ProcessGroup {
 public:
  explicit CountedGroup(distributed::ProcessGroup& group)
      : ProcessGroup(group.rank(), group.world_size()), group_(group) {}

  int64_t gathered() const { return gathered_; }
  int64_t exchanged() const { return exchanged_; }

  using ProcessGroup::all_reduce_sum;
  using ProcessGroup::broadcast;
  void all_reduce_sum(at::Tensor& tensor) override { group_.all_reduce_sum(tensor); }
  std::vector<std::string> all_gather(const std::string& bytes) override {
    return group_.all_gather(bytes);
  }
  void broadcast(at::Tensor& tensor) override { group_.broadcast(tensor); }
  void barrier() override { group_.barrier(); }
  void fail(const std::string& reason) noexcept override { group_.fail(reason); }
  void leave() noexcept override { group_.leave(); }

 private:
  std::unique_ptr<distributed::Transfer> begin_all_gather(at::Tensor whole,
                                                          at::Tensor own) override {
    gathered_ += static_cast<int64_t>(own.nbytes()) * (world_size() - 1);
    return group_.start_all_gather(whole, own);
  }
  std::unique_ptr<distributed::Transfer> begin_exchange(at::Tensor received,
                                                        at::Tensor parts) override {
    exchanged_ += static_cast<int64_t>(parts.nbytes()) / world_size() * (world_size() - 1);
    return group_.start_exchange(received, parts);
  }
  std::unique_ptr<ProcessGroup> make_subgroup(const std::vector<int>&,
                                              const std::string&) override {
    throw std::logic_error("not counted");
  }

  distributed::ProcessGroup& group_;
  int64_t gathered_ = 0, exchanged_ = 0;
};

}  // namespace vrlt::test
