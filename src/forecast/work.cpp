#include "vrlt/forecast/work.h"

#include <algorithm>
#include <cstdio>
#include <numeric>

#include "vrlt/core/error.h"
#include "vrlt/model/adapter_shape.h"

namespace vrlt::forecast {
namespace {

constexpr double kMultiplyAdd = 2.0;

/// Matrices and attention of `tokens` tokens, each of which attends to `context` others.
double tower_flops(const model::ModelShape::Tower& tower, double tokens, double context) {
  const double matrices = kMultiplyAdd * static_cast<double>(tower.per_token_parameters);
  // scores and sums
  const double attention =
      2 * kMultiplyAdd * static_cast<double>(tower.layers * tower.query_width) * context;
  return tokens * (matrices + attention);
}

/// A pool of so many prompts, each like the mean one, as often as it is answered.
Work empty_work(const PoolSizes& sizes, int64_t prompts, const Generation& generation,
                const Ranks& ranks) {
  return {.prompt_tokens = sizes.mean.tokens(),
          .longest_prompt_tokens = sizes.longest.tokens(),
          .prompts = prompts,
          .responses = prompts * generation.group_size,
          .response_tokens = prompts * generation.group_size * generation.max_new_tokens,
          .ranks = ranks.all};
}

/// Operations of one forward pass over all of its clips, prompts and responses.
struct PassFlops {
  double patches, clips, prompts, responses;
};

PassFlops pass_flops(const Work& work, const model::ModelShape& shape, const PoolSizes& sizes,
                     const Generation& generation) {
  const auto merged = static_cast<double>(shape.patches_per_token),
             prompts = static_cast<double>(work.prompts);
  const double patches = merged * prompts * sizes.mean.vision_tokens;
  return {.patches = patches,
          .clips = vision_flops(shape, patches, merged * sizes.mean.tokens_per_slice),
          .prompts = prompts * prompt_flops(shape, sizes.mean.tokens()),
          .responses = static_cast<double>(work.responses) *
                       response_flops(shape, static_cast<double>(generation.max_new_tokens),
                                      sizes.mean.tokens())};
}

}  // namespace

double vision_flops(const model::ModelShape& shape, double patches, double patches_per_slice) {
  const double full = static_cast<double>(shape.full_attention_layers) /
                      static_cast<double>(std::max<int64_t>(1, shape.vision.layers));
  const double window = std::min(static_cast<double>(shape.window_patches), patches_per_slice);
  return tower_flops(shape.vision, patches, full * patches_per_slice + (1 - full) * window);
}

double prompt_flops(const model::ModelShape& shape, double tokens) {
  return tower_flops(shape.text, tokens, tokens / 2);
}

double response_flops(const model::ModelShape& shape, double tokens, double prompt_tokens) {
  const double projection =
      kMultiplyAdd * static_cast<double>(shape.text.width * shape.vocab_size) * tokens;
  return tower_flops(shape.text, tokens, prompt_tokens + tokens / 2) + projection;
}

double passes_of_update(const PassSettings& settings) {
  return settings.trains_adapter ? kForwardAndInputs : kForwardAndBackward;
}

Passes count_passes(const PassSettings& settings) {
  Passes passes{.rollout = settings.supervised ? 0.0 : kForward,
                .update = passes_of_update(settings) * static_cast<double>(settings.passes)};
  if (settings.has_reference) passes.others += kForward;
  if (settings.has_old_log_probs) passes.others += kForward;
  // A frozen tower runs once; a trained one in each pass.
  passes.vision =
      settings.trains_vision ? passes.rollout + passes.others + passes.update : kForward;
  return passes;
}

double Work::flops() const {
  return std::accumulate(parts.begin(), parts.end(), 0.0,
                         [](double sum, const Part& part) { return sum + part.flops; });
}

Work training_work(const TrainingLoad& load, const model::ModelShape& base, const PoolSizes& sizes,
                   const Ranks& ranks) {
  const auto shape = model::with_adapter(base, load.lora);
  auto work = empty_work(sizes, load.prompts_per_step, load.generation, ranks);
  const auto once = pass_flops(work, shape, sizes, load.generation);
  const auto passes = count_passes(load.passes);
  // the forward part of the update, once more
  const double again =
      load.checkpoints_blocks ? passes.update / passes_of_update(load.passes) : 0.0;
  work.parts = {{"vision tower", once.patches,
                 (passes.vision + (load.passes.trains_vision ? again : 0.0)) * once.clips}};
  const double prompt_tokens = static_cast<double>(work.prompts) * work.prompt_tokens,
               response_tokens = static_cast<double>(work.response_tokens),
               tokens = prompt_tokens + response_tokens, of_text = once.prompts + once.responses;
  if (!load.passes.supervised) {
    work.parts.push_back({"prefill", prompt_tokens, passes.rollout * once.prompts});
    work.parts.push_back({"decoding", response_tokens, passes.rollout * once.responses});
  }
  if (passes.others > 0)
    work.parts.push_back({"old and reference log-probs", tokens, passes.others * of_text});
  work.parts.push_back({"update", tokens, (passes.update + again) * of_text});
  return work;
}

Work asking_work(const AskingLoad& load, const model::ModelShape& base, const PoolSizes& sizes,
                 const Ranks& ranks) {
  const auto shape = model::with_adapter(base, load.lora);
  auto work = empty_work(sizes, load.prompts, load.generation, ranks);
  work.what = "all samples";
  const auto once = pass_flops(work, shape, sizes, load.generation);
  work.parts = {{"vision tower", once.patches, once.clips},
                {"prefill", static_cast<double>(work.prompts) * work.prompt_tokens, once.prompts},
                {"decoding", static_cast<double>(work.response_tokens), once.responses}};
  return work;
}

std::string to_text(const Work& work, const std::optional<DeviceSpeed>& speed) {
  constexpr double kTera = 1e12;
  std::string text;
  char line[256];
  const auto add = [&](const char* format, auto... values) {
    std::snprintf(line, sizeof line, format, values...);
    text += line;
  };
  add("%s: %lld prompts of about %.0f tokens (the longest %.0f), %lld responses, at most %lld "
      "response tokens\n",
      work.what, static_cast<long long>(work.prompts), work.prompt_tokens,
      work.longest_prompt_tokens, static_cast<long long>(work.responses),
      static_cast<long long>(work.response_tokens));
  add("  %-30s %12s %12s\n", "work of all ranks", "tokens", "TFLOP");
  for (const auto& part : work.parts)
    add("  %-30s %12.0f %12.4g\n", part.name, part.tokens, part.flops / kTera);
  add("  %-30s %12s %12.4g\n", "together", "", work.flops() / kTera);
  if (speed)
    add("  at %.4g TFLOP/s, %s: %s takes at least %.3g s on %lld rank(s)\n",
        speed->flops_per_second / kTera, speed->source, work.what,
        work.flops() / (speed->flops_per_second * static_cast<double>(work.ranks)),
        static_cast<long long>(work.ranks));
  else
    text += "  the device is not on this machine: device_tflops would tell the time\n";
  return text;
}

}  // namespace vrlt::forecast
