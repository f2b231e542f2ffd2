#include "vrlt/app/select.h"

#include <optional>

#include "vrlt/check/purposes.h"
#include "vrlt/check/run_plans.h"
#include "vrlt/command_line/printed_config.h"
#include "vrlt/core/logging.h"
#include "vrlt/distributed/run_on_ranks.h"
#include "vrlt/distributed/same_files.h"
#include "vrlt/io/folders.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/rewards/reward_command.h"
#include "vrlt/run_folder/run_folder.h"
#include "vrlt/selection/sample_key.h"
#include "vrlt/selection_run/choose.h"
#include "vrlt/selection_run/select_responses.h"
#include "vrlt/selection_run/selection_record.h"
#include "vrlt/settings/reward_section.h"
#include "vrlt/settings/select_config.h"

namespace vrlt::app {
namespace fs = std::filesystem;
namespace {

run_folder::RunRecipe recipe_of(const std::vector<fs::path>& inputs, const std::string& yaml) {
  return {yaml, inputs,
          opening::keys_that_may_change({"filter", "audit", "rollout.cache_gigabytes"}),
          [](const fs::path& file) {
            return command_line::yaml_of(settings::load_select_config(file, {}));
          }};
}

/// The model folder, the records and the scripts of rewards.
std::vector<fs::path> inputs_of(const settings::SelectConfig& config) {
  auto inputs = opening::input_paths(config.model, config.data);
  for (const auto& script : settings::files_of_commands(config.reward_options))
    inputs.push_back(script);
  return inputs;
}

/// Those that choosing again does without.
std::vector<fs::path> inputs_of_asking(const settings::SelectConfig& config) {
  auto inputs = opening::model_paths(config.model);
  for (const auto& script : settings::files_of_commands(config.reward_options))
    inputs.push_back(script);
  return inputs;
}

int select_on_rank(settings::SelectConfig config, const std::string& yaml,
                   const command_line::CommandLine& command, distributed::ProcessGroup& group) {
  const auto samples = opening::read_samples(config.data);
  distributed::check_same_records(group, config.data.records);
  selection::check_keys(samples);
  const auto folder = fs::path(config.output) / config.name, path = folder / "rollouts.jsonl";
  // Choosing again among complete responses needs the records only.
  const bool goes_on = io::exists(path) && io::exists(folder / "config.yaml");
  if (!goes_on) rewards::greet(config.reward_options);
  check::tell(check::match(check::pointers_to(samples), check::purpose_of(config)), samples.size(),
              /*warn=*/group.is_first());
  const auto inputs =
      goes_on ? std::vector<fs::path>(config.data.records.begin(), config.data.records.end())
              : inputs_of(config);
  if (!goes_on) opening::require_media_root(config.data);
  std::optional<run_folder::OpenedRun> run;
  if (group.is_first()) run = run_folder::open_run_folder(folder, recipe_of(inputs, yaml), command);
  std::vector<const data::Sample*> pointers;
  for (const auto& sample : samples) pointers.push_back(&sample);
  selection_run::ResponseStore store(path, pointers, config.batch, selection_run::kErrorKey, group,
                                     selection_run::summary_of);
  selection_run::collect_responses(config, store, group, [&] {
    opening::require_media_root(config.data);
    if (goes_on) run_folder::check_inputs(folder, inputs_of_asking(config));
    if (group.is_first()) check::foretell(check::plan_of(config), pointers);
  });
  if (group.is_first()) selection_run::choose(config, store, folder);
  return 0;
}

int select(const command_line::CommandLine& command) {
  std::vector<std::string> doubts;
  const auto config = settings::load_select_config(command.config, command.overrides, &doubts);
  for (const auto& doubt : doubts) log::warning(doubt);
  if (command.print_config) {
    command_line::print_config(command, config);
    return 0;
  }
  if (command.dry_run) {
    opening::require_media_root(config.data);
    return check::dry_run(check::plan_of(config), opening::read_samples(config.data), command.ranks,
                          command.card);
  }
  const auto yaml = command_line::yaml_of(config);
  return distributed::run_on_ranks(config.model.device, yaml,
                                   [&](distributed::ProcessGroup& group) {
                                     return select_on_rank(config, yaml, command, group);
                                   });
}

}  // namespace

int run_select(const command_line::CommandLine& command) {
  return distributed::told_to_ranks([&] { return select(command); });
}

}  // namespace vrlt::app
