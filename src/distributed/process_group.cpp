#include "vrlt/distributed/process_group.h"

#include <ATen/ops/empty.h>

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
};

template <typename T>
std::vector<T> sum_over_ranks(ProcessGroup& group, const std::vector<T>& values) {
  const size_t size = values.size() * sizeof(T);
  std::vector<T> sums(values.size(), T{}), received(values.size());
  for (const auto& bytes : group.all_gather({reinterpret_cast<const char*>(values.data()), size})) {
    VRLT_CHECK(bytes.size() == size, "a rank sums ", bytes.size() / sizeof(T), " values, this one ", values.size());
    std::memcpy(received.data(), bytes.data(), size);
    for (size_t i = 0; i < sums.size(); ++i) sums[i] += received[i];
  }
  return sums;
}

}  // namespace

std::vector<double> ProcessGroup::all_reduce_sum(const std::vector<double>& values) { return sum_over_ranks(*this, values); }

std::vector<int64_t> ProcessGroup::all_reduce_sum(const std::vector<int64_t>& values) { return sum_over_ranks(*this, values); }

int64_t ProcessGroup::all_reduce_sum(int64_t value) { return all_reduce_sum(std::vector<int64_t>{value}).front(); }

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

ProcessGroup& single_process() {
  static SingleProcess group;
  return group;
}

std::unique_ptr<ProcessGroup> meet_ranks(const Launch& launch, const std::string& device, const LossAction& on_loss) {
  const bool on_gpu = device.rfind("cuda", 0) == 0;
  if (on_gpu && launch.world_size > 1 && device != "cuda")
    throw ConfigError(concat("model.device is ", device, ", but ", launch.world_size, " ranks need a GPU each: write cuda"));
  if (launch.world_size == 1) {
    if (on_gpu) use_gpu(std::max<int>(0, at::Device(device).index()));
    return std::make_unique<SingleProcess>();
  }
  if (on_gpu) return make_nccl_group(launch, on_loss);
  return std::make_unique<GlooGroup>(launch, on_loss);
}

}  // namespace vrlt::distributed
