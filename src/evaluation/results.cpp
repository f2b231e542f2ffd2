#include "vrlt/evaluation/results.h"

#include <algorithm>
#include <cmath>

#include "evaluation/blind.h"
#include "evaluation/compat_counts.h"
#include "evaluation/metric_table.h"
#include "evaluation/sample_scores.h"
#include "evaluation/sampled.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/strict_score.h"

namespace vrlt::evaluation {
namespace {

using Samples = std::vector<const data::Sample*>;
using Reasons = std::map<std::string, int64_t>;

/// Everything there is to count about the responses, whatever scores them.
struct Counts {
  int64_t done = 0, errors = 0, missing = 0, unlabelled = 0, responses = 0, truncated = 0,
          tokens = 0, failures = 0;
  Reasons reasons;
  Reasons flags;  ///< Odd spans that are kept.
};

/// The strict score over the answered samples, and over all with 0 for the others.
struct StrictTables {
  MetricTable answered, all;
};

std::vector<SampleScore> strict_scores(const data::Sample& sample,
                                       const std::vector<Response>& responses,
                                       const Scoring& scoring) {
  std::vector<SampleScore> scores;
  for (const auto& response : responses) scores.push_back(strict_score(sample, response, scoring));
  return scores;
}

double format_share(const data::Sample& sample, const std::vector<Response>& responses,
                    const Scoring& scoring) {
  double sound = 0.0;
  for (const auto& response : responses) sound += has_asked_format(sample, response, scoring);
  return responses.empty() ? 0.0 : sound / static_cast<double>(responses.size());
}

void count(const Answer& answer, const std::vector<SampleScore>& scores, Counts& counts) {
  ++counts.done;
  counts.unlabelled += scores.front().metrics.empty();
  for (size_t k = 0; k < scores.size(); ++k) {
    ++counts.responses;
    counts.truncated += answer.responses[k].truncated;
    counts.tokens += answer.responses[k].num_tokens;
    if (rewards::is_parse_failure(scores[k].reason)) {
      ++counts.failures;
      ++counts.reasons[scores[k].reason.word];
    }
    if (scores[k].parsed.is_object() && scores[k].parsed.contains("flags"))
      for (const auto& flag : scores[k].parsed["flags"]) ++counts.flags[flag.get<std::string>()];
  }
}

void add_strict(const Samples& samples, const std::vector<const Answer*>& answers,
                const Groups& groups, const Scoring& scoring, StrictTables& tables,
                Counts& counts) {
  const std::vector<Response> nothing = {{}};
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto& sample = *samples[i];
    const auto* answer = answers[i];
    const bool answered = answer != nullptr && answer->error.empty();
    const auto scores = strict_scores(sample, answered ? answer->responses : nothing, scoring);
    const auto add = [&](const std::string& name, double value,
                         const std::vector<std::string>& of_groups) {
      if (answered) tables.answered.add(name, value, i, of_groups);
      tables.all.add(name, answered ? value : 0.0, i, of_groups);
    };
    add("format", answered ? format_share(sample, answer->responses, scoring) : 0.0, {});
    for (const auto& [name, value] : mean_of(scores)) add(name, value, groups[i]);
    if (answered)
      count(*answer, scores, counts);
    else
      ++(answer == nullptr ? counts.missing : counts.errors);
  }
}

io::Json strict_metrics_json(const StrictTables& tables) {
  io::Json json = io::Json::object();
  for (const auto& column : tables.all.columns()) {
    const auto* answered = tables.answered.find(column.name);
    json[column.name] = to_json(answered != nullptr ? answered->estimate : Estimate{});
    json[column.name]["unanswered_as_zero"] = to_json(column.estimate);
  }
  return json;
}

io::Json strict_groups_json(const StrictTables& tables) {
  io::Json json = io::Json::object();
  for (const auto& [name, group] : tables.all.groups()) {
    const auto answered = tables.answered.groups().find(name);
    for (const auto& column : group.columns()) {
      const auto* values =
          answered == tables.answered.groups().end() ? nullptr : answered->second.find(column.name);
      json[name][column.name] = to_json(values != nullptr ? values->estimate : Estimate{});
      json[name][column.name]["unanswered_as_zero"] = to_json(column.estimate);
    }
  }
  return json;
}

/// The largest difference between strict metrics and those of the first profile.
double parser_gap(const MetricTable& strict, const CompatCounts& compat) {
  double gap = 0.0;
  for (const auto& column : compat.table.columns())
    if (const auto* other = strict.find(column.name))
      gap = std::max(gap, std::abs(column.estimate.mean - other->estimate.mean));
  return gap;
}

io::Json counts_json(const Counts& counts, size_t num_samples) {
  const double divisor = static_cast<double>(std::max<int64_t>(1, counts.responses));
  return {{"n_expected", num_samples},
          {"n_done", counts.done},
          {"n_error", counts.errors},
          {"n_missing", counts.missing},
          {"n_unlabelled", counts.unlabelled},
          {"n_responses", counts.responses},
          {"n_parse_fail", counts.failures},
          {"parse_failure_rate", static_cast<double>(counts.failures) / divisor},
          {"truncation_rate", static_cast<double>(counts.truncated) / divisor},
          {"mean_tokens", static_cast<double>(counts.tokens) / divisor}};
}

}  // namespace

