#include "vrlt/app/train.h"

#include <cstdio>

#include "vrlt/app/opened_model.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/trainer/trainer.h"

namespace vrlt::app {

int run_train(const CommandLine& command) {
  trainer::TrainConfig config;
  const auto visit = [&](config::FieldVisitor& visitor) { visit_fields(visitor, config); };
  config::load(command.config, command.overrides, visit, [&](const auto& locations) { return check(config, locations); });
  if (command.print_config) {
    std::fputs(config::to_yaml(visit, /*with_help=*/true).c_str(), stdout);
    return 0;
  }
  const auto samples = read_samples(config.data);
  if (command.dry_run) {
    log::info(concat("config and ", samples.size(), " samples are sound"));
    return 0;
  }
  const auto run_folder = std::filesystem::path(config.output) / config.name;
  open_run_folder(run_folder,
                  {config::to_yaml(visit, /*with_help=*/false), input_paths(config.model, config.data), {"checkpoint", "data.max_bad_fraction", "data.cache_megabytes"}},
                  command);
  const auto opened = open_model(config.model, config.data, config.video, config.seed);
  std::unique_ptr<model::VisionLanguageModel> reference;
  if (config.trainer == "grpo" && config.algorithm.kl_coef > 0) reference = open_weights(config.model, config.seed);
  log::info(concat(config.trainer, ": ", opened.model->parameters().num_elements(), " parameters, ", samples.size(), " samples, ", config.steps, " steps -> ", run_folder.string()));
  const trainer::TrainingParts parts{config, run_folder, samples, *opened.model, reference.get(), *opened.processor, *opened.loader};
  (config.trainer == "sft" ? trainer::train_sft : trainer::train_grpo)(parts);
  return 0;
}

}  // namespace vrlt::app
