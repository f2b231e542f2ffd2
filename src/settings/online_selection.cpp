#include "vrlt/settings/online_selection.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <sstream>

#include "vrlt/core/error.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {
namespace {

struct RuleKeys {
  const char* rule;
  std::set<std::string> keys;
};

const RuleKeys kRuleKeys[] = {
    {"epoch_filter", {"epoch_size", "epoch_min_mean", "epoch_max_mean"}},
    {"memory_bank", {"bank_min_variance", "bank_momentum", "bank_capacity"}},
    {"curriculum", {"statistics", "mixture"}},
};

selection::CurriculumKnot parse_knot(const std::string& line) {
  std::istringstream stream(line);
  stream.imbue(std::locale::classic());
  selection::CurriculumKnot knot;
  stream >> knot.step;
  for (double& weight : knot.weights) stream >> weight;
  const bool is_read = !stream.fail() && (stream >> std::ws).eof();
  const auto is_weight = [](double weight) { return std::isfinite(weight) && weight >= 0; };
  const bool has_weights = std::all_of(knot.weights.begin(), knot.weights.end(), is_weight) &&
                           knot.weights != selection::Mixture{};
  if (!is_read || knot.step < 0 || !has_weights)
    throw ConfigError(concat("\"", line,
                             "\" is no mixture, expected \"STEP HARD MEDIUM EASY\" with weights of "
                             "at least 0, not all 0, as in \"100 0.25 0.5 0.25\""));
  return knot;
}

}  // namespace

void visit_fields(config::FieldVisitor& v, OnlineSelectionSection& c) {
  const auto wants = [&](const char* rule) {
    return c.rule == rule || v.wants_fields_without_effect();
  };
  v.field({.name = "rule",
           .help = "none: all samples; epoch_filter: drop the mastered and the hopeless after each "
                   "epoch (a run that ends while it measures "
                   "one measures it again); memory_bank: replay prompts that varied in "
                   "place of groups that do not; curriculum: shares of difficulties by step",
           .choices = names_of(kOnlineRules)},
          c.rule);
  if (wants("epoch_filter")) {
    v.field({.name = "epoch_size",
             .help = "samples of an epoch, the others fill it up later; 0: all",
             .min = 0},
            c.epoch_size);
    v.field({.name = "epoch_min_mean",
             .help = "samples stay with a mean accuracy above this",
             .min = -1,
             .max = 1},
            c.epoch_filter.min_mean);
    v.field({.name = "epoch_max_mean", .help = "and up to this", .min = 0, .max = 1},
            c.epoch_filter.max_mean);
  }
  if (wants("memory_bank")) {
    v.field(
        {.name = "bank_min_variance",
         .help = "variance of accuracy, over the largest possible, below which a group is replaced",
         .min = 0,
         .max = 1},
        c.memory_bank.min_variance);
    v.field({.name = "bank_momentum",
             .help = "of the moving average that ranks prompts: the share of what it was",
             .min = 0,
             .max = 0.999999},
            c.memory_bank.momentum);
    v.field({.name = "bank_capacity", .help = "prompts kept at most", .min = 1},
            c.memory_bank.capacity);
  }
  if (wants("curriculum")) {
    v.field({.name = "statistics",
             .help = "statistics.jsonl of a run of vrlt-select: difficulty by mean accuracy, below "
                     "0.2, below 0.8, above"},
            c.statistics);
    v.field(
        {.name = "mixture",
         .help = "lines \"STEP HARD MEDIUM EASY\": weights from that step on, linear in between"},
        c.mixture);
  }
}

std::vector<selection::CurriculumKnot> parse_mixture(const std::vector<std::string>& lines) {
  std::vector<selection::CurriculumKnot> knots;
  for (const auto& line : lines) {
    knots.push_back(parse_knot(line));
    if (knots.size() > 1 && knots.back().step <= knots[knots.size() - 2].step)
      throw ConfigError(concat("\"", line, "\" does not come after step ",
                               knots[knots.size() - 2].step, ": put the steps in ascending order"));
  }
  return knots;
}

std::vector<std::string> check(const OnlineSelectionSection& c,
                               const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  const std::string prefix = "online_selection.";
  for (const auto& [rule, keys] : kRuleKeys)
    for (const auto& key : keys)
      if (const auto found = locations.find(prefix + key);
          c.rule != rule && found != locations.end())
        problems.push_back(concat(found->second, ": \"", key,
                                  "\" has no effect without rule: ", rule, "; remove it"));
  if (c.rule == "epoch_filter" && c.epoch_filter.min_mean >= c.epoch_filter.max_mean)
    problems.push_back(concat(place_of(prefix + "epoch_max_mean", locations),
                              ": epoch_max_mean is ", c.epoch_filter.max_mean,
                              ", expected above epoch_min_mean (", c.epoch_filter.min_mean, ")"));
  if (c.rule != "curriculum") return problems;
  for (const auto& [key, is_empty] :
       {std::pair{"statistics", c.statistics.empty()}, {"mixture", c.mixture.empty()}})
    if (is_empty)
      problems.push_back(
          concat(place_of(prefix + "rule", locations), ": rule: curriculum needs ", key));
  try {
    parse_mixture(c.mixture);
  } catch (const ConfigError& error) {
    problems.push_back(concat(place_of(prefix + "mixture", locations), ": ", error.what()));
  }
  return problems;
}

}  // namespace vrlt::settings
