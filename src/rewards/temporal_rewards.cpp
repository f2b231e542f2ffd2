#include "rewards/temporal_rewards.h"

#include <algorithm>
#include <cmath>

#include "rewards/prediction.h"
#include "rewards/require_option.h"
#include "rewards/span_scores.h"
#include "vrlt/config/fields.h"
#include "vrlt/reading/peers/answer_block.h"
#include "vrlt/reading/peers/spans.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

using Spans = std::vector<Interval>;

/// A prediction of nearly the whole clip is a cheap policy: worth watching. Source:
/// docs/spec/rewards.md#temporal-overlap.
constexpr double kWholeClip = 0.9;

RewardOutput scored(double value, const Spans& predicted, const data::Sample& sample) {
  RewardOutput output{.value = value, .read = spans_text(predicted)};
  if (const auto duration = clip_duration(sample)) {
    double covered = 0.0;
    for (const auto& span : merge_intervals(predicted)) covered += span.length();
    output.extra.emplace_back("covers_clip", covered > kWholeClip * *duration ? 1.0 : 0.0);
  }
  return output;
}

/// Reads the spans by our rules, then scores them with `score(predicted, truth)`.
template <typename Score>
RewardOutput score_spans(const RewardInput& input, const RewardOptions& options,
                         const Score& score) {
  if (!asks_for_spans(input.sample) || input.sample.segments.empty()) return kNotApplicable;
  const bool several = input.sample.segments.size() > 1 || options.span != "one";
  const auto read = apply_options(reading::read_spans(response_of(input, options), several),
                                  input.sample, options);
  if (!read) return failure(read.reason);
  if (const auto problem = reading::span_problem(*read); problem != reading::Reason::kOk)
    return failure(problem);
  auto spans = *read;
  std::erase_if(spans, [](const Interval& span) { return span.length() == 0; });
  auto output = scored(score(spans, input.sample.clip_segments()), spans, input.sample);
  if (output.value == 0.0) output.reason = reading::Reason::kWrong;
  return output;
}

double iou(const Spans& predicted, const Spans& truth) {
  return reading::span_credit(predicted, truth).value;
}

/// One span as a peer reads it, against the only true span.
template <typename Score>
RewardOutput score_peer_span(const RewardInput& input,
                             std::optional<Interval> (*read)(std::string_view),
                             const Score& score) {
  if (!asks_for_spans(input.sample) || input.sample.segments.size() != 1) return kNotApplicable;
  const auto span = read(input.text);
  if (!span) return failure(unread_by_peer());
  return scored(score(*span, input.sample.clip_segments().front()), {*span}, input.sample);
}

std::optional<Interval> read_videochat_span(std::string_view response) {
  const auto span = read_timer1_span(response);
  return span && span->length() >= 0 ? span : std::nullopt;
}

/// MUSEG refuses an answer with a span that is negative or not longer than 0.
template <typename Score>
RewardOutput score_museg(const RewardInput& input, const Score& score) {
  if (!asks_for_spans(input.sample) || input.sample.segments.empty()) return kNotApplicable;
  const auto answer = only_answer_block(input.text);
  if (!answer.content) return failure(answer.reason);
  const auto spans = read_museg_items(*answer.content);
  if (!spans) return failure(unread_by_peer());
  for (const auto& span : *spans)
    if (!(span.start_seconds >= 0 && span.start_seconds < span.end_seconds))
      return failure(unread_by_peer());
  return scored(score(*spans, input.sample.clip_segments()), *spans, input.sample);
}

bool wants_timestamps(const data::Sample& sample) {
  return sample.segments.size() == 1 && clip_duration(sample);
}

}  // namespace

void visit_fields(config::FieldVisitor& v, WassersteinParameters& c) {
  v.field({.name = "wasserstein_beta", .help = "of temporal_wasserstein", .min = 1e-6, .max = 1e6},
          c.beta);
}

void check(const WassersteinParameters& parameters, const RewardOptions&) {
  require_option("wasserstein_beta", std::isfinite(parameters.beta) && parameters.beta > 0,
                 "a number above 0");
}

RewardOutput temporal_iou_reward(const RewardInput& input, const RewardOptions& options) {
  return score_spans(input, options, iou);
}

RewardOutput temporal_giou_reward(const RewardInput& input, const RewardOptions& options) {
  return score_spans(input, options, normalized_giou);
}

RewardOutput temporal_wasserstein_reward(const RewardInput& input, const RewardOptions& options,
                                         const WassersteinParameters& parameters) {
  return score_spans(input, options, [&](const Spans& p, const Spans& q) {
    return wasserstein_similarity(p, q, parameters.beta);
  });
}

RewardOutput temporal_iou_timer1_reward(const RewardInput& input, const RewardOptions& options) {
  if (!wants_timestamps(input.sample)) return kNotApplicable;
  const double duration = *clip_duration(input.sample);
  return score_spans(input, options, [&](const Spans& p, const Spans& q) {
    return timestamp_aware_iou(p.front(), q.front(), duration, true);
  });
}

RewardOutput segment_f1_reward(const RewardInput& input, const RewardOptions& options) {
  return score_spans(input, options, [](const Spans& p, const Spans& q) {
    return segment_f1(p, q, /*merge_truth=*/true);
  });
}

RewardOutput segment_pairs_reward(const RewardInput& input, const RewardOptions& options) {
  return score_spans(input, options, [](const Spans& p, const Spans& q) {
    return paired_giou(merge_intervals(p), merge_intervals(q));
  });
}

RewardOutput temporal_iou_seed_reward(const RewardInput& input, const RewardOptions&) {
  // Temporal-R1 divides by the length of the video; what that fails on is no overlap.
  return score_peer_span(input, read_seed_span, [&](const Interval& p, const Interval& q) {
    return input.sample.duration == 0.0 ? 0.0 : temporal_iou(p, q);
  });
}

RewardOutput temporal_iou_timezero_reward(const RewardInput& input, const RewardOptions&) {
  return score_peer_span(input, read_timer1_span, temporal_iou);
}

RewardOutput temporal_iou_videochat_reward(const RewardInput& input, const RewardOptions&) {
  return score_peer_span(input, read_videochat_span, temporal_iou);
}

RewardOutput temporal_iou_timer1_peer_reward(const RewardInput& input, const RewardOptions&) {
  if (!wants_timestamps(input.sample)) return kNotApplicable;
  const double duration = *clip_duration(input.sample);
  // Not below -1, which only a true span beyond the duration could give.
  return score_peer_span(input, read_timer1_span, [&](const Interval& p, const Interval& q) {
    return std::max(-1.0, timestamp_aware_iou(p, q, duration, false));
  });
}

RewardOutput glue_iou_reward(const RewardInput& input, const RewardOptions&) {
  if (input.sample.segments.empty() ||
      (!asks_for_spans(input.sample) && input.sample.task != data::Task::kGroundedQa))
    return kNotApplicable;
  const auto spans = read_glue(input.text);
  if (!spans) return failure(unread_by_peer());
  return scored(temporal_set_iou(*spans, input.sample.clip_segments()), *spans, input.sample);
}

RewardOutput museg_global_reward(const RewardInput& input, const RewardOptions&) {
  return score_museg(input, [](const Spans& p, const Spans& q) {
    return segment_f1(p, q, /*merge_truth=*/false);
  });
}

RewardOutput museg_local_reward(const RewardInput& input, const RewardOptions&) {
  return score_museg(input, paired_giou);
}

}  // namespace vrlt::rewards
