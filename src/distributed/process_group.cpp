#include "vrlt/distributed/process_group.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cstring>

#include "distributed/gloo_group.h"
#include "distributed/nccl_group.h"
#include "vrlt/core/error.h"
#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {
namespace {

class SingleProcess : public ProcessGroup {
 public:
  SingleProcess() : ProcessGroup(0, 1) {}
  void all_reduce_sum(at::Tensor&) override {}
  std::vector<std::string> all_gather(const std::string& bytes) override { return {bytes}; }
  void broadcast(at::Tensor&) override {}
  void barrier() override {}
  void fail(const std::string&) noexcept override {}
  void leave() noexcept override {}

 private:
  std::unique_ptr<Transfer> begin_all_gather(at::Tensor whole, at::Tensor own) override {
    return copy(whole, own);
  }
  std::unique_ptr<Transfer> begin_exchange(at::Tensor received, at::Tensor parts) override {
    return copy(received, parts);
  }
  std::unique_ptr<Transfer> begin_reduce_scatter_sum(at::Tensor own, at::Tensor parts) override {
    return copy(own, parts);
  }
  std::unique_ptr<ProcessGroup> make_subgroup(const std::vector<int>&,
                                              const std::string&) override {
    return std::make_unique<SingleProcess>();
  }

  static std::unique_ptr<Transfer> copy(const at::Tensor& to, const at::Tensor& from) {
    const at::NoGradGuard no_grad;
    if (to.const_data_ptr() != from.const_data_ptr()) to.copy_(from);
    return finished_transfer();
  }
};

class FinishedTransfer : public Transfer {
 public:
  void wait() override {}
};

/// An exchange under way, whose pieces are added up when they are there.
class OrderedSum : public Transfer {
 public:
  /// @param received  [ranks, elements of own]: where the exchange puts the pieces.
  OrderedSum(at::Tensor own, at::Tensor received, std::unique_ptr<Transfer> exchange)
      : own_(std::move(own)), received_(std::move(received)), exchange_(std::move(exchange)) {}

  void wait() override {
    exchange_->wait();
    const at::NoGradGuard no_grad;
    own_.copy_(received_[0]);
    for (int64_t rank = 1; rank < received_.size(0); ++rank) own_.add_(received_[rank]);
  }

 private:
  at::Tensor own_, received_;
  std::unique_ptr<Transfer> exchange_;
};

/// @param piece  of one rank.
void check_pieces(const char* call, const at::Tensor& whole, const at::Tensor& piece,
                  int64_t num_pieces) {
  VRLT_CHECK(whole.is_contiguous() && piece.is_contiguous() &&
                 whole.scalar_type() == piece.scalar_type() && whole.device() == piece.device() &&
                 whole.numel() == num_pieces * piece.numel(),
             call, " of ", num_pieces,
             " pieces: contiguous tensors of one dtype on one device, one ", num_pieces,
             " times as long as the other; got ", whole.numel(), " and ", piece.numel(),
             " elements");
}

template <typename T>
std::vector<T> sum_over_ranks(ProcessGroup& group, const std::vector<T>& values) {
  const size_t size = values.size() * sizeof(T);
  std::vector<T> sums(values.size(), T{}), received(values.size());
  for (const auto& bytes : group.all_gather({reinterpret_cast<const char*>(values.data()), size})) {
    VRLT_CHECK(bytes.size() == size, "a rank sums ", bytes.size() / sizeof(T), " values, this one ",
               values.size());
    std::memcpy(received.data(), bytes.data(), size);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += received[i];
  }
  return sums;
}

}  // namespace

std::vector<double> ProcessGroup::all_reduce_sum(const std::vector<double>& values) {
  return sum_over_ranks(*this, values);
}

std::vector<int64_t> ProcessGroup::all_reduce_sum(const std::vector<int64_t>& values) {
  return sum_over_ranks(*this, values);
}

int64_t ProcessGroup::all_reduce_sum(int64_t value) {
  return all_reduce_sum(std::vector<int64_t>{value}).front();
}

std::string ProcessGroup::broadcast(const std::string& bytes) {
  if (world_size_ == 1) return bytes;
  auto length = at::empty({1}, at::kLong);
  length.fill_(static_cast<int64_t>(bytes.size()));
  broadcast(length);
  auto buffer = at::empty({*length.const_data_ptr<int64_t>()}, at::kByte);
  if (buffer.numel() == 0) return {};
  if (is_first()) std::memcpy(buffer.mutable_data_ptr(), bytes.data(), bytes.size());
  broadcast(buffer);
  return {static_cast<const char*>(buffer.const_data_ptr()), static_cast<size_t>(buffer.numel())};
}

std::unique_ptr<Transfer> finished_transfer() { return std::make_unique<FinishedTransfer>(); }

std::unique_ptr<Transfer> ProcessGroup::start_all_gather(const at::Tensor& whole,
                                                         const at::Tensor& own) {
  check_pieces("all_gather", whole, own, world_size_);
  return own.numel() == 0 ? finished_transfer()
                          : begin_all_gather(whole.view({-1}), own.view({-1}));
}

std::unique_ptr<Transfer> ProcessGroup::start_exchange(const at::Tensor& received,
                                                       const at::Tensor& parts) {
  check_pieces("exchange", received, parts, 1);
  VRLT_CHECK(parts.numel() % world_size_ == 0, "exchange of ", parts.numel(), " elements over ",
             world_size_, " ranks: pieces must be equally long");
  return parts.numel() == 0 ? finished_transfer()
                            : begin_exchange(received.view({-1}), parts.view({-1}));
}

std::unique_ptr<Transfer> ProcessGroup::start_reduce_scatter_sum(const at::Tensor& own,
                                                                 const at::Tensor& parts) {
  check_pieces("reduce_scatter", parts, own, world_size_);
  return own.numel() == 0 ? finished_transfer()
                          : begin_reduce_scatter_sum(own.view({-1}), parts.view({-1}));
}

std::unique_ptr<Transfer> ProcessGroup::begin_reduce_scatter_sum(at::Tensor own, at::Tensor parts) {
  const auto received = at::empty_like(parts);
  auto exchange = begin_exchange(received, std::move(parts));
  return std::make_unique<OrderedSum>(std::move(own), received.view({world_size_, -1}),
                                      std::move(exchange));
}

std::unique_ptr<ProcessGroup> ProcessGroup::split(int64_t number) {
  const auto all = all_gather(std::to_string(number));
  std::vector<int> members;
  for (int rank = 0; rank < world_size_; ++rank)
    if (all[static_cast<size_t>(rank)] == all[static_cast<size_t>(rank_)]) members.push_back(rank);
  const auto name = concat("split ", ++num_splits_, " ", number);
  if (members.size() == 1) return std::make_unique<SingleProcess>();
  return make_subgroup(members, name);
}

ProcessGroup& single_process() {
  static SingleProcess group;
  return group;
}

std::unique_ptr<ProcessGroup> meet_ranks(const Launch& launch, const std::string& device,
                                         const LossAction& on_loss) {
  const bool on_gpu = device.rfind("cuda", 0) == 0;
  if (on_gpu && launch.world_size > 1 && device != "cuda")
    throw ConfigError(concat("model.device is ", device, ", but ", launch.world_size,
                             " ranks need a GPU each: write cuda"));
  if (launch.world_size == 1) {
    if (on_gpu) use_gpu(std::max<int>(0, at::Device(device).index()));
    return std::make_unique<SingleProcess>();
  }
  if (on_gpu) return make_nccl_group(launch, on_loss);
  return std::make_unique<GlooGroup>(launch, on_loss);
}

}  // namespace vrlt::distributed
