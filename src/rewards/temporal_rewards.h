#pragma once

#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

// How well the predicted time spans fit the true ones. They apply to temporal grounding. One true
// span asks for one predicted span; several ask for a set. Source:
// docs/spec/rewards.md#temporal-overlap and #timestamp-aware-overlap.

/// IoU; of the merged sets when the truth has several spans.
RewardOutput temporal_iou_reward(const RewardInput& input, const RewardOptions& options);
/// (1 + GIoU) / 2.
RewardOutput temporal_giou_reward(const RewardInput& input, const RewardOptions& options);

struct WassersteinParameters {
  double beta = 1.0;  ///< Above 0; larger forgives less.
};
void visit_fields(config::FieldVisitor& visitor, WassersteinParameters& parameters);
void check(const WassersteinParameters& parameters, const RewardOptions& options);

/// exp(-beta W1 / length of the truth).
RewardOutput temporal_wasserstein_reward(const RewardInput& input, const RewardOptions& options,
                                         const WassersteinParameters& parameters);

/// Time-R1's timestamp-aware IoU with factors kept in [0, 1]. Wants one true span and a record with
/// a duration.
RewardOutput temporal_iou_timer1_reward(const RewardInput& input, const RewardOptions& options);
/// MUSEG's global matching with both sides merged.
RewardOutput segment_f1_reward(const RewardInput& input, const RewardOptions& options);
/// MUSEG's local matching of the merged spans, in the order of time.
RewardOutput segment_pairs_reward(const RewardInput& input, const RewardOptions& options);

// As other projects read and score a response; see peer_spans.h.

RewardOutput temporal_iou_seed_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput temporal_iou_timezero_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput temporal_iou_videochat_reward(const RewardInput& input, const RewardOptions& options);
/// Can be negative: a prediction beyond the end of the clip.
RewardOutput temporal_iou_timer1_peer_reward(const RewardInput& input,
                                             const RewardOptions& options);
/// IoU of the merged sets, prediction from the glue block. Applies to grounded QA too.
RewardOutput glue_iou_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput museg_global_reward(const RewardInput& input, const RewardOptions& options);
RewardOutput museg_local_reward(const RewardInput& input, const RewardOptions& options);

}  // namespace vrlt::rewards
