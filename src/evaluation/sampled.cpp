#include "evaluation/sampled.h"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>

#include "evaluation/sample_scores.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/headline.h"

namespace vrlt::evaluation {
namespace {

bool is_answered(const Answer* answer) { return answer != nullptr && answer->error.empty(); }

/// How many responses each answered sample has; 0: not all the same number.
int64_t responses_each(const std::vector<const Answer*>& answers) {
  std::optional<int64_t> each;
  for (const auto* answer : answers) {
    if (!is_answered(answer)) continue;
    const auto count = std::ssize(answer->responses);
    if (each && *each != count) return 0;
    each = count;
  }
  return each.value_or(0);
}

constexpr const char* kAccuracy = "accuracy";

bool is_right_or_wrong(const std::string& metric) {
  return metric == kAccuracy || metric == "Acc@GQA";
}

/// What a response to a question with labels says, an option or yes and no; "": it cannot be read.
std::string label_of(const SampleScore& score) {
  for (const char* name : {"option", "yn"})
    if (score.parsed.is_object() && score.parsed.contains(name) && !score.parsed[name].is_null())
      return score.parsed[name].dump();
  return {};
}

/// The headline score of each response, and its label.
struct Scored {
  std::vector<double> scores;
  std::vector<std::string> labels;
};

Scored scored(const data::Sample& sample, const Answer& answer, const Scoring& scoring) {
  Scored all;
  for (const auto& response : answer.responses) {
    const Answer one{.id = sample.id, .responses = {response}, .error = {}};
    all.scores.push_back(headline_score(sample, one, scoring)->value);
    all.labels.push_back(label_of(strict_score(sample, response, scoring)));
  }
  return all;
}

}  // namespace

double best_of(std::vector<double> scores, int64_t k) {
  const auto n = std::ssize(scores);
  VRLT_CHECK(k >= 1 && k <= n, "the best of ", k, " of ", n, " scores");
  std::sort(scores.begin(), scores.end(), std::greater<>());
  // The share of draws in which the i-th best is the best one drawn: of the n - i below it k - 1
  // are drawn, C(n - i, k - 1) / C(n, k), as a product that neither grows nor vanishes early.
  double expected = 0.0, share = static_cast<double>(k) / static_cast<double>(n);
  for (int64_t i = 1; i <= n - k + 1; ++i) {
    expected += share * scores[static_cast<size_t>(i - 1)];
    share *= static_cast<double>(n - i - k + 1) / static_cast<double>(std::max<int64_t>(1, n - i));
  }
  return expected;
}

double majority_score(const std::vector<std::string>& labels, const std::vector<double>& scores) {
  VRLT_CHECK(labels.size() == scores.size(), labels.size(), " labels, ", scores.size(), " scores");
  struct Votes {
    int64_t count = 0;
    double sum = 0.0;
  };
  std::map<std::string, Votes> votes;
  int64_t most = 0;
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].empty()) continue;
    auto& of_label = votes[labels[i]];
    of_label.sum += scores[i];
    most = std::max(most, ++of_label.count);
  }
  double sum = 0.0, leaders = 0.0;
  for (const auto& [label, of_label] : votes)
    if (of_label.count == most) {
      sum += of_label.sum / static_cast<double>(of_label.count);
      leaders += 1.0;
    }
  return leaders > 0.0 ? sum / leaders : 0.0;
}

MetricTable sampled_metrics(const std::vector<const data::Sample*>& samples,
                            const std::vector<const Answer*>& answers, const Scoring& scoring) {
  MetricTable table;
  const auto each = responses_each(answers);
  if (each < 2) return table;
  for (size_t i = 0; i < samples.size(); ++i) {
    const auto& sample = *samples[i];
    const auto headline = headline_score(sample, {.id = sample.id}, scoring);
    if (!headline) continue;
    const auto [scores, labels] =
        is_answered(answers[i]) ? scored(sample, *answers[i], scoring)
                                : Scored{std::vector(static_cast<size_t>(each), 0.0),
                                         std::vector(static_cast<size_t>(each), std::string())};
    const auto& metric = headline->metric;
    const char* name = is_right_or_wrong(metric) ? "/pass@" : "/best@";
    for (int64_t k = 1; k < each; k *= 2)
      table.add(concat(metric, name, k), best_of(scores, k), i, {});
    table.add(concat(metric, name, each), best_of(scores, each), i, {});
    if (metric == kAccuracy)
      table.add(concat(metric, "/maj@", each), majority_score(labels, scores), i, {});
  }
  return table;
}

}  // namespace vrlt::evaluation
