#include "vrlt/evaluation/task_results.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/io/own_fields.h"

namespace vrlt::evaluation {
namespace {

using io::Json;
using io::OwnFields;

/// Calls `visit(name, value, place)` for the members of an object that may not be there.
void for_each_member(const OwnFields& fields, const char* name, const auto& visit) {
  if (!fields.has(name)) return;
  for (const auto& [key, value] : fields.object(name).items())
    visit(key, value, concat(fields.place_of(name), ": ", key));
}

StoredEstimate parse_estimate(const Json& json, const std::string& place) {
  const OwnFields fields(json, place);
  StoredEstimate estimate{.value = fields.number("value")};
  if (fields.has("se")) estimate.standard_error = fields.number("se");
  if (fields.has("ci95")) {
    const auto& bounds = fields.list("ci95");
    if (bounds.size() != 2 || !bounds[0].is_number() || !bounds[1].is_number())
      fields.fail("ci95", "two numbers");
    estimate.low = bounds[0].get<double>();
    estimate.high = bounds[1].get<double>();
  }
  estimate.count = fields.integer(fields.has("n_groups") ? "n_groups" : "n");
  return estimate;
}

StoredMetrics parse_metrics(const OwnFields& fields, const char* name) {
  StoredMetrics metrics;
  for_each_member(fields, name, [&](const auto& metric, const Json& json, const auto& place) {
    metrics.emplace_back(metric, parse_estimate(json, place));
  });
  return metrics;
}

void parse_counts(const OwnFields& fields, TaskResults& results) {
  results.expected = fields.integer_or("n_expected", 0);
  results.done = fields.integer_or("n_done", 0);
  results.errors = fields.integer_or("n_error", 0);
  results.missing = fields.integer_or("n_missing", 0);
  results.unlabelled = fields.integer_or("n_unlabelled", 0);
  results.responses = fields.integer_or("n_responses", 0);
  if (fields.has("n_published")) results.published = fields.integer("n_published");
  results.parse_failure_rate = fields.number_or("parse_failure_rate", 0.0);
  results.truncation_rate = fields.number_or("truncation_rate", 0.0);
  results.parser_gap = fields.number_or("parser_gap", 0.0);
  for_each_member(fields, "parse_failures",
                  [&](const auto& reason, const Json& count, const std::string& place) {
                    if (!count.is_number_integer())
                      throw DataError(concat(place, " is no whole number"));
                    results.parse_failures.emplace_back(reason, count.get<int64_t>());
                  });
}

void parse_strict(const OwnFields& fields, TaskResults& results) {
  for_each_member(
      fields, "metrics", [&](const auto& metric, const Json& json, const std::string& place) {
        const OwnFields of_metric(json, place);
        results.strict.push_back({.metric = metric,
                                  .answered = parse_estimate(json, place),
                                  .all = parse_estimate(of_metric.object("unanswered_as_zero"),
                                                        of_metric.place_of("unanswered_as_zero"))});
      });
}

void parse_profiles(const OwnFields& fields, TaskResults& results) {
  for_each_member(fields, "compat",
                  [&](const auto& name, const Json& json, const std::string& place) {
                    const OwnFields of_profile(json, place);
                    results.profiles.push_back(
                        {.name = name,
                         .metrics = parse_metrics(of_profile, "metrics"),
                         .macro = parse_metrics(of_profile, "macro"),
                         .right_though_empty = of_profile.integer_or("n_right_though_empty", 0)});
                  });
  if (results.profiles.empty()) return;
  const auto first = fields.text("compat_profile");
  const auto found = std::find_if(results.profiles.begin(), results.profiles.end(),
                                  [&](const auto& profile) { return profile.name == first; });
  if (found == results.profiles.end()) fields.fail("compat_profile", "a name in \"compat\"");
  std::rotate(results.profiles.begin(), found, found + 1);
}

/// @param fields  of the whole file, or of a profile.
void parse_groups(const OwnFields& fields, TaskResults& results) {
  for_each_member(fields, "groups",
                  [&](const std::string& name, const Json& json, const std::string& place) {
                    const auto equals = name.find('=');
                    if (equals == std::string::npos) return;
                    auto& group = results.groups.emplace_back(
                        TaskResults::Group{name.substr(0, equals), name.substr(equals + 1), {}});
                    const OwnFields of_group(json, place);
                    for (const auto& [metric, estimate] : json.items())
                      group.metrics.emplace_back(
                          metric, parse_estimate(estimate, of_group.place_of(metric.c_str())));
                  });
}

void parse_blind(const OwnFields& fields, TaskResults& results) {
  for_each_member(fields, "blind",
                  [&](const auto& name, const Json& metrics, const std::string& place) {
                    const OwnFields of_answer(metrics, place);
                    auto& blind = results.blind.emplace_back(TaskResults::Blind{name, {}});
                    for (const auto& [metric, value] : metrics.items())
                      blind.metrics.emplace_back(metric, of_answer.number(metric.c_str()));
                  });
}

}  // namespace

const TaskResults::Strict* TaskResults::find_strict(const std::string& metric) const {
  const auto found = std::find_if(strict.begin(), strict.end(),
                                  [&](const auto& one) { return one.metric == metric; });
  return found == strict.end() ? nullptr : &*found;
}

TaskResults parse_results(const Json& json, const std::string& place) {
  const OwnFields fields(json, place);
  TaskResults results;
  parse_counts(fields, results);
  const auto text = [&](const char* name) {
    return fields.has(name) ? fields.text(name) : std::string();
  };
  results.prompt = text("prompt");
  results.not_comparable = text("not_comparable");
  results.macro_over = text("macro_over");
  results.predict_only = fields.has("predict_only");
  parse_strict(fields, results);
  results.sampled = parse_metrics(fields, "sampled");
  parse_profiles(fields, results);
  if (const auto* profile = results.headline()) {
    const auto& compat = fields.object("compat");
    parse_groups(OwnFields(compat.at(profile->name), fields.place_of("compat")), results);
  } else {
    parse_groups(fields, results);
  }
  parse_blind(fields, results);
  return results;
}

}  // namespace vrlt::evaluation
