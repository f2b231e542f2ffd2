#include "vrlt/evaluation/results.h"

#include <algorithm>
#include <cmath>

#include "evaluation/blind.h"
#include "evaluation/metric_table.h"
#include "evaluation/sample_scores.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::evaluation {
namespace {

using Samples = std::vector<const data::Sample*>;
using Reasons = std::map<std::string, int64_t>;

const std::map<std::string, std::string> kNoGroups;

/// Everything there is to count about the responses, whatever scores them.
struct Counts {
  int64_t done = 0, errors = 0, missing = 0, unlabelled = 0, responses = 0, truncated = 0, tokens = 0, failures = 0;
  Reasons reasons;
  Reasons flags;  ///< Odd spans that are kept.
};

/// The strict score over the answered samples, and over all with 0 for the others.
struct StrictTables {
  MetricTable answered, all;
};

std::vector<SampleScore> strict_scores(const data::Sample& sample, const std::vector<Response>& responses) {
  std::vector<SampleScore> scores;
  for (const auto& response : responses) scores.push_back(find_strict(sample.task).score(sample, response.text));
  return scores;
}

double format_share(const std::vector<Response>& responses, bool think) {
  const auto policy = think ? rewards::ThinkPolicy::kRequired : rewards::ThinkPolicy::kForbidden;
  double sound = 0.0;
  for (const auto& response : responses) sound += rewards::has_strict_format(response.text, policy);
  return responses.empty() ? 0.0 : sound / static_cast<double>(responses.size());
}

void count(const Answer& answer, const std::vector<SampleScore>& scores, Counts& counts) {
  ++counts.done;
  counts.unlabelled += scores.front().metrics.empty();
  for (size_t k = 0; k < scores.size(); ++k) {
    ++counts.responses;
    counts.truncated += answer.responses[k].truncated;
    counts.tokens += answer.responses[k].num_tokens;
    if (scores[k].reason != "ok") {
      ++counts.failures;
      ++counts.reasons[scores[k].reason];
    }
    if (scores[k].parsed.is_object() && scores[k].parsed.contains("flags"))
      for (const auto& flag : scores[k].parsed["flags"]) ++counts.flags[flag.get<std::string>()];
  }
}

void add_strict(const Samples& samples, const std::vector<const Answer*>& answers, bool think, StrictTables& tables, Counts& counts) {
  const std::vector<Response> nothing = {{}};
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto& sample = *samples[i];
    const auto* answer = answers[i];
    const bool answered = answer != nullptr && answer->error.empty();
    const auto scores = strict_scores(sample, answered ? answer->responses : nothing);
    const auto add = [&](const std::string& name, double value, const auto& groups) {
      if (answered) tables.answered.add(name, value, i, groups);
      tables.all.add(name, answered ? value : 0.0, i, groups);
    };
    add("format", answered ? format_share(answer->responses, think) : 0.0, kNoGroups);
    for (const auto& [name, value] : mean_of(scores)) add(name, value, sample.groups);
    if (answered)
      count(*answer, scores, counts);
    else
      ++(answer == nullptr ? counts.missing : counts.errors);
  }
}

/// What one official script counts.
struct CompatTable {
  const CompatProfile* profile;
  MetricTable table;
  MetricTable over_videos;  ///< Instead of `table`, where the script takes means of means over videos.
  Reasons reasons;
  int64_t responses = 0, empty_right = 0, superseded = 0;
};

/// Samples whose video, query and truth come again later.
std::vector<bool> superseded_samples(const Samples& samples) {
  std::map<std::string, size_t> last;
  std::vector<bool> superseded(samples.size(), false);
  for (size_t i = 0; i < samples.size(); ++i) {
    auto key = concat(samples[i]->video, ">>>", samples[i]->question);
    for (const auto& span : samples[i]->segments) key += concat(">>>", io::Json(span.start_seconds).dump(), ",", io::Json(span.end_seconds).dump());
    const auto [found, is_new] = last.emplace(std::move(key), i);
    if (!is_new) superseded[found->second] = true;
    found->second = i;
  }
  return superseded;
}

