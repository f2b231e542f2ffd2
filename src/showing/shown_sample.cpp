#include "showing/shown_sample.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/data/dataset.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/processor/prompt_plan.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/rewards/reward_match.h"
#include "vrlt/trainer/sft_target.h"
#include "vrlt/video/image.h"

namespace vrlt::showing {
namespace {

std::vector<TokenRun> runs_of(std::span<const int64_t> ids, const tokenizer::Tokenizer& tokenizer) {
  std::vector<TokenRun> runs;
  for (const int64_t id : ids) {
    if (!runs.empty() && runs.back().id == id) {
      ++runs.back().count;
      continue;
    }
    runs.push_back({.id = id, .text = tokenizer.decode({&id, 1}, /*skip_special_tokens=*/false)});
  }
  return runs;
}

int64_t vision_tokens(const processor::ModelInputs& inputs, int64_t merge_area) {
  return inputs.num_patches() / merge_area;
}

void show_prompt(const check::ModelFolder& folder, const check::RunPlan& plan, ShownSample& shown) {
  const auto& processor = *folder.processor;
  const auto& sample = shown.sample;
  processor::PromptLoader loader(processor, plan.media, plan.data.root, plan.data.prompt,
                                 /*cache_bytes=*/0);
  const auto inputs = loader.load(sample);
  const auto& options = loader.media_options();
  shown.num_tokens = inputs->input_ids.numel();
  shown.num_vision_tokens = vision_tokens(*inputs, processor.geometry().merge_area());
  shown.tokens = runs_of(
      {inputs->input_ids.const_data_ptr<int64_t>(), static_cast<size_t>(inputs->input_ids.numel())},
      processor.tokenizer());
  for (const auto& image : sample.images)
    shown.images.push_back(
        video::load_image(data::resolve_media(plan.data.root, image), options.image));
  if (sample.video.empty()) return;
  shown.clip = video::read_clip(processor::clip_request(sample, plan.data.root, options.video));
  shown.warnings = shown.clip->warnings;
  for (const auto& note : shown.clip->notes) shown.warnings.push_back(note.text);
  if (sample.duration && video::durations_differ(shown.clip->file_seconds, *sample.duration))
    shown.warnings.push_back(concat("the video lasts ", shown.clip->file_seconds,
                                    " s, its record says ", *sample.duration, " s"));
}

void show_target(const check::ModelFolder& folder, const check::RunPlan& plan, ShownSample& shown) {
  const auto target = plan.purpose.target.value_or(data::ReferenceTarget::kAnswer);
  shown.target_name = target == data::ReferenceTarget::kAnswer ? "answer" : "think_answer";
  try {
    shown.target =
        runs_of(trainer::sft_target(*folder.processor, *shown.prompt, shown.sample, target),
                folder.processor->tokenizer());
  } catch (const DataError& error) {
    shown.target_problem = error.what();
  }
}

/// What earns the most if anything does: the target, with a thinking where the prompt asks for one
/// and the target has none.
std::string ideal_answer(const ShownSample& shown) {
  std::string answer;
  try {
    answer = data::reference_response(*shown.prompt, shown.sample);
  } catch (const DataError&) {  // there is no label
    return {};
  }
  if (data::opens_thinking(*shown.prompt)) return "...</think>" + answer;
  const bool lacks_thinking = shown.prompt->think && answer.find("<think>") == std::string::npos;
  return lacks_thinking ? "<think>...</think>" + answer : answer;
}

void try_rewards(const rewards::RewardFunction& reward, const rewards::RewardOptions& options,
                 int64_t num_tokens, ShownSample& shown) {
  const auto scored = reward({.sample = shown.sample,
                              .text = shown.ideal,
                              .num_tokens = num_tokens,
                              .prompt = shown.prompt});
  shown.total = scored.total;
  for (size_t k = 0; k < reward.terms().size(); ++k) {
    const auto& entry = reward.entry(k);
    const auto& output = scored.components[k];
    const bool compares = output.reason.word == "needs_group";
    shown.rewards.push_back(
        {.name = reward.terms()[k].name,
         .help = entry.help,
         .weight = reward.terms()[k].weight,
         .minimum = entry.minimum,
         .maximum = entry.maximum,
         .reads = compares ? rewards::reads(entry, shown.sample, options) : output.applicable,
         .compares = compares,
         .wants = entry.wants,
         .refuses = entry.refuses,
         .output = output});
  }
}

void show_rewards(const check::ModelFolder& folder, const check::RunPlan& plan,
                  ShownSample& shown) {
  shown.ideal = ideal_answer(shown);
  const auto score = evaluation::find_strict(shown.sample.task)
                         .score(shown.sample, data::as_read(*shown.prompt, shown.ideal),
                                data::opens_thinking(*shown.prompt));
  if (!shown.ideal.empty()) shown.strict = score.metrics;
  if (plan.purpose.rewards.empty()) return;
  auto options = plan.purpose.reward_options;
  rewards::greet(options);
  const rewards::RewardFunction reward(plan.purpose.rewards, options);
  const auto num_tokens = std::ssize(folder.processor->tokenizer().encode(shown.ideal)) + 1;
  try_rewards(reward, options, num_tokens, shown);
}

}  // namespace

bool ShownSample::in_truth(double seconds) const {
  const auto spans = sample.clip_segments();
  return std::any_of(spans.begin(), spans.end(), [&](const Interval& span) {
    return span.start_seconds <= seconds && seconds <= span.end_seconds;
  });
}

ShownSample show_sample(data::Sample sample, check::RunPlan plan) {
  ShownSample shown{.sample = std::move(sample)};
  shown.prompt = &data::prompt_of(shown.sample, plan.data.prompt);
  plan.model.init = "random";  // of the folder all but the weights
  const auto folder = check::open_model_folder(plan.model);
  shown.max_positions = folder.max_positions;
  show_prompt(folder, plan, shown);
  show_target(folder, plan, shown);
  show_rewards(folder, plan, shown);
  return shown;
}

}  // namespace vrlt::showing
