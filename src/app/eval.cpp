#include "vrlt/app/eval.h"

#include "vrlt/check/run_plans.h"
#include "vrlt/command_line/printed_config.h"
#include "vrlt/core/error.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/distributed/run_on_ranks.h"
#include "vrlt/evaluation_run/compare_runs.h"
#include "vrlt/evaluation_run/eval_tasks.h"
#include "vrlt/evaluation_run/evaluate.h"
#include "vrlt/opening/opened_model.h"
#include "vrlt/settings/suite_config.h"

namespace vrlt::app {
namespace {

int run_all(const std::vector<settings::EvalConfig>& configs,
            const command_line::CommandLine& command) {
  std::string settings;
  for (const auto& config : configs) settings += command_line::yaml_of(config);
  return distributed::run_on_ranks(
      configs.front().model.device, settings, [&](distributed::ProcessGroup& group) {
        std::string incomplete;
        for (const auto& config : configs) try {
            evaluation_run::evaluate(config, command, group);
          } catch (const IncompleteError& error) {
            incomplete += (incomplete.empty() ? "" : "\n") + std::string(error.what());
          }
        if (!incomplete.empty()) throw IncompleteError(incomplete);
        return 0;
      });
}

/// Of a suite every config is told before one that does not fit ends it.
void dry_run_all(const std::vector<settings::EvalConfig>& configs,
                 const command_line::CommandLine& command) {
  std::string too_large;
  for (const auto& config : configs) try {
      opening::require_media_root(config.data);
      check::dry_run(check::plan_of(config), evaluation_run::read_eval_samples(config).samples,
                     command.ranks, command.card);
    } catch (const OutOfMemoryError& error) {
      too_large += concat(too_large.empty() ? "" : "\n", config.name, ": ", error.what());
    }
  if (!too_large.empty()) throw OutOfMemoryError(too_large);
}

int run_configs(const std::vector<settings::EvalConfig>& configs,
                const command_line::CommandLine& command) {
  if (command.print_config) {
    for (const auto& config : configs) command_line::print_config(command, config);
    return 0;
  }
  if (command.dry_run) {
    dry_run_all(configs, command);
    return 0;
  }
  return run_all(configs, command);
}

}  // namespace

int run_eval(const command_line::CommandLine& command) {
  if (!command.config.empty() && settings::is_suite(command.config)) return run_suite(command);
  return distributed::told_to_ranks([&] {
    return run_configs({settings::load_eval_config(command.config, command.overrides)}, command);
  });
}

int run_suite(const command_line::CommandLine& command) {
  return distributed::told_to_ranks([&] {
    return run_configs(settings::load_suite(command.config, command.overrides), command);
  });
}

int run_compare(const std::filesystem::path& before, const std::filesystem::path& after) {
  evaluation_run::compare_runs(before, after);
  return 0;
}

}  // namespace vrlt::app
