#include "vrlt/settings/online_rules.h"

#include <algorithm>
#include <cmath>
#include <locale>
#include <sstream>

#include "vrlt/core/error.h"

namespace vrlt::settings {
namespace {

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

std::vector<RuleProblem> check(const EpochFilterRule& rule) {
  if (rule.filter.min_mean < rule.filter.max_mean) return {};
  return {
      {"epoch_max_mean", concat("epoch_max_mean is ", rule.filter.max_mean,
                                ", expected above epoch_min_mean (", rule.filter.min_mean, ")")}};
}

std::vector<RuleProblem> check(const CurriculumRule& rule) {
  std::vector<RuleProblem> problems;
  for (const auto& [key, is_empty] :
       {std::pair{"statistics", rule.statistics.empty()}, {"mixture", rule.mixture.empty()}})
    if (is_empty) problems.push_back({"rule", concat("rule: curriculum needs ", key)});
  try {
    parse_mixture(rule.mixture);
  } catch (const ConfigError& error) {
    problems.push_back({"mixture", error.what()});
  }
  return problems;
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

}  // namespace vrlt::settings
