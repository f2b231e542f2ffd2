#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <functional>
#include <memory>

namespace vrlt::rollout {

/// Runs the same work on a device again and again. On CUDA it is called twice, the second time to
/// be captured, and from then on launched as one graph; elsewhere it is called. The work may use
/// nothing but kernels on tensors that stay where they are as long as this object lives.
class StepGraph {
 public:
  StepGraph(c10::Device device, std::function<void()> step);
  ~StepGraph();
  StepGraph(const StepGraph&) = delete;
  StepGraph& operator=(const StepGraph&) = delete;

  /// Returns before the device is done.
  void run(int64_t times);

 private:
  struct Captured;
  c10::Device device_;
  std::function<void()> step_;
  std::unique_ptr<Captured> captured_;
};

}  // namespace vrlt::rollout
