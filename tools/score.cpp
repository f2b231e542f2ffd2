#include "vrlt/scoring/score.h"

#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>

#include "vrlt/command_line/run_program.h"
#include "vrlt/command_line/standard_input.h"
#include "vrlt/command_line/tables.h"
#include "vrlt/core/error.h"
#include "vrlt/scoring/backtest.h"
#include "vrlt/settings/train_config.h"

namespace {

/// "choice=1" or "choice".
vrlt::rewards::RewardTerm parse_term(const std::string& text) {
  const auto equals = text.find('=');
  vrlt::rewards::RewardTerm term{text.substr(0, equals), 1.0};
  const bool parsed = equals == std::string::npos ||
                      CLI::detail::lexical_cast(text.substr(equals + 1), term.weight);
  if (!parsed || !std::isfinite(term.weight) || term.weight < 0)
    throw vrlt::ConfigError("--rewards " + text + ": the weight is not a number of at least 0");
  return term;
}

/// Those that vrlt-train has without a word about rewards, told: a score means something only
/// beside its rewards.
void use_default_rewards(vrlt::scoring::ScoreRequest& request) {
  std::string names;
  for (const auto& [name, weight] : vrlt::settings::TrainConfig().rewards) {
    request.terms.push_back({name, weight});
    names += vrlt::concat(" ", name, "=", weight);
  }
  std::fprintf(stderr, "rewards:%s (no --rewards or --config given: those of vrlt-train)\n",
               names.c_str());
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli(
      "Scores completions with the reward functions, showing every decision. No model, no GPU.\n",
      "vrlt-score");
  vrlt::scoring::ScoreRequest request;
  std::string completions, config, junit, list;
  std::vector<std::string> records, rewards, commands;
  cli.set_version_flag("--version", "vrlt-score " VRLT_VERSION);
  cli.add_option(
      "completions", completions,
      "JSON Lines, - for standard input: records with a \"completion\", or {\"id\", "
      "\"completion\"} or samples.jsonl of vrlt-eval with --records; a line may have "
      "\"expected\": its total, or an object of values by name; or the folder of a run of "
      "vrlt-train or vrlt-select: its answers are scored anew, with its own rewards if "
      "none are named, and compared with what it had");
  cli.add_option("--records", records, "records files the ids refer to");
  auto* of_command_line =
      cli.add_option("--rewards", rewards,
                     "rewards or presets with weights, as in --rewards temporal_iou=0.5 format=0.5")
          ->expected(1, 64);
  cli.add_option("--config", config, "use the rewards of this vrlt-train config")
      ->excludes(of_command_line);
  cli.add_option("--command", commands,
                 "a reward by a program of yours, as in --command \"python3 my_reward.py\"; with "
                 "weight 1, beside the others")
      ->allow_extra_args(false);
  cli.add_flag("--explain", request.explain,
               "print for people: the response, the truth, what each reward read and why it is 0");
  cli.add_option(
      "--junit", junit,
      "write JUnit XML to this file; a completion without its expected value has failed");
  cli.add_option("--tolerance", request.tolerance, "how far a value may be from the expected one");
  cli.add_option("--list", list, "print a table and stop: rewards, reward_presets");
  cli.footer(
      "exit codes: 0 done, 1 an expected value is not met, 2 usage, 65 bad data, 66 missing input, "
      "74 disk\n");
  return vrlt::command_line::run_parsed(cli, argc, argv, [&] {
    if (!list.empty()) {
      vrlt::command_line::print_table(list);
      return 0;
    }
    if (std::filesystem::is_directory(completions)) {
      if (request.explain || !junit.empty())
        throw vrlt::ConfigError("--explain and --junit are of completions, not of a run folder");
      vrlt::scoring::BacktestRequest backtest{.run = completions,
                                              .records = {records.begin(), records.end()}};
      if (!config.empty()) vrlt::scoring::use_rewards_of(config, request);
      for (const auto& text : rewards) request.terms.push_back(parse_term(text));
      for (const auto& line : commands) vrlt::scoring::add_command(line, request);
      backtest.terms = request.terms;
      backtest.options = request.options;
      return vrlt::scoring::run_backtest(backtest);
    }
    if (completions.empty())
      throw vrlt::ConfigError(
          "no completions given; usage: vrlt-score COMPLETIONS.jsonl [--records R.jsonl] "
          "[--rewards ...]");
    if (!std::isfinite(request.tolerance) || request.tolerance < 0)
      throw vrlt::ConfigError("--tolerance: expected a number of at least 0");
    request.completions = completions == "-" ? vrlt::command_line::standard_input_file()
                                             : std::filesystem::path(completions);
    request.records.assign(records.begin(), records.end());
    if (!junit.empty()) request.junit = junit;
    if (!config.empty())
      vrlt::scoring::use_rewards_of(config, request);
    else if (rewards.empty() && commands.empty())
      use_default_rewards(request);
    for (const auto& text : rewards) request.terms.push_back(parse_term(text));
    for (const auto& line : commands) vrlt::scoring::add_command(line, request);
    return vrlt::scoring::run_score(request);
  });
}