io::Json summarize(const Samples& samples, const std::vector<Answer>& answers,
                   const Scoring& scoring) {
  const auto index = by_id(answers);
  std::vector<const Answer*> of_sample;
  std::vector<std::string> clusters;
  for (const auto* sample : samples) {
    const auto found = index.find(sample->id);
    of_sample.push_back(found == index.end() ? nullptr : found->second);
    clusters.push_back(sample->cluster);
  }
  Counts counts;
  StrictTables strict;
  const auto groups = exact_groups(samples);
  add_strict(samples, of_sample, groups, scoring, strict, counts);
  auto result = counts_json(counts, samples.size());
  result["parse_failures"] = counts.reasons;
  if (!counts.flags.empty()) result["flags"] = counts.flags;
  if (scoring.predict_only) return result;

  const auto official_groups = scoring.substring_groups ? substring_groups(samples) : groups;
  std::vector<CompatCounts> compat;
  for (const auto* profile : scoring.profiles)
    compat.push_back(count_as_official(*profile, samples, of_sample, official_groups, scoring));

  std::vector<MetricTable> over_videos = {strict.answered.per_cluster(clusters)};
  for (auto& table : compat) over_videos.push_back(table.table.per_cluster(clusters));
  auto sampled = sampled_metrics(samples, of_sample, scoring);
  std::vector<MetricTable*> tables = {&strict.answered, &strict.all, &sampled};
  for (auto& table : compat) tables.push_back(&table.table);
  if (scoring.macro_over == "video" || std::any_of(compat.begin(), compat.end(), [](const auto& c) {
        return c.profile->mean == Mean::kVideos;
      }))
    for (auto& table : over_videos) tables.push_back(&table);
  estimate_all(tables, clusters);

  result["metrics"] = strict_metrics_json(strict);
  if (!scoring.macro_over.empty()) {
    result["macro_over"] = scoring.macro_over;
    result["macro"] = macro_json(strict.answered, over_videos.front(), scoring.macro_over);
  }
  if (!strict.all.groups().empty()) result["groups"] = strict_groups_json(strict);
  for (size_t k = 0; k < compat.size(); ++k) {
    if (k == 0) {
      result["compat_profile"] = compat[k].profile->name;
      result["parser_gap"] = parser_gap(strict.answered, compat[k]);
    }
    result["compat"][compat[k].profile->name] =
        to_json(compat[k], scoring.macro_over, over_videos[k + 1]);
  }
  if (!sampled.columns().empty()) result["sampled"] = to_json(sampled);
  if (const auto blind = blind_baselines(samples); !blind.empty()) result["blind"] = blind;
  return result;
}

}  // namespace vrlt::evaluation
