#include "vrlt/app/train.h"

#include <cstdio>
#include <optional>

#include "vrlt/app/opened_model.h"
#include "vrlt/app/ranks.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/trainer/budget.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::app {
namespace {

int train_on_rank(const trainer::TrainConfig& config, const std::string& yaml, const CommandLine& command, distributed::ProcessGroup& group) {
  const auto samples = read_samples(config.data);
  const auto run_folder = std::filesystem::path(config.output) / config.name;
  std::optional<io::FolderLock> lock;
  if (group.is_first())
    lock = open_run_folder(
        run_folder,
        {yaml,
         input_paths(config.model, config.data),
         {"checkpoint", "data.max_bad_fraction", "data.cache_megabytes", "data.cache_folder", "data.cache_gigabytes", "data.reader_threads"}},
        command);
  const auto opened = open_model(config.model, config.data, {config.video, config.image}, config.seed);
  std::unique_ptr<model::VisionLanguageModel> reference;
  if (config.trainer == "grpo" && config.algorithm.needs_reference()) reference = open_weights(config.model, config.seed);
  log::info(concat(config.trainer, ": ", opened.model->parameters().num_elements(), " parameters, ", samples.size(), " samples, ", config.steps,
                   " steps -> ", run_folder.string()));
  const trainer::TrainingParts parts{config, run_folder, samples, *opened.model, reference.get(), *opened.processor, *opened.loader, group};
  (config.trainer == "sft" ? trainer::train_sft : trainer::train_grpo)(parts);
  return 0;
}

}  // namespace

int run_train(const CommandLine& command) {
  auto config = trainer::load_train_config(command.config, command.overrides);
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  if (command.print_config) {
    std::fputs(config::to_yaml(visit, /*with_help=*/true).c_str(), stdout);
    return 0;
  }
  if (command.dry_run) {
    const auto samples = read_samples(config.data);
    const auto budget = trainer::estimate_budget(config, model::read_model_shape(config.model.path), samples);
    std::fputs(trainer::to_text(budget, trainer::measured_flops(config.model.device, config.model.dtype)).c_str(), stdout);
    log::info(concat("config and ", samples.size(), " samples are sound"));
    return 0;
  }
  const auto yaml = config::to_yaml(visit, /*with_help=*/false);
  return run_on_ranks(config.model.device, yaml, [&](distributed::ProcessGroup& group) { return train_on_rank(config, yaml, command, group); });
}
}  // namespace vrlt::app
