#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "tests/support/jsonl_lines.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/model/model_adapter.h"
#include "vrlt/trainer/sharding.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::trainer {

namespace fs = std::filesystem;

constexpr int64_t kPrompts = 2, kGroupSize = 4;

inline settings::TrainConfig base_config() {
  settings::TrainConfig config;
  config.name = "test";
  config.seed = 3;
  config.steps = 1;
  config.prompts_per_step = kPrompts;
  config.data.prompt = "auto_short";
  config.rollout = {.group_size = kGroupSize, .max_new_tokens = 16};
  config.rewards = {{"format_answer", 0.5}, {"temporal_iou", 0.5}};
  config.optim.lr = 1e-3;
  config.checkpoint.every = 1000;
  return config;
}

/// Clips, questions and a model that has seen the answers; made once.
class WarmTask {
 public:
  WarmTask() : task_(folder_.path(), kPrompts) {
    auto config = base_config();
    config.trainer = "sft";
    config.steps = 20;  // the format is learned, the times are not yet
    config.optim.lr = 1e-2;
    const auto model = task_.open_model();
    const processor::Processor processor(model::load_prompt_format(task_.model_folder()));
    processor::PromptLoader loader(processor, test::TinyTask::media_options(), task_.data_root(),
                                   config.data.prompt, 1 << 20);
    fs::create_directory(folder_.path() / "sft");
    train_sft(
        {config, folder_.path() / "sft", task_.samples(), *model, nullptr, processor, loader});
    model->save(warm_folder());
  }
  const test::TinyTask& task() const { return task_; }
  fs::path warm_folder() const { return folder_.path() / "warm"; }

 private:
  test::TemporaryFolder folder_;
  test::TinyTask task_;
};

inline const WarmTask& warm_task() {
  static const WarmTask task;
  return task;
}

/// One program run: its own models, processor and loader, in a run folder that may be an earlier
/// run's.
class FinishedRun {
 public:
  FinishedRun(settings::TrainConfig config, const fs::path& run_folder,
              const fs::path& model_folder = warm_task().warm_folder(), bool random_weights = false,
              distributed::ProcessGroup& group = distributed::single_process(),
              bool must_resume = false, Validate validate = {})
      : config_(std::move(config)),
        run_folder_(run_folder),
        policy_(model::load_model(model_folder, options(random_weights, group))),
        processor_(model::load_prompt_format(model_folder)),
        loader_(processor_, test::TinyTask::media_options(), warm_task().task().data_root(),
                config_.data.prompt, 1 << 20) {
    if (config_.lora.is_on())
      model::add_adapter(*policy_, config_.lora, model_folder, config_.seed);
    else if (config_.algorithm.needs_reference())
      reference_ = model::load_model(model_folder, options(random_weights, group));
    const auto train = config_.trainer == "sft" ? train_sft : train_grpo;
    train({.config = config_,
           .run_folder = run_folder_,
           .samples = warm_task().task().samples(),
           .policy = *policy_,
           .reference = config_.lora.is_on() ? policy_.get() : reference_.get(),
           .processor = processor_,
           .loader = loader_,
           .group = group,
           .yardstick = Yardstick{model::read_model_shape(model_folder), kFlopsPerSecond},
           .must_resume = must_resume,
           .validate = std::move(validate)});
  }

  static constexpr double kFlopsPerSecond = 1e9;

  model::VisionLanguageModel& policy() { return *policy_; }
  model::VisionLanguageModel& reference() { return *reference_; }
  int64_t videos_decoded() const { return loader_.videos_decoded(); }

  std::vector<io::Json> metrics() const { return lines_of("metrics.jsonl"); }
  /// One line per optimizer step, where a step has several.
  std::vector<io::Json> updates() const { return lines_of("updates.jsonl"); }
  std::vector<io::Json> lines_of(const char* name) const {
    return test::lines_of(run_folder_ / name);
  }

 private:
  model::ModelOptions options(bool random_weights, distributed::ProcessGroup& group) {
    if (!layers_over_) layers_over_ = ranks_of_layers(config_.distributed, group);
    return {.random_weights = random_weights,
            .seed = 5,
            .checkpoint_blocks = config_.model.checkpoints_blocks(),
            .layers_over = layers_over_};
  }

  settings::TrainConfig config_;
  fs::path run_folder_;
  std::shared_ptr<const distributed::ShardRanks> layers_over_;
  std::unique_ptr<model::VisionLanguageModel> policy_, reference_;
  processor::Processor processor_;
  processor::PromptLoader loader_;
};

}  // namespace vrlt::trainer
