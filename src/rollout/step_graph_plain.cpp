// Of a build without CUDA.
#include "rollout/step_graph.h"

namespace vrlt::rollout {

struct StepGraph::Captured {};

StepGraph::StepGraph(c10::Device device, std::function<void()> step)
    : device_(device), step_(std::move(step)) {}
StepGraph::~StepGraph() = default;

void StepGraph::run(int64_t times) {
  for (int64_t i = 0; i < times; ++i) step_();
}

}  // namespace vrlt::rollout
