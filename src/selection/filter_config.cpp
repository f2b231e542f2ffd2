#include "vrlt/selection/filter_config.h"

#include <algorithm>
#include <cmath>

#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/selection/filter_presets.h"
#include "vrlt/selection/requirement_table.h"
#include "vrlt/selection/score_table.h"
#include "vrlt/selection/strata.h"

namespace vrlt::selection {
namespace {

bool contains(const std::vector<std::string>& names, const char* name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}
bool wants_quality(const FilterConfig& c) { return contains(c.require, "quality"); }
bool wants_mixed(const FilterConfig& c) { return contains(c.require, "mixed"); }
bool wants_spread(const FilterConfig& c) { return contains(c.require, "spread"); }
bool wants_good(const FilterConfig& c) { return contains(c.require, "good"); }
bool is_gaussian(const FilterConfig& c) { return c.score == "gaussian"; }
bool is_power(const FilterConfig& c) { return c.score == "power"; }

/// A key that does something only under a condition on others.
struct Condition {
  const char* key;
  const char* needs;
  bool (*holds)(const FilterConfig& c);
};

constexpr Condition kConditions[] = {
    {"min_parsed", "require: [quality]", wants_quality},
    {"max_truncated", "require: [quality]", wants_quality},
    {"min_duration", "require: [quality]", wants_quality},
    {"max_duration", "require: [quality]", wants_quality},
    {"max_gt_fraction", "require: [quality]", wants_quality},
    {"min_correct", "require: [mixed]", wants_mixed},
    {"min_wrong", "require: [mixed]", wants_mixed},
    {"min_std", "require: [spread]", wants_spread},
    {"min_gap", "require: [spread]", wants_spread},
    {"min_mean", "require: [good]", wants_good},
    {"max_mean", "require: [good]", wants_good},
    {"min_variance", "require: [varied]",
     [](const FilterConfig& c) { return contains(c.require, "varied"); }},
    {"gaussian_mean", "score: gaussian", is_gaussian},
    {"gaussian_std", "score: gaussian", is_gaussian},
    {"power_std", "score: power", is_power},
    {"power_mean", "score: power", is_power},
    {"quotas", "strata and keep",
     [](const FilterConfig& c) { return !c.strata.empty() && c.keep.has_value(); }},
    {"keep_degenerate_fraction", "strata: [difficulty] and require: [mixed]",
     [](const FilterConfig& c) { return contains(c.strata, "difficulty") && wants_mixed(c); }},
};

std::string without_effect(const std::string& key, const FilterConfig& config) {
  for (const auto& condition : kConditions)
    if (key == condition.key && !condition.holds(config)) return condition.needs;
  return {};
}

/// Leaves out what has no effect where the visitor wants that.
class Fields {
 public:
  Fields(config::FieldVisitor& visitor, const FilterConfig& config)
      : visitor_(visitor), config_(config) {}
  template <typename T>
  void field(const config::Field& field, T& value) {
    if (visitor_.wants_fields_without_effect() || without_effect(field.name, config_).empty())
      visitor_.field(field, value);
  }

