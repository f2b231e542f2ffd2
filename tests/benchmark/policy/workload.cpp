#include "workload.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <fstream>

#include "vrlt/checkpoint/safetensors.h"

namespace vrlt::benchmark {
namespace {

double peak_rss_gib() {
  std::ifstream status("/proc/self/status");
  for (std::string key; status >> key;) {
    if (key != "VmHWM:") continue;
    double kib = 0;
    status >> kib;
    return kib / (1024.0 * 1024.0);
  }
  return 0.0;
}

}  // namespace

Inputs read_inputs(const std::filesystem::path& path) {
  const checkpoint::SafetensorsFile file(path);
  Inputs inputs{.prompt = std::make_shared<processor::ModelInputs>()};
  auto& prompt = *inputs.prompt;
  prompt.input_ids = file.tensor("input_ids")[0].clone();
  const int64_t length = prompt.input_ids.size(0);
  const auto positions = file.tensor("position_ids").squeeze(1);
  prompt.position_ids = positions.narrow(1, 0, length).clone();
  prompt.next_position = positions[0][length].item<int64_t>();
  prompt.pixel_values_videos = file.tensor("pixel_values_videos").clone();
  prompt.video_grid_thw = file.tensor("video_grid_thw").clone();
  inputs.responses = file.tensor("response_ids").clone();
  inputs.rewards = file.tensor("rewards").clone();
  inputs.ref_log_probs = file.tensor("ref_log_probs").clone();
  inputs.frames = file.tensor("frames").permute({0, 3, 1, 2}).contiguous();
  return inputs;
}

io::Json timed(const Options& options, const std::function<void()>& work) {
  const double loaded = peak_rss_gib();
  for (int i = 0; i < options.warmup; ++i) work();
  auto seconds = io::Json::array();
  for (int i = 0; i < options.repeats; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    seconds.push_back(
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return {{"seconds", seconds}, {"loaded_rss_gib", loaded}, {"peak_rss_gib", peak_rss_gib()}};
}

void require_gradients(model::VisionLanguageModel& model, const Options& options) {
  for (const auto& [name, tensor] : model.parameters().entries())
    tensor.set_requires_grad(!(options.freeze_vision && model.is_vision_parameter(name)));
}

double norm_of_gradients(model::VisionLanguageModel& model,
                         const std::function<bool(const std::string&)>& wanted) {
  double sum = 0;
  for (const auto& [name, tensor] : model.parameters().entries())
    if (tensor.grad().defined() && wanted(name))
      sum += tensor.grad().to(at::kDouble).square().sum().item<double>();
  return std::sqrt(sum);
}

}  // namespace vrlt::benchmark
