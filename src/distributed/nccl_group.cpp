#include "distributed/nccl_group.h"

#include <c10/cuda/CUDAFunctions.h>

#include <cstdlib>
#include <thread>
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "distributed/gloo_group.h"
#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using Clock = std::chrono::steady_clock;

c10::intrusive_ptr<c10d::ProcessGroupNCCL> open_backend(GlooGroup& control, const at::Device& device) {
  // NCCL's own watchdog would end the process without a message; failures are found here by polling.
  ::setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", /*overwrite=*/1);
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = control.timeout();
  options->group_name = "vrlt";
  auto backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(c10::make_intrusive<c10d::PrefixStore>("nccl", control.store()), control.rank(),
                                                             control.world_size(), options);
  backend->eagerConnectSingleDevice(device);
  return backend;
}

/// NCCL for tensors on the GPU; Gloo for bytes and for CPU tensors.
class NcclGroup : public ProcessGroup {
 public:
  NcclGroup(const Launch& launch, const LossAction& on_loss) : ProcessGroup(launch.rank, launch.world_size), control_(launch, on_loss) {
    try {
      use_gpu(launch.local_rank);
      backend_ = open_backend(control_, at::Device(at::kCUDA, c10::cuda::current_device()));
    } catch (const Error& error) {
      control_.fail(error.what());
      throw;
    } catch (const c10::Error& error) {
      if (const auto loss = control_.loss()) throw_loss(*loss);
      const auto problem = concat("rank ", rank(), " cannot start NCCL: ", error.what_without_backtrace());
      control_.fail(problem);
      throw CommError(problem);
    }
  }

  ~NcclGroup() override {
    if (left_)
      backend_->shutdown();
    else
      backend_->abort();
  }

  using ProcessGroup::all_reduce_sum;
  using ProcessGroup::broadcast;

  void all_reduce_sum(at::Tensor& tensor) override {
    if (!tensor.is_cuda()) return control_.all_reduce_sum(tensor);
    run("all_reduce", [&] {
      std::vector<at::Tensor> tensors = {tensor};
      return backend_->allreduce(tensors);
    });
  }

  void broadcast(at::Tensor& tensor) override {
    if (!tensor.is_cuda()) return control_.broadcast(tensor);
    run("broadcast", [&] {
      std::vector<at::Tensor> tensors = {tensor};
      return backend_->broadcast(tensors);
    });
  }

  std::vector<std::string> all_gather(const std::string& bytes) override { return control_.all_gather(bytes); }
  void barrier() override { control_.barrier(); }
  void fail(const std::string& reason) noexcept override { control_.fail(reason); }

  void leave() noexcept override {
    left_ = true;
    control_.leave();
  }

 private:
  /// Waits on the host until the GPU is done: a kernel of NCCL whose peer is gone never ends and throws nothing.
  template <typename Start>
  void run(const char* call, const Start& start) {
    constexpr auto kPollInterval = std::chrono::microseconds(100);
    control_.announce(call);
    const auto deadline = Clock::now() + control_.timeout();
    try {
      const auto work = start();
      while (!work->isCompleted()) {
        if (const auto loss = control_.loss()) throw_loss(*loss);
        if (Clock::now() >= deadline) control_.report(call, "no answer", /*overdue=*/true);
        std::this_thread::sleep_for(kPollInterval);
      }
      work->wait();
      control_.complete();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      control_.report(call, error.what(), false);
    }
  }

  GlooGroup control_;
  c10::intrusive_ptr<c10d::ProcessGroupNCCL> backend_;
  bool left_ = false;
};

}  // namespace

void use_gpu(int index) {
  const int count = c10::cuda::device_count();
  if (count == 0)
    throw ConfigError("model.device is cuda, but no GPU is visible: check the driver and CUDA_VISIBLE_DEVICES, or set model.device to cpu");
  if (count > 1 && index >= count)
    throw ConfigError(concat("there is no GPU ", index, ": ", count, " are visible on this machine; start one rank per GPU"));
  c10::cuda::set_device(static_cast<c10::DeviceIndex>(count == 1 ? 0 : index));
}

std::unique_ptr<ProcessGroup> make_nccl_group(const Launch& launch, const LossAction& on_loss) {
  return std::make_unique<NcclGroup>(launch, on_loss);
}

}  // namespace vrlt::distributed
