#include "rewards/span_scores.h"

#include <algorithm>
#include <cmath>

namespace vrlt::rewards {
namespace {

double total_length(const std::vector<Interval>& spans) {
  double total = 0.0;
  for (const auto& span : spans) total += span.length();
  return total;
}

double overlap(const Interval& a, const Interval& b) {
  return std::max(
      0.0, std::min(a.end_seconds, b.end_seconds) - std::max(a.start_seconds, b.start_seconds));
}

double finite_or_zero(double value) { return std::isfinite(value) ? value : 0.0; }

/// The share of a merged set that lies before `seconds`; `index` walks along as the calls go from
/// left to right.
class DistributionWalk {
 public:
  explicit DistributionWalk(const std::vector<Interval>& spans)
      : spans_(spans), total_(total_length(spans)) {}
  double share_before(double seconds) {
    while (index_ < spans_.size() && spans_[index_].end_seconds <= seconds)
      passed_ += spans_[index_++].length();
    const double inside =
        index_ < spans_.size() ? std::max(0.0, seconds - spans_[index_].start_seconds) : 0.0;
    return (passed_ + inside) / total_;
  }

 private:
  const std::vector<Interval>& spans_;
  double total_, passed_ = 0.0;
  size_t index_ = 0;
};

/// Integral of |difference| over a stretch on which the difference is linear, from `left` to
/// `right`.
double linear_area(double left, double right, double width) {
  if (left * right >= 0.0) return 0.5 * (std::abs(left) + std::abs(right)) * width;
  // two triangles
  return 0.5 * (left * left + right * right) / (std::abs(left) + std::abs(right)) * width;
}

/// The area between the two cumulative distributions, which is W1 on the line.
double wasserstein_distance(const std::vector<Interval>& p, const std::vector<Interval>& q) {
  std::vector<double> corners;
  for (const auto* spans : {&p, &q})
    for (const auto& span : *spans)
      corners.insert(corners.end(), {span.start_seconds, span.end_seconds});
  std::sort(corners.begin(), corners.end());
  DistributionWalk walk_p(p), walk_q(q);
  double distance = 0.0, left = 0.0;
  for (size_t i = 0; i < corners.size(); ++i) {
    const double right = walk_p.share_before(corners[i]) - walk_q.share_before(corners[i]);
    if (i > 0) distance += linear_area(left, right, corners[i] - corners[i - 1]);
    left = right;
  }
  return distance;
}

}  // namespace

double normalized_giou(const std::vector<Interval>& predicted, const std::vector<Interval>& truth) {
  const auto p = merge_intervals(predicted), q = merge_intervals(truth);
  if (p.empty() || q.empty()) return 0.0;
  const double shared = shared_length(p, q), united = total_length(p) + total_length(q) - shared;
  const double hull = std::max(p.back().end_seconds, q.back().end_seconds) -
                      std::min(p.front().start_seconds, q.front().start_seconds);
  return finite_or_zero((1.0 + shared / united - (hull - united) / hull) / 2.0);
}

double wasserstein_similarity(const std::vector<Interval>& predicted,
                              const std::vector<Interval>& truth, double beta) {
  const auto p = merge_intervals(predicted), q = merge_intervals(truth);
  if (p.empty() || q.empty()) return 0.0;
  return finite_or_zero(std::exp(-beta * wasserstein_distance(p, q) / total_length(q)));
}

double timestamp_aware_iou(const Interval& predicted, const Interval& truth, double duration,
                           bool clamp_factors) {
  const auto factor = [&](double error) {
    const double value = 1.0 - std::abs(error) / duration;
    return clamp_factors ? std::clamp(value, 0.0, 1.0) : value;
  };
  return finite_or_zero(temporal_iou(predicted, truth) *
                        factor(predicted.start_seconds - truth.start_seconds) *
                        factor(predicted.end_seconds - truth.end_seconds));
}

double segment_f1(const std::vector<Interval>& predicted, const std::vector<Interval>& truth,
                  bool merge_truth) {
  constexpr double kEpsilon = 1e-6;
  const auto p = merge_intervals(predicted), q = merge_truth ? merge_intervals(truth) : truth;
  double shared = 0.0;
  if (merge_truth) {
    shared = shared_length(p, q);
  } else {
    for (const auto& span : q) shared += shared_length(p, {span});
  }
  const double precision = shared / (total_length(p) + kEpsilon),
               recall = shared / (total_length(q) + kEpsilon);
  return finite_or_zero(2.0 * precision * recall / (precision + recall + kEpsilon));
}

double paired_giou(const std::vector<Interval>& predicted, const std::vector<Interval>& truth) {
  const size_t pairs = std::max(predicted.size(), truth.size());
  double sum = 0.0;
  for (size_t i = 0; i < std::min(predicted.size(), truth.size()); ++i) {
    const auto &p = predicted[i], &q = truth[i];
    const double shared = overlap(p, q), united = p.length() + q.length() - shared;
    const double hull =
        std::max(p.end_seconds, q.end_seconds) - std::min(p.start_seconds, q.start_seconds);
    if (p.length() > 0 && united > 0) sum += (1.0 + shared / united - (hull - united) / hull) / 2.0;
  }
  return pairs == 0 ? 0.0 : finite_or_zero(sum / static_cast<double>(pairs));
}

}  // namespace vrlt::rewards
