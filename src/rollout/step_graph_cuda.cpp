#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>

#include "rollout/step_graph.h"

namespace vrlt::rollout {

struct StepGraph::Captured {
  at::cuda::CUDAGraph graph;
};

StepGraph::StepGraph(c10::Device device, std::function<void()> step)
    : device_(device), step_(std::move(step)) {}
StepGraph::~StepGraph() = default;

void StepGraph::run(int64_t times) {
  if (times > 0 && device_.is_cuda() && captured_ == nullptr) {
    // On a stream of its own: the default one cannot be captured. The first call, which counts,
    // makes the libraries' handles and workspaces.
    at::cuda::getCurrentCUDAStream(device_.index()).synchronize();
    const auto stream = at::cuda::getStreamFromPool(/*isHighPriority=*/false, device_.index());
    const c10::cuda::CUDAStreamGuard guard(stream);
    step_();
    stream.synchronize();
    captured_ = std::make_unique<Captured>();
    // Of this thread alone: readers of videos and NCCL's watchdog go on meanwhile.
    captured_->graph.capture_begin({0, 0}, cudaStreamCaptureModeThreadLocal);
    step_();
    captured_->graph.capture_end();
    --times;
  }
  for (int64_t i = 0; i < times; ++i) captured_ != nullptr ? captured_->graph.replay() : step_();
}

}  // namespace vrlt::rollout
