#include "evaluation/compat_counts.h"

#include <algorithm>

#include "evaluation/sample_scores.h"
#include "vrlt/core/error.h"

namespace vrlt::evaluation {
namespace {

/// Samples whose video, query and truth come again later.
std::vector<bool> superseded_samples(const std::vector<const data::Sample*>& samples) {
  std::map<std::string, size_t> last;
  std::vector<bool> superseded(samples.size(), false);
  for (size_t i = 0; i < samples.size(); ++i) {
    auto key = concat(samples[i]->video, ">>>", samples[i]->question);
    for (const auto& span : samples[i]->segments)
      key += concat(">>>", io::Json(span.start_seconds).dump(), ",",
                    io::Json(span.end_seconds).dump());
    const auto [found, is_new] = last.emplace(std::move(key), i);
    if (!is_new) superseded[found->second] = true;
    found->second = i;
  }
  return superseded;
}

void set_all(SampleScore& score, double value) {
  for (auto& metric : score.metrics) metric.second = value;
}

}  // namespace

CompatCounts count_as_official(const CompatProfile& profile,
                               const std::vector<const data::Sample*>& samples,
                               const std::vector<const Answer*>& answers, const Groups& groups,
                               const Scoring& scoring) {
  CompatCounts counts{.profile = &profile, .table = {}, .reasons = {}};
  const auto superseded = profile.duplicates == Duplicates::kLastCounts
                              ? superseded_samples(samples)
                              : std::vector<bool>(samples.size(), false);
  const std::vector<Response> nothing = {{}};
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto& sample = *samples[i];
    const bool answered = answers[i] != nullptr && answers[i]->error.empty();
    if (superseded[i]) {
      ++counts.superseded;
      continue;
    }
    if (!answered && profile.unasked == Unasked::kLeftOut) continue;
    std::vector<SampleScore> scores;
    for (const auto& response : answered ? answers[i]->responses : nothing) {
      auto score = profile.score(sample, scored_text(sample, response, scoring), scoring.seed);
      ++counts.responses;
      if (answered && score.reason != reading::Reason::kOk) ++counts.reasons[score.reason.word];
      if (answered && response.text.empty() && !score.metrics.empty() &&
          score.metrics.front().second > 0.0)
        ++counts.empty_right;
      if (answered && score.reason != reading::Reason::kOk && scoring.official_judge_bug &&
          profile.judge_failure)
        set_all(score, *profile.judge_failure);
      // The text of an error is no answer, also to a script that takes an empty one for right.
      if (!answered) set_all(score, 0.0);
      scores.push_back(std::move(score));
    }
    for (const auto& [name, value] : mean_of(scores)) counts.table.add(name, value, i, groups[i]);
  }
  return counts;
}

io::Json macro_json(const MetricTable& table, const MetricTable& over_videos,
                    const std::string& key) {
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

io::Json to_json(const CompatCounts& counts, const std::string& macro_over,
                 const MetricTable& over_videos) {
  const bool videos = counts.profile->mean == Mean::kVideos;
  int64_t failures = 0;
  for (const auto& [reason, number] : counts.reasons) failures += number;
  io::Json json = {
      {"source", counts.profile->source},
      {"mean_over", videos ? "videos" : "samples"},
      {"metrics", to_json(videos ? over_videos : counts.table)},
      {"unmatched_rate",
       static_cast<double>(failures) / static_cast<double>(std::max<int64_t>(1, counts.responses))},
      {"unmatched", counts.reasons},
      {"n_right_though_empty", counts.empty_right},
      {"n_duplicates_dropped", counts.superseded}};
  if (!macro_over.empty()) json["macro"] = macro_json(counts.table, over_videos, macro_over);
  if (counts.table.groups().empty()) return json;
  json["groups"] = io::Json::object();
  for (const auto& [name, group] : counts.table.groups()) json["groups"][name] = to_json(group);
  return json;
}

}  // namespace vrlt::evaluation
