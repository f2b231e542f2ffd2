#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "vrlt/algorithm/objective.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/distributed/process_group.h"
#include "vrlt/metrics/metric.h"
#include "vrlt/model/vision_language_model.h"
#include "vrlt/optim/gradient_sum.h"
#include "vrlt/settings/algorithm_config.h"
#include "vrlt/trainer/step/response_key.h"

namespace vrlt::trainer {

/// A prompt and its responses, as the update sees them.
struct UpdateGroup {
  /// Of the prompt in the run: with the number of a response its ResponseKey.
  int64_t position = 0;
  std::shared_ptr<const processor::ModelInputs> prompt;
  /// [N, F] of the rollout; undefined: encode, or there is no video.
  at::Tensor vision_features;
  std::vector<at::Tensor> responses;  ///< Each [R] int64.
  /// Per response: false leaves it out of the loss. Empty: all count.
  std::vector<bool> counted;
  at::Tensor sampler_log_probs;  ///< [sum of R] float32; undefined: not recorded.
};

struct PassReport;

struct UpdateSettings {
  settings::AlgorithmSection algorithm;
  double temperature = 1.0;  ///< What logits are divided by.
  int64_t micro_batch = 4;   ///< Groups per forward and backward pass.
  /// Tokens per pass at most, where several groups share it; 0: any number.
  int64_t micro_batch_tokens = 0;
  /// false: the encoder records gradients, and the reference has its own.
  bool freeze_vision = true;
  /// Ranks transfer gradients within passes: all have as many, and the longest go first, so that
  /// those that meet are of similar length.
  bool ranks_meet_in_passes = false;
};

/// What the update has to know about the responses of a step is measured once and then frozen: old
/// and reference log-probs, advantages. Then each of num_updates() optimizer steps accumulates its
/// gradients, with denominators of that step over all ranks. Every rank makes the same calls.
class PolicyUpdate {
 public:
  PolicyUpdate(const UpdateSettings& settings, model::VisionLanguageModel& policy,
               model::VisionLanguageModel* reference, distributed::ProcessGroup& group);

  /// Takes this rank's groups of a rollout batch: one list for each optimizer step of a pass
  /// (updates_per_pass), which may be empty.
  /// @throws ContractError if two groups have the same position.
  void start_batch(std::vector<std::vector<UpdateGroup>> parts);

  /// Log-probs of the policy before the update, where they differ from those of the update's own
  /// pass or something else needs them: several updates per batch, the divergence in the reward,
  /// the entropy mask. And those of the reference, if it is needed. The same micro-batches as in
  /// the update: the first update sees ratios of exactly 1. Where ranks meet within passes they
  /// have as many here. Where memory runs out passes become smaller, as in accumulate_gradients().
  void measure_anchors();

  /// Sum over each response of this rank of old minus reference log-probs.
  ByResponse<double> response_divergences() const;

  /// @param advantages  of every response of this rank; those of others may be among them.
  void set_advantages(const ByResponse<double>& advantages);

  int64_t num_updates() const { return settings_.algorithm.num_updates(); }

  /// Whether any rank has a token that counts in update 0, 1, ... of the batch; the same on all
  /// ranks.
  bool has_tokens(int64_t update) const { return part_of(update).counts.tokens > 0; }

  /// Forward and backward pass of update 0, 1, ... of the batch; adds its metrics, which are of
  /// this rank alone. The first one returns early when a stop is asked for (stop_requested): its
  /// gradients are of no use then. Where ranks meet within passes (see GradientSum), all of them
  /// take part in as many.
  /// If memory runs out on a rank, all of them make the passes again with half as many groups in
  /// each, and keep to that. It is then as if micro_batch had been so from the start, where a group
  /// is the same computation whatever is beside it: log-probs of measure_anchors() are measured
  /// anew before the first update; behind it, and in advantages that hold a divergence, they stay.
  /// @throws OutOfMemoryError on all ranks if a pass of one group does not fit.
  void accumulate_gradients(int64_t update, optim::GradientSum& gradients,
                            metrics::MetricSet& metrics);

  /// The coefficient of the next updates, in place of the configured one.
  void set_entropy_coef(double coef) { settings_.algorithm.objective.entropy.coef = coef; }

 private:
  struct MicroBatch {
    model::GroupBatch batch;                ///< Features as far as they are constant.
    std::vector<ResponseKey> keys;          ///< Of the responses, in the order of their tokens.
    std::vector<int64_t> response_lengths;  ///< All tokens.
    int64_t tokens = 0;                     ///< Of the prompts and the responses.
    at::Tensor counted;                     ///< [N] bool; undefined: all.
    /// Of all tokens; old_log_probs undefined: those of the update's own pass.
    algorithm::TokenBatch constants;
    at::Tensor old_entropy;  ///< [N] where the entropy mask needs it.
  };
  struct Part {
    std::vector<MicroBatch> micro_batches;
    algorithm::StepCounts counts;  ///< Over all ranks.
    int64_t passes = 0;            ///< Of the rank that has most, where they meet.
    int64_t largest() const;       ///< Groups in the largest pass.
  };

  const Part& part_of(int64_t update) const {
    return parts_.at(static_cast<size_t>(update % settings_.algorithm.updates_per_pass));
  }
  void pack_parts();
  void pack_again();
  MicroBatch pack(std::span<const UpdateGroup> groups) const;
  algorithm::TokenLogProbs forward(model::VisionLanguageModel& model,
                                   const MicroBatch& micro) const;
  algorithm::TokenBatch counted_tokens(const MicroBatch& micro,
                                       const algorithm::TokenLogProbs& current) const;
  void count_tokens(Part& part) const;
  bool make_forward_passes();
  void measure_anchors(MicroBatch& micro, std::exception_ptr& lack) const;
  bool shrinks(const PassReport& own);
  void pass(const MicroBatch& micro, const algorithm::StepCounts& counts,
            optim::GradientSum& gradients, metrics::MetricSet& metrics);
  bool make_passes(int64_t update, optim::GradientSum& gradients, metrics::MetricSet& metrics);
  void mask_by_entropy();
  template <typename Visit>
  void for_each_micro_batch(Visit&& visit);

  UpdateSettings settings_;
  model::VisionLanguageModel& policy_;
  model::VisionLanguageModel* reference_;
  distributed::ProcessGroup& group_;
  std::vector<std::vector<UpdateGroup>> groups_;  ///< Of each part.
  std::vector<Part> parts_;
};

}  // namespace vrlt::trainer
