#include "evaluation_run/eval_table.h"

#include <cstdio>

#include "vrlt/core/error.h"

namespace vrlt::evaluation_run {
namespace {

using io::Json;

std::string percent(const Json& estimate) {
  char text[64];
  std::snprintf(text, sizeof text, "%6.2f  [%.2f, %.2f]", 100 * estimate["value"].get<double>(),
                100 * estimate["ci95"][0].get<double>(), 100 * estimate["ci95"][1].get<double>());
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

void print_reasons(const Json& results) {
  std::string text;
  for (const auto& [reason, count] : results["parse_failures"].items())
    text += concat(text.empty() ? "" : ", ", reason, " ", count.dump());
  if (!text.empty()) std::printf("  unreadable: %s\n", text.c_str());
}

void print_strict(const Json& results, bool complete) {
  if (!complete)
    std::printf("  %-10s %-24s  %s\n", "", "answered samples", "samples without an answer count 0");
  for (const auto& [metric, estimate] : results["metrics"].items())
    std::printf(complete ? "  %-10s %s\n" : "  %-10s %-24s  %s\n", metric.c_str(),
                percent(estimate).c_str(), percent(estimate["unanswered_as_zero"]).c_str());
}

/// A metric per line: by the profile that papers use, then strict, every sample in the denominator.
void print_both(const Json& results) {
  const auto profile = results["compat_profile"].get<std::string>();
  const auto& compat = results["compat"][profile]["metrics"];
  std::printf("  %-12s %-26s strict, all samples\n", "", profile.c_str());
  auto names = results["metrics"];
  for (const auto& [metric, estimate] : compat.items())
    if (!names.contains(metric)) names[metric] = nullptr;
  for (const auto& [metric, unused] : names.items()) {
    const auto official = compat.contains(metric) ? percent(compat[metric]) : "     -";
    const auto strict = results["metrics"].contains(metric)
                            ? percent(results["metrics"][metric]["unanswered_as_zero"])
                            : "     -";
    std::printf("  %-12s %-26s %s\n", metric.c_str(), official.c_str(), strict.c_str());
  }
  if (results.contains("macro_over"))
    for (const auto& [metric, estimate] : results["compat"][profile]["macro"].items())
      std::printf("  %-12s %6.2f  mean over %s\n", metric.c_str(),
                  100 * estimate["value"].get<double>(),
                  results["macro_over"].get<std::string>().c_str());
}

void print_other_profiles(const Json& results) {
  for (const auto& [name, profile] : results["compat"].items()) {
    if (name == results["compat_profile"]) continue;
    std::string text;
    for (const auto& [metric, estimate] : profile["metrics"].items()) {
      char value[32];
      std::snprintf(value, sizeof value, " %.2f", 100 * estimate["value"].get<double>());
      text += concat(text.empty() ? "" : ", ", metric, value);
    }
    std::printf("  by %s: %s\n", name.c_str(), text.c_str());
  }
  for (const auto& [name, profile] : results["compat"].items())
    if (profile["n_right_though_empty"] != 0)
      std::printf("  %s counts %s empty answers as right\n", name.c_str(),
                  profile["n_right_though_empty"].dump().c_str());
  if (results["parser_gap"] > 0.01)
    std::printf(
        "  note: %.1f points between %s and strict: the parser, not the model, moves the score\n",
        100 * results["parser_gap"].get<double>(),
        results["compat_profile"].get<std::string>().c_str());
}

void print_blind(const Json& results) {
  if (!results.contains("blind")) return;
  for (const auto& [name, metrics] : results["blind"].items()) {
    std::string text;
    for (const auto& [metric, value] : metrics.items()) {
      char number[32];
      std::snprintf(number, sizeof number, " %.2f", 100 * value.get<double>());
      text += concat(text.empty() ? "" : ", ", metric, number);
    }
    std::printf("  blind, %s: %s\n", name.c_str(), text.c_str());
  }
}

}  // namespace

void print_results(const EvalTask& task, const std::vector<evaluation::Answer>& answers,
                   const Json& results, bool hide_scores) {
  const auto count = [&](const char* key) {
    return static_cast<long long>(results[key].get<int64_t>());
  };
  std::printf("%s: %lld of %lld answered", task.name.c_str(), count("n_done"), count("n_expected"));
  std::printf(", %.1f %% unreadable, %.1f %% cut off\n",
              100 * results["parse_failure_rate"].get<double>(),
              100 * results["truncation_rate"].get<double>());
  if (!task.pooled) print_failures(answers);
  if (results["truncation_rate"].get<double>() > 0.5)
    std::printf("  most answers end at generation.max_new_tokens: raise it\n");
  if (results.contains("not_comparable"))
    std::printf("  not comparable with published numbers: %s\n",
                results["not_comparable"].get<std::string>().c_str());
  print_reasons(results);
  if (results.contains("predict_only")) {
    std::printf("  no scores asked for; --rescore scores these answers\n");
    return;
  }
  if (hide_scores) {
    std::printf("  no scores printed; allow_partial=true prints them\n");
    return;
  }
  if (count("n_responses") > count("n_done"))
    std::printf("  avg@%lld: the mean over the answers to each question\n",
                count("n_responses") / count("n_done"));
  if (results["metrics"].size() <= 1 && count("n_unlabelled") > 0) {
    std::printf("  n/a: no labels, or only a judge could tell\n");
  } else if (results.contains("compat")) {
    print_both(results);
    print_other_profiles(results);
    print_blind(results);
  } else {
    print_strict(results, count("n_done") == count("n_expected"));
    print_blind(results);
  }
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
