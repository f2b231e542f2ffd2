#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vrlt/io/json.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/processor/model_inputs.h"

namespace vrlt::benchmark {

struct Options {
  std::string work;   ///< A row of the table in main.
  std::string model;  ///< Hugging Face folder.
  /// safetensors: input_ids [1, P], position_ids [3, 1, P + R], pixel_values_videos,
  /// video_grid_thw, frames [F, H, W, 3] uint8, response_ids [G, R], rewards [G], ref_log_probs [G,
  /// R].
  std::string inputs;
  int64_t group = 8;
  int64_t new_tokens = 64;
  int64_t prompts = 1;
  /// Prompts per forward and backward pass.
  int64_t micro_batch = 4;
  int64_t vocabulary = 151936, hidden = 64, tokens = 10240;  ///< Of the work `head`.
  bool greedy = false, freeze_vision = false, forward_only = false, checkpoint = false;
  std::string save_gradients;  ///< Where to write log_probs and every gradient.
  std::string save_tokens;     ///< Where to write the tokens, [G, R].
  int threads = 1, repeats = 3, warmup = 1;
};

/// The tensors of Options::inputs.
struct Inputs {
  std::shared_ptr<processor::ModelInputs> prompt;
  at::Tensor responses, rewards, ref_log_probs, frames;
};

Inputs read_inputs(const std::filesystem::path& path);

/// Runs `work` after a warm-up and gives its wall times: {"seconds": [...], "peak_rss_gib": ...}.
io::Json timed(const Options& options, const std::function<void()>& work);

/// Every parameter gets a gradient, without the vision tower if it is frozen.
void require_gradients(model::VisionLanguageModel& model, const Options& options);

double norm_of_gradients(model::VisionLanguageModel& model,
                         const std::function<bool(const std::string&)>& wanted);

// The works: each sets up, times, and adds numbers to compare under "check".
io::Json generate(const Options& options);  ///< One or several prompts to group x new_tokens ids.
/// Forward pass, loss and gradients of given responses.
io::Json update(const Options& options);
io::Json step(const Options& options);  ///< Frames to updated weights.
io::Json head(const Options& options);  ///< Log-probs of random states over a large vocabulary.

}  // namespace vrlt::benchmark
