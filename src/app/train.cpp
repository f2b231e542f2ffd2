#include "vrlt/app/train.h"

#include <cstdio>
#include <functional>
#include <optional>

#include "vrlt/check/purposes.h"
#include "vrlt/check/run_plans.h"
#include "vrlt/command_line/printed_config.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/distributed/launch.h"
#include "vrlt/distributed/run_on_ranks.h"
#include "vrlt/distributed/same_files.h"
#include "vrlt/evaluation_run/validation.h"
#include "vrlt/forecast/device.h"
#include "vrlt/forecast/fit.h"
#include "vrlt/forecast/longest_prompt.h"
#include "vrlt/model/adapter_shape.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/run_folder/continued_run.h"
#include "vrlt/run_folder/run_folder.h"
#include "vrlt/run_folder/shared_folder.h"
#include "vrlt/settings/reward_section.h"
#include "vrlt/trainer/sharding.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::app {
namespace {

/// What utilisation refers to. Ranks measure at the same time: what they share counts once.
std::optional<trainer::Yardstick> yardstick(const settings::TrainConfig& config,
                                            distributed::ProcessGroup& group) {
  constexpr double kTera = 1e12;
  group.barrier();
  const auto speed = forecast::device_speed(config.model, config.device_tflops);
  if (!speed) return {};
  const double all = group.all_reduce_sum(std::vector<double>{speed->flops_per_second}).front();
  log::debug(concat("MFU counts against ", all / kTera, " TFLOP/s of ", group.world_size(),
                    " rank(s), ", speed->source));
  return trainer::Yardstick{
      model::with_adapter(model::read_model_shape(config.model.path), config.lora), all};
}

/// What a run may go on with: how far it goes, how fast it learns, what is kept and shown, and what
/// changes memory only.
run_folder::RunRecipe recipe_of(const settings::TrainConfig& config, const std::string& yaml) {
  auto inputs = opening::input_paths(config.model, config.data);
  config.online_selection.use_rule([&](const auto& rule) {
    if constexpr (requires { rule.statistics; }) inputs.emplace_back(rule.statistics);
  });
  for (const auto& script : settings::files_of_commands(config.reward_options))
    inputs.push_back(script);
  for (const auto& records : config.validation.records) inputs.emplace_back(records);
  return {yaml, inputs,
          opening::keys_that_may_change(
              {"steps", "optim", "checkpoint", "distributed", "logged_rollouts", "device_tflops",
               "rollout.weights", "rollout.cache_gigabytes", "model.activation_checkpointing",
               "validation.every", "validation.samples", "validation.keep_best",
               "validation.stop_after"}),
          [](const std::filesystem::path& file) {
            return command_line::yaml_of(settings::load_train_config(file, {}));
          }};
}

/// A step that is larger than the data asks the same samples several times.
void warn_of_large_steps(const settings::TrainConfig& config, size_t num_samples) {
  if (config.prompts_per_step > static_cast<int64_t>(num_samples))
    log::warning(concat("prompts_per_step is ", config.prompts_per_step, " and there are ",
                        num_samples, " samples: a step has some of them several times"));
}

/// What the memory of this rank's device decides.
struct Budgets {
  std::string activation_checkpointing;
  int64_t cache_tokens = 0;
};

/// The same checkpointing on every rank. All ranks call it.
Budgets budgets_of(const settings::TrainConfig& config, const std::vector<data::Sample>& samples,
                   distributed::ProcessGroup& group) {
  const auto shape = model::read_model_shape(config.model.path);
  const auto longest = forecast::longest_prompt(check::pointers_to(samples),
                                                {config.video, config.image}, shape.geometry);
  const auto bytes =
      forecast::device_bytes(config.model.device, distributed::detect_launch().local_rank);
  const forecast::Ranks ranks{.all = group.world_size()};
  auto load = forecast::load_of(config);
  Budgets budgets{.activation_checkpointing = config.model.activation_checkpointing};
  if (config.model.decides_checkpointing()) {
    load.checkpoints_blocks =
        group.any(forecast::needs_checkpoints(load, shape, longest, ranks, bytes));
    budgets.activation_checkpointing = load.checkpoints_blocks ? "blocks" : "none";
    log::info(concat("activation_checkpointing: ", budgets.activation_checkpointing,
                     load.checkpoints_blocks ? ": without it the device would not hold the run"
                                             : ": the device holds the run without it"));
  }
  budgets.cache_tokens = forecast::cache_tokens(load, shape, longest, ranks, bytes);
  return budgets;
}

/// Beside an adapter the reference is the policy's own base. Null: none is needed.
/// @param opened  holds one that had to be opened.
model::VisionLanguageModel* reference_of(const settings::TrainConfig& config,
                                         model::VisionLanguageModel& policy,
                                         const opening::LayersOver& layers_over,
                                         std::unique_ptr<model::VisionLanguageModel>& opened) {
  if (config.is_sft() || !config.algorithm.needs_reference()) return nullptr;
  if (config.lora.is_on()) return &policy;
  opened = opening::open_weights(config.model, config.seed, layers_over);
  return opened.get();
}

/// Says of the held-out records what vrlt-eval would, before the model is opened.
void match_validation(const settings::TrainConfig& config, bool warn) {
  if (!config.validation.is_on()) return;
  const auto evaluation = settings::evaluation_of(config);
  const auto samples = evaluation_run::read_eval_samples(evaluation).samples;
  check::tell(check::match(check::pointers_to(samples), check::purpose_of(evaluation)),
              samples.size(), warn);
}

int train_on_rank(settings::TrainConfig config, const std::string& yaml,
                  const command_line::CommandLine& command, distributed::ProcessGroup& group) {
  opening::require_media_root(config.data);
  rewards::greet(config.reward_options);
  auto samples = opening::read_samples(config.data);
  distributed::check_same_records(group, config.data.records);
  check::tell(check::match(check::pointers_to(samples), check::purpose_of(config)), samples.size(),
              /*warn=*/group.is_first());
  match_validation(config, /*warn=*/group.is_first());
  if (group.is_first()) warn_of_large_steps(config, samples.size());
  const auto run_folder = std::filesystem::path(config.output) / config.name;
  std::optional<run_folder::OpenedRun> run;
  if (group.is_first()) {
    run = run_folder::open_run_folder(run_folder, recipe_of(config, yaml), command);
    run_folder::tell_what_follows(run->changes, config, run_folder);
    check::foretell(check::plan_of(config), check::pointers_to(samples));
  }
  run_folder::check_shared_folder(run_folder, group);
  for (const auto& folder : opening::model_paths(config.model))
    distributed::check_same_model_folder(group, folder);
  const auto layers_over = trainer::ranks_of_layers(config.distributed, group);
  const auto budgets = budgets_of(config, samples, group);
  config.model.activation_checkpointing = budgets.activation_checkpointing;
  const auto opened =
      opening::open_model(config.model, config.data, {config.video, config.image}, config.seed,
                          /*trains_vision=*/!config.model.freeze_vision, config.lora, layers_over);
  if (group.is_first())
    opening::tell_what_is_not_followed(config.model, config.data, check::pointers_to(samples));
  std::unique_ptr<model::VisionLanguageModel> own_reference;
  auto* reference = reference_of(config, *opened.model, layers_over, own_reference);
  std::optional<evaluation_run::Validation> validation;
  if (config.validation.is_on()) validation.emplace(config, opened, group);
  log::info(concat(config.trainer, ": ", opened.model->parameters().num_elements(), " parameters, ",
                   samples.size(), " samples, ", config.steps, " steps -> ", run_folder.string()));
  const trainer::TrainingParts parts{
      .config = config,
      .run_folder = run_folder,
      .samples = std::move(samples),
      .policy = *opened.model,
      .reference = reference,
      .processor = *opened.processor,
      .loader = *opened.loader,
      .group = group,
      .yardstick = yardstick(config, group),
      .cache_tokens = budgets.cache_tokens,
      .must_resume = command.resume == command_line::Resume::kMust,
      .validate = validation ? trainer::Validate(std::ref(*validation)) : trainer::Validate()};
  (config.is_sft() ? trainer::train_sft : trainer::train_grpo)(parts);
  return 0;
}

/// Of the model's sizes alone. @param cards  such as 8x80GB.
int fit(const settings::TrainConfig& config, const std::string& cards) {
  const auto shape = model::find_model_shape(config.model.path);
  const auto found = forecast::search_fit(
      config, shape, forecast::parse_cards(cards, "--fit"),
      [&](const auto& changed) { return forecast::longest_prompt(changed, shape); });
  std::fputs(forecast::to_text(found).c_str(), stdout);
  if (found.num_fitting == 0)
    throw OutOfMemoryError(concat("no settings fit ", cards, ": take more or larger cards"));
  return 0;
}

/// Of the training, then of one validation.
int dry_run(const settings::TrainConfig& config, int64_t ranks, const std::string& card) {
  const int code =
      check::dry_run(check::plan_of(config), opening::read_samples(config.data), ranks, card);
  if (code != 0 || !config.validation.is_on()) return code;
  const auto evaluation = settings::evaluation_of(config);
  std::printf("\na validation, every %lld steps:\n",
              static_cast<long long>(config.validation.every));
  return check::dry_run(check::plan_of(evaluation),
                        evaluation_run::read_eval_samples(evaluation).samples, ranks, card);
}

int train(const command_line::CommandLine& command) {
  std::vector<std::string> doubts;
  const auto config = settings::load_train_config(command.config, command.overrides, &doubts);
  for (const auto& doubt : doubts) log::warning(doubt);
  if (command.print_config) {
    command_line::print_config(command, config);
    return 0;
  }
  if (!command.fit.empty()) return fit(config, command.fit);
  if (command.dry_run) {
    opening::require_media_root(config.data);
    return dry_run(config, command.ranks, command.card);
  }
  const auto yaml = command_line::yaml_of(config);
  return distributed::run_on_ranks(config.model.device, yaml,
                                   [&](distributed::ProcessGroup& group) {
                                     return train_on_rank(config, yaml, command, group);
                                   });
}

}  // namespace

int run_train(const command_line::CommandLine& command) {
  return distributed::told_to_ranks([&] { return train(command); });
}

}  // namespace vrlt::app
