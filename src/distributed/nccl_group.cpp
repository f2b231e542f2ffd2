#include "distributed/nccl_group.h"

#include <ATen/Context.h>
#include <c10/cuda/CUDAFunctions.h>

#include <cstdlib>
#include <exception>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "distributed/gloo_group.h"
#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using Clock = GlooGroup::Clock;

c10::intrusive_ptr<c10d::ProcessGroupNCCL> open_backend(GlooGroup& control,
                                                        const at::Device& device) {
  // NCCL's own watchdog would end the process without a message; failures are found here by
  // polling.
  ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", /*overwrite=*/1);
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = control.timeout();
  options->group_name = "vrlt";
  auto backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(
      c10::make_intrusive<c10d::PrefixStore>("nccl", control.store()), control.rank(),
      control.world_size(), options);
  backend->eagerConnectSingleDevice(device);
  return backend;
}

/// A call that the GPU works at, beside what else is queued there until it is waited for.
class NcclTransfer : public Transfer {
 public:
  NcclTransfer(GlooGroup& control, const GlooGroup::Call& call, c10::intrusive_ptr<c10d::Work> work)
      : control_(control), call_(call), work_(std::move(work)) {}

  /// On the host until the GPU is done: a kernel of NCCL whose peer is gone never ends and throws
  /// nothing.
  void wait() override {
    constexpr auto kPollInterval = std::chrono::microseconds(100);
    control_.enter(call_);
    try {
      while (!work_->isCompleted()) {
        if (const auto loss = control_.loss()) throw_loss(*loss);
        if (Clock::now() >= call_.deadline) control_.report(call_, "no answer", /*overdue=*/true);
        std::this_thread::sleep_for(kPollInterval);
      }
      work_->wait();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      control_.report(call_, error.what(), false);
    }
    control_.complete();
  }

 private:
  GlooGroup& control_;
  GlooGroup::Call call_;
  c10::intrusive_ptr<c10d::Work> work_;
};

/// NCCL for tensors on the GPU; Gloo for bytes and for CPU tensors.
class NcclGroup : public ProcessGroup {
 public:
  NcclGroup(const Launch& launch, const LossAction& on_loss)
      : ProcessGroup(launch.rank, launch.world_size),
        control_(std::make_unique<GlooGroup>(launch, on_loss)) {
    connect([&] { use_gpu(launch.local_rank); });
  }

  /// @param control  the same ranks, on the GPUs that they use already.
  explicit NcclGroup(std::unique_ptr<GlooGroup> control)
      : ProcessGroup(control->rank(), control->world_size()),
        control_(std::move(control)),
        is_part_(true) {
    connect([] {});
  }

  ~NcclGroup() override {
    if (ends_in_order())
      backend_->shutdown();
    else
      backend_->abort();
  }

  using ProcessGroup::all_reduce_sum;
  using ProcessGroup::broadcast;

  void all_reduce_sum(at::Tensor& tensor) override {
    if (!tensor.is_cuda()) return control_->all_reduce_sum(tensor);
    std::vector<at::Tensor> tensors = {tensor};
    start("all_reduce", [&] { return backend_->allreduce(tensors); })->wait();
  }

  void broadcast(at::Tensor& tensor) override {
    if (!tensor.is_cuda()) return control_->broadcast(tensor);
    std::vector<at::Tensor> tensors = {tensor};
    start("broadcast", [&] { return backend_->broadcast(tensors); })->wait();
  }

  std::vector<std::string> all_gather(const std::string& bytes) override {
    return control_->all_gather(bytes);
  }
  void barrier() override { control_->barrier(); }
  void fail(const std::string& reason) noexcept override { control_->fail(reason); }

  void leave() noexcept override {
    left_ = true;
    control_->leave();
  }

 private:
  /// A part is not told of the end of the run: it ends in order unless something has gone wrong.
  bool ends_in_order() {
    return is_part_ ? std::uncaught_exceptions() == 0 && !control_->loss() : left_;
  }

  template <typename Prepare>
  void connect(const Prepare& prepare) {
    try {
      prepare();
      backend_ = open_backend(*control_, at::Device(at::kCUDA, c10::cuda::current_device()));
    } catch (const Error& error) {
      control_->fail(error.what());
      throw;
    } catch (const c10::Error& error) {
      if (const auto loss = control_->loss()) throw_loss(*loss);
      const auto problem =
          concat("rank ", rank(), " cannot start NCCL: ", error.what_without_backtrace());
      control_->fail(problem);
      throw CommError(problem);
    }
  }

  std::unique_ptr<Transfer> begin_all_gather(at::Tensor whole, at::Tensor own) override {
    if (!own.is_cuda()) return control_->start_all_gather(whole, own);
    return start("all_gather", [&] { return backend_->_allgather_base(whole, own); });
  }

  std::unique_ptr<Transfer> begin_exchange(at::Tensor received, at::Tensor parts) override {
    if (!parts.is_cuda()) return control_->start_exchange(received, parts);
    std::vector<int64_t> equal;
    return start("exchange",
                 [&] { return backend_->alltoall_base(received, parts, equal, equal); });
  }

  std::unique_ptr<Transfer> begin_reduce_scatter_sum(at::Tensor own, at::Tensor parts) override {
    if (!own.is_cuda()) return control_->start_reduce_scatter_sum(own, parts);
    return start("reduce_scatter", [&] { return backend_->_reduce_scatter_base(own, parts); });
  }

  std::unique_ptr<ProcessGroup> make_subgroup(const std::vector<int>& members,
                                              const std::string& name) override {
    return std::make_unique<NcclGroup>(control_->subgroup(members, name));
  }

  template <typename Start>
  std::unique_ptr<Transfer> start(const char* name, const Start& start) {
    const auto call = control_->announce(name);
    try {
      return std::make_unique<NcclTransfer>(*control_, call, start());
    } catch (const std::exception& error) {
      control_->report(call, error.what(), false);
    }
  }

  std::unique_ptr<GlooGroup> control_;
  c10::intrusive_ptr<c10d::ProcessGroupNCCL> backend_;
  bool left_ = false;
  bool is_part_ = false;  ///< Of a larger group.
};

}  // namespace

void use_gpu(int index) {
  const int count = c10::cuda::device_count();
  if (count == 0)
    throw ConfigError(
        "model.device is cuda, but no GPU is visible: check the driver and CUDA_VISIBLE_DEVICES, "
        "or set model.device to cpu");
  if (count > 1 && index >= count)
    throw ConfigError(concat("there is no GPU ", index, ": ", count,
                             " are visible on this machine; start one rank per GPU"));
  c10::cuda::set_device(static_cast<c10::DeviceIndex>(count == 1 ? 0 : index));
  // It builds a plan for every new shape of a clip, some tenths of a second each; flash attention,
  // which is next, is as fast without.
  at::globalContext().setSDPUseCuDNN(false);
}

std::unique_ptr<ProcessGroup> make_nccl_group(const Launch& launch, const LossAction& on_loss) {
  return std::make_unique<NcclGroup>(launch, on_loss);
}

}  // namespace vrlt::distributed
