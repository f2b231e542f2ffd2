#include "vrlt/app/train.h"

#include <cstdio>
#include <optional>

#include "app/run_plans.h"
#include "vrlt/app/opened_model.h"
#include "vrlt/app/ranks.h"
#include "vrlt/check/purposes.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/trainer/budget.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::app {
namespace {

/// What utilisation refers to. Ranks measure at the same time: what they share counts once.
std::optional<trainer::Yardstick> yardstick(const settings::TrainConfig& config, distributed::ProcessGroup& group) {
  constexpr double kTera = 1e12;
  group.barrier();
  const auto speed = trainer::device_speed(config);
  if (!speed) return {};
  const double all = group.all_reduce_sum(std::vector<double>{speed->flops_per_second}).front();
  log::info(concat("MFU counts against ", all / kTera, " TFLOP/s of ", group.world_size(), " rank(s), ", speed->source));
  return trainer::Yardstick{model::read_model_shape(config.model.path), all};
}

int train_on_rank(const settings::TrainConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group) {
  const auto samples = read_samples(config.data);
  check_same_records(group, config.data.records);
  check::tell(check::match(pointers_to(samples), check::purpose_of(config)), samples.size(), /*warn=*/group.is_first());
  const auto run_folder = std::filesystem::path(config.output) / config.name;
  std::optional<io::FolderLock> lock;
  auto inputs = input_paths(config.model, config.data);
  if (config.online_selection.rule == "curriculum") inputs.emplace_back(config.online_selection.statistics);
  if (group.is_first()) lock = open_run_folder(run_folder, {yaml, inputs, keys_that_may_change({"checkpoint", "device_tflops"})}, command);
  if (group.is_first()) foretell(plan_of(config), pointers_to(samples));
  const auto opened = open_model(config.model, config.data, {config.video, config.image}, config.seed, /*trains_vision=*/!config.model.freeze_vision);
  if (group.is_first()) tell_what_is_not_followed(config.model, config.data, pointers_to(samples));
  std::unique_ptr<model::VisionLanguageModel> reference;
  if (config.trainer == "grpo" && config.algorithm.needs_reference()) reference = open_weights(config.model, config.seed);
  log::info(concat(config.trainer, ": ", opened.model->parameters().num_elements(), " parameters, ", samples.size(), " samples, ", config.steps,
                   " steps -> ", run_folder.string()));
  const trainer::TrainingParts parts{
      config, run_folder, samples, *opened.model, reference.get(), *opened.processor, *opened.loader, group, yardstick(config, group)};
  (config.trainer == "sft" ? trainer::train_sft : trainer::train_grpo)(parts);
  return 0;
}

}  // namespace

int run_train(const CommandLine& command) {
  auto config = settings::load_train_config(command.config, command.overrides);
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  if (command.print_config) {
    std::fputs(config::to_yaml(visit, /*with_help=*/true).c_str(), stdout);
    return 0;
  }
  if (command.dry_run) return dry_run(plan_of(config), read_samples(config.data), command.ranks);
  const auto yaml = config::to_yaml(visit, /*with_help=*/false);
  return run_on_ranks(config.model.device, yaml, [&](distributed::ProcessGroup& group) { return train_on_rank(config, yaml, command, group); });
}
}  // namespace vrlt::app
