#include "evaluation_run/eval_table.h"

#include <cstdio>
#include <map>

#include "vrlt/core/error.h"

namespace vrlt::evaluation_run {
namespace {

using io::Json;

using evaluation::StoredEstimate;
using evaluation::TaskResults;

std::string percent(const StoredEstimate& estimate) {
  char text[64];
  std::snprintf(text, sizeof text, "%6.2f  [%.2f, %.2f]", 100 * estimate.value,
                100 * estimate.low.value_or(0.0), 100 * estimate.high.value_or(0.0));
  return text;
}

/// "mIoU 41.20, R@0.5 38.00"
std::string brief(const auto& metrics, const auto& value_of) {
  std::string text;
  for (const auto& [metric, value] : metrics) {
    char number[32];
    std::snprintf(number, sizeof number, " %.2f", 100 * value_of(value));
    text += concat(text.empty() ? "" : ", ", metric, number);
  }
  return text;
}

/// The samples that could not be asked, and why.
void print_failures(const std::vector<evaluation::Answer>& answers) {
  constexpr size_t kMostShown = 20;
  size_t failures = 0;
  for (const auto& answer : answers) {
    if (answer.error.empty()) continue;
    // which names the sample
    if (++failures <= kMostShown) std::printf("  not answered: %s\n", answer.error.c_str());
  }
  if (failures > kMostShown)
    std::printf("  and %zu more (\"finish\": \"error\" in samples.jsonl)\n", failures - kMostShown);
}

void print_reasons(const TaskResults& results) {
  std::string text;
  for (const auto& [reason, count] : results.parse_failures)
    text += concat(text.empty() ? "" : ", ", reason, " ", count);
  if (!text.empty()) std::printf("  unreadable: %s\n", text.c_str());
}

void print_strict(const TaskResults& results, bool complete) {
  if (!complete)
    std::printf("  %-10s %-24s  %s\n", "", "answered samples", "samples without an answer count 0");
  for (const auto& [metric, answered, all] : results.strict)
    std::printf(complete ? "  %-10s %s\n" : "  %-10s %-24s  %s\n", metric.c_str(),
                percent(answered).c_str(), percent(all).c_str());
}

void print_both_line(const std::string& metric, const StoredEstimate* official,
                     const StoredEstimate* strict) {
  constexpr const char* kNone = "     -";
  std::printf("  %-12s %-26s %s\n", metric.c_str(),
              official != nullptr ? percent(*official).c_str() : kNone,
              strict != nullptr ? percent(*strict).c_str() : kNone);
}

/// A metric per line: by the profile that papers use, then strict, every sample in the denominator.
void print_both(const TaskResults& results) {
  const auto& profile = *results.headline();
  std::printf("  %-12s %-26s strict, all samples\n", "", profile.name.c_str());
  const auto official_of = [&](const std::string& metric) -> const StoredEstimate* {
    for (const auto& [name, estimate] : profile.metrics)
      if (name == metric) return &estimate;
    return nullptr;
  };
  for (const auto& strict : results.strict)
    print_both_line(strict.metric, official_of(strict.metric), &strict.all);
  for (const auto& [metric, estimate] : profile.metrics)
    if (results.find_strict(metric) == nullptr) print_both_line(metric, &estimate, nullptr);
  for (const auto& [metric, estimate] : profile.macro)
    std::printf("  %-12s %6.2f  mean over %s\n", metric.c_str(), 100 * estimate.value,
                results.macro_over.c_str());
}

void print_other_profiles(const TaskResults& results) {
  for (const auto& profile : results.profiles)
    if (&profile != results.headline())
      std::printf(
          "  by %s: %s\n", profile.name.c_str(),
          brief(profile.metrics, [](const auto& estimate) { return estimate.value; }).c_str());
  for (const auto& profile : results.profiles)
    if (profile.right_though_empty != 0)
      std::printf("  %s counts %lld empty answers as right\n", profile.name.c_str(),
                  static_cast<long long>(profile.right_though_empty));
  if (results.parser_gap > 0.01)
    std::printf(
        "  note: %.1f points between %s and strict: the parser, not the model, moves the score\n",
        100 * results.parser_gap, results.headline()->name.c_str());
}

void print_blind(const TaskResults& results) {
  for (const auto& blind : results.blind)
    std::printf("  blind, %s: %s\n", blind.name.c_str(),
                brief(blind.metrics, [](double value) { return value; }).c_str());
}

void print_sampled(const TaskResults& results) {
  for (const auto& [name, estimate] : results.sampled)
    std::printf("  %-20s %s\n", name.c_str(), percent(estimate).c_str());
}

/// By groups whose key has few values, one line each: "by duration: long 41.20, short 63.00".
void print_groups(const TaskResults& results) {
  constexpr size_t kMostValues = 6;
  std::map<std::string, std::vector<const TaskResults::Group*>> by_key;
  for (const auto& group : results.groups)
    if (!group.metrics.empty()) by_key[group.key].push_back(&group);
  for (const auto& [key, groups] : by_key) {
    if (groups.size() < 2 || groups.size() > kMostValues) continue;
    std::string text;
    for (const auto* group : groups) {
      char number[32];
      std::snprintf(number, sizeof number, " %.2f", 100 * group->metrics.front().second.value);
      text += concat(text.empty() ? "" : ", ", group->value, number);
    }
    std::printf("  %s by %s: %s\n", groups.front()->metrics.front().first.c_str(), key.c_str(),
                text.c_str());
  }
}

void print_scores(const TaskResults& results) {
  if (results.responses > results.done)
    std::printf("  avg@%lld: the mean over the answers to each question\n",
                static_cast<long long>(results.responses / results.done));
  print_sampled(results);
  if (results.strict.size() <= 1 && results.unlabelled > 0) {
    std::printf("  n/a: no labels, or only a judge could tell\n");
  } else if (results.headline() != nullptr) {
    print_both(results);
    print_other_profiles(results);
    print_groups(results);
    print_blind(results);
  } else {
    print_strict(results, results.done == results.expected);
    print_groups(results);
    print_blind(results);
  }
}

}  // namespace

void print_results(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                   const TaskResults& results, bool hide_scores) {
  std::printf("%s: %lld of %lld answered", task.name.c_str(), static_cast<long long>(results.done),
              static_cast<long long>(results.expected));
  std::printf(", %.1f %% unreadable, %.1f %% cut off\n", 100 * results.parse_failure_rate,
              100 * results.truncation_rate);
  if (!task.pooled) print_failures(answers);
  if (results.truncation_rate > 0.5)
    std::printf("  most answers end at generation.max_new_tokens: raise it\n");
  if (!results.not_comparable.empty())
    std::printf("  not comparable with published numbers: %s\n", results.not_comparable.c_str());
  print_reasons(results);
  if (results.predict_only)
    std::printf("  no scores asked for; --rescore scores these answers\n");
  else if (hide_scores)
    std::printf("  no scores printed; allow_partial=true prints them\n");
  else
    print_scores(results);
}

void print_comparison(const Json& comparison) {
  for (const auto& setting : comparison["settings"])
    std::printf("settings differ: %s: %s -> %s\n", setting["key"].get<std::string>().c_str(),
                setting["before"].get<std::string>().c_str(),
                setting["after"].get<std::string>().c_str());
  std::printf("%-6s %-10s %8s %8s %12s   95 %% interval of the difference (paired)\n", "task",
              "metric", "before", "after", "difference");
  for (const auto& [task, result] : comparison["tasks"].items()) {
    for (const auto& [metric, values] : result["metrics"].items()) {
      const auto percent = [&](const char* key) {
        return 100 * values[key]["value"].get<double>();
      };
      const auto& difference = values["difference"];
      std::printf("%-6s %-10s %8.2f %8.2f %+12.2f   [%+.2f, %+.2f]", task.c_str(), metric.c_str(),
                  percent("before"), percent("after"), percent("difference"),
                  100 * difference["ci95"][0].get<double>(),
                  100 * difference["ci95"][1].get<double>());
      if (difference.contains("p")) std::printf("  p %.3g", difference["p"].get<double>());
      std::printf("\n");
    }
    if (result["n_unpaired"] != 0)
      std::printf("%-6s %s samples left out: one of the runs could not ask them\n", task.c_str(),
                  result["n_unpaired"].dump().c_str());
  }
}

}  // namespace vrlt::evaluation_run
