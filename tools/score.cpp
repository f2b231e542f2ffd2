#include "vrlt/app/score.h"

#include <CLI/CLI.hpp>
#include <cmath>

#include "vrlt/app/command_line.h"
#include "vrlt/core/error.h"

namespace {

/// "choice=1" or "choice".
vrlt::rewards::RewardTerm parse_term(const std::string& text) {
  const auto equals = text.find('=');
  vrlt::rewards::RewardTerm term{text.substr(0, equals), 1.0};
  const bool parsed = equals == std::string::npos || CLI::detail::lexical_cast(text.substr(equals + 1), term.weight);
  if (!parsed || !std::isfinite(term.weight) || term.weight < 0)
    throw vrlt::ConfigError("--rewards " + text + ": the weight is not a number of at least 0");
  return term;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App cli("Scores completions with the reward functions, showing every decision. No model, no GPU.\n", "vrlt-score");
  std::string completions, list;
  std::vector<std::string> records, rewards;
  cli.set_version_flag("--version", "vrlt-score " VRLT_VERSION);
  cli.add_option("completions", completions, "JSON Lines: records with a \"completion\", or {\"id\", \"completion\"} with --records");
  cli.add_option("--records", records, "records files the ids refer to");
  cli.add_option("--rewards", rewards, "rewards with weights, as in --rewards temporal_iou=0.5 format=0.5")->expected(1, 64);
  cli.add_option("--list", list, "print a table and stop: rewards");
  return vrlt::app::run_parsed(cli, argc, argv, [&] {
    if (!list.empty()) {
      vrlt::app::print_table(list);
      return 0;
    }
    if (completions.empty()) throw vrlt::ConfigError("no completions given; usage: vrlt-score COMPLETIONS.jsonl [--records R.jsonl] [--rewards ...]");
    std::vector<vrlt::rewards::RewardTerm> terms;
    if (rewards.empty()) rewards = {"format", "temporal_iou", "choice", "grounded_qa"};
    for (const auto& text : rewards) terms.push_back(parse_term(text));
    return vrlt::app::run_score(completions, {records.begin(), records.end()}, terms);
  });
}