 private:
  config::FieldVisitor& visitor_;
  const FilterConfig& config_;
};

void visit_requirements(Fields& v, FilterConfig& c) {
  v.field({.name = "require",
           .help = "what a sample must have (--list requirements)",
           .choices = names_of(requirement_table())},
          c.require);
  v.field({.name = "min_parsed", .help = "share of answers that can be read", .min = 0, .max = 1},
          c.min_parsed);
  v.field({.name = "max_truncated",
           .help = "share of answers that hit the length limit",
           .min = 0,
           .max = 1},
          c.max_truncated);
  v.field({.name = "min_duration", .help = "of the clip, seconds; null: any", .min = 0},
          c.min_duration);
  v.field({.name = "max_duration", .help = "of the clip, seconds; null: any", .min = 0},
          c.max_duration);
  v.field({.name = "max_gt_fraction",
           .help = "share of the clip that the true spans cover",
           .min = 0,
           .max = 1},
          c.max_gt_fraction);
  v.field({.name = "min_correct", .help = "right answers a discrete sample needs", .min = 0},
          c.min_correct);
  v.field({.name = "min_wrong", .help = "wrong answers a discrete sample needs", .min = 0},
          c.min_wrong);
  v.field({.name = "min_std",
           .help = "standard deviation a continuous sample needs",
           .min = 0,
           .max = 1},
          c.min_std);
  v.field(
      {.name = "min_gap", .help = "distance of its best from its worst reward", .min = 0, .max = 1},
      c.min_gap);
  v.field({.name = "min_mean", .help = "lowest mean of a continuous sample", .min = 0, .max = 1},
          c.min_mean);
  v.field({.name = "max_mean", .help = "highest mean of a continuous sample", .min = 0, .max = 1},
          c.max_mean);
  v.field({.name = "min_variance",
           .help = "share of the largest possible variance",
           .min = 0,
           .max = 1},
          c.min_variance);
}

void visit_score(Fields& v, FilterConfig& c) {
  v.field({.name = "score",
           .help = "what is wanted most (--list scores)",
           .choices = names_of(score_table())},
          c.score);
  v.field({.name = "gaussian_mean", .help = "mean reward that is wanted most", .min = 0, .max = 1},
          c.gaussian_mean);
  v.field({.name = "gaussian_std", .help = "how far others may be", .min = 0.001, .max = 100},
          c.gaussian_std);
  v.field({.name = "power_std", .help = "power of the standard deviation", .min = 0, .max = 100},
          c.power_std);
  v.field({.name = "power_mean", .help = "power of 1 - mean", .min = 0, .max = 100}, c.power_mean);
  v.field({.name = "inverse_density",
           .help = "divide scores by how many samples have such a mean, in 20 bins"},
          c.inverse_density);
}

void visit_choice(Fields& v, FilterConfig& c) {
  v.field(
      {.name = "choose",
       .help =
           "top_k: the best scores; sample: drawn by score; random: as many, but any: the control",
       .choices = {"top_k", "sample", "random"}},
      c.choose);
  v.field({.name = "keep",
           .help = "up to 1 a share of all samples, above 1 a number; null: all that pass",
           .min = 0,
           .max = 1e9},
          c.keep);
  v.field({.name = "keep_per_stratum",
           .help = "the same for each stratum, at most",
           .min = 0,
           .max = 1e9},
          c.keep_per_stratum);
  v.field({.name = "max_per_video", .help = "samples of one video; 0: any number", .min = 0},
          c.max_per_video);
  v.field({.name = "strata",
           .help = "what each gets its share by (--list strata)",
           .choices = names_of(stratum_parts())},
          c.strata);
  v.field(
      {.name = "quotas",
       .help = "shares of strata by name: {name: tvg/60-120s, weight: 0.5}; none: as in the data"},
      c.quotas);
  v.field({.name = "keep_degenerate_fraction",
           .help = "of what is kept: all right or all wrong, at most",
           .min = 0,
           .max = 1},
          c.keep_degenerate_fraction);
}

bool is_whole_or_share(const std::optional<double>& keep) {
  return !keep || *keep <= 1.0 || *keep == std::floor(*keep);
}

}  // namespace

void visit_fields(config::FieldVisitor& visitor, FilterConfig& c) {
  Fields v(visitor, c);
  v.field({.name = "preset",
           .help = "published settings (--list selection_presets); keys written here win",
           .choices = names_of(filter_presets())},
          c.preset);
  visit_requirements(v, c);
  visit_score(v, c);
  visit_choice(v, c);
  v.field({.name = "predict_group_size",
           .help = "responses per prompt of the training to come",
           .min = 2,
           .max = 4096},
          c.predict_group_size);
}

std::vector<std::string> check(const FilterConfig& c, const std::string& section,
                               const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  const auto refuse = [&](const char* key, const auto&... parts) {
    const auto found = locations.find(section + "." + key);
    problems.push_back(
        concat(found == locations.end() ? section + "." + key : found->second, ": ", parts...));
  };
  for (const auto& [key, where] : locations) {
    if (!key.starts_with(section + ".")) continue;
    const auto needs = without_effect(key.substr(section.size() + 1), c);
    if (!needs.empty())
      problems.push_back(
          concat(where, ": \"", key, "\" has no effect without ", needs, "; remove it"));
  }
  if (c.max_mean < c.min_mean) refuse("max_mean", "max_mean is below min_mean (", c.min_mean, ")");
  if (c.min_duration && c.max_duration && *c.max_duration < *c.min_duration)
    refuse("max_duration", "max_duration is below min_duration (", *c.min_duration, ")");
  if (!is_whole_or_share(c.keep))
    refuse("keep", "keep is ", *c.keep, ", expected a share up to 1 or a whole number");
  if (!is_whole_or_share(c.keep_per_stratum))
    refuse("keep_per_stratum", "keep_per_stratum is ", *c.keep_per_stratum,
           ", expected a share up to 1 or a whole number");
  if (c.choose != "top_k" && c.require.empty() && !c.keep && !c.keep_per_stratum)
    refuse("choose", "choose: ", c.choose,
           " would keep every sample; set keep, a share of the samples up to 1 or a number");
  return problems;
}

}  // namespace vrlt::selection