CompatTable compat_table_of(const CompatProfile& profile, const Samples& samples, const std::vector<const Answer*>& answers,
                            const std::vector<bool>& superseded, uint64_t seed) {
  CompatTable result{.profile = &profile, .table = {}, .over_videos = {}, .reasons = {}};
  const std::vector<Response> nothing = {{}};
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto& sample = *samples[i];
    const bool answered = answers[i] != nullptr && answers[i]->error.empty();
    if (profile.duplicates == Duplicates::kLastCounts && superseded[i]) {
      ++result.superseded;
      continue;
    }
    if (!answered && profile.unasked == Unasked::kLeftOut) continue;
    std::vector<SampleScore> scores;
    for (const auto& response : answered ? answers[i]->responses : nothing) {
      auto score = profile.score(sample, response.text, seed);
      ++result.responses;
      if (answered && score.reason != "ok") ++result.reasons[score.reason];
      if (answered && response.text.empty() && !score.metrics.empty() && score.metrics.front().second > 0.0) ++result.empty_right;
      // The text of an error is no answer, also to a script that takes an empty one for right.
      if (!answered)
        for (auto& [name, value] : score.metrics) value = 0.0;
      scores.push_back(std::move(score));
    }
    for (const auto& [name, value] : mean_of(scores)) result.table.add(name, value, i, sample.groups);
  }
  return result;
}

io::Json macro_json(const MetricTable& table, const MetricTable& over_videos, const std::string& key) {
  io::Json json = io::Json::object();
  if (key == "video") {
    json = to_json(over_videos);
  } else {
    for (const auto& column : table.columns())
      if (const auto macro = table.macro_mean(column.name, key); macro.num_groups > 0)
        json[column.name] = {{"value", macro.mean}, {"n_groups", macro.num_groups}};
  }
  json.erase("format");
  return json;
}

io::Json groups_json(const MetricTable& table) {
  io::Json json = io::Json::object();
  for (const auto& [name, group] : table.groups()) json[name] = to_json(group);
  return json;
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
      const auto* values = answered == tables.answered.groups().end() ? nullptr : answered->second.find(column.name);
      json[name][column.name] = to_json(values != nullptr ? values->estimate : Estimate{});
      json[name][column.name]["unanswered_as_zero"] = to_json(column.estimate);
    }
  }
  return json;
}

io::Json compat_json(const CompatTable& compat, const std::string& macro_over, const MetricTable& over_videos) {
  const bool videos = compat.profile->mean == Mean::kVideos;
  int64_t failures = 0;
  for (const auto& [reason, number] : compat.reasons) failures += number;
  io::Json json = {{"source", compat.profile->source},
                   {"mean_over", videos ? "videos" : "samples"},
                   {"metrics", to_json(videos ? over_videos : compat.table)},
                   {"unmatched_rate", static_cast<double>(failures) / static_cast<double>(std::max<int64_t>(1, compat.responses))},
                   {"unmatched", compat.reasons},
                   {"n_right_though_empty", compat.empty_right},
                   {"n_duplicates_dropped", compat.superseded}};
  if (!macro_over.empty()) json["macro"] = macro_json(compat.table, over_videos, macro_over);
  if (!compat.table.groups().empty()) json["groups"] = groups_json(compat.table);
  return json;
}

/// The largest difference between strict metrics and those of the first profile.
double parser_gap(const MetricTable& strict, const CompatTable& compat) {
  double gap = 0.0;
  for (const auto& column : compat.table.columns())
    if (const auto* other = strict.find(column.name)) gap = std::max(gap, std::abs(column.estimate.mean - other->estimate.mean));
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

io::Json summarize(const Samples& samples, const std::vector<Answer>& answers, const Scoring& scoring) {
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
  add_strict(samples, of_sample, scoring.think, strict, counts);
  const auto superseded = superseded_samples(samples);
  std::vector<CompatTable> compat;
  for (const auto* profile : scoring.profiles) compat.push_back(compat_table_of(*profile, samples, of_sample, superseded, scoring.seed));

  std::vector<MetricTable> over_videos = {strict.answered.per_cluster(clusters)};
  for (auto& table : compat) over_videos.push_back(table.table.per_cluster(clusters));
  std::vector<MetricTable*> tables = {&strict.answered, &strict.all};
  for (auto& table : compat) tables.push_back(&table.table);
  if (scoring.macro_over == "video" || std::any_of(compat.begin(), compat.end(), [](const auto& c) { return c.profile->mean == Mean::kVideos; }))
    for (auto& table : over_videos) tables.push_back(&table);
  estimate_all(tables, clusters);

  auto result = counts_json(counts, samples.size());
  result["metrics"] = strict_metrics_json(strict);
  result["parse_failures"] = counts.reasons;
  if (!counts.flags.empty()) result["flags"] = counts.flags;
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
    result["compat"][compat[k].profile->name] = compat_json(compat[k], scoring.macro_over, over_videos[k + 1]);
  }
  if (const auto blind = blind_baselines(samples); !blind.empty()) result["blind"] = blind;
  return result;
}

}  // namespace vrlt::evaluation
