#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/data/prompt.h"
#include "vrlt/model/lora_config.h"
#include "vrlt/optim/optim_config.h"
#include "vrlt/optim/sharding_config.h"
#include "vrlt/rewards/reward_options.h"
#include "vrlt/settings/algorithm_config.h"
#include "vrlt/settings/online_selection.h"
#include "vrlt/settings/run_config.h"
#include "vrlt/settings/validation_section.h"

namespace vrlt::settings {

struct CheckpointSection {
  int64_t every = 100;  ///< Steps between checkpoints; the last step always has one.
  int64_t keep = 2;
  /// all: every checkpoint has the optimizer, and a run can go on from it. last: of those kept, the
  /// newest. unfinished: as last, and that of the run's last step has none.
  std::string optimizer = "all";
  /// first, always, never: whether ranks read what others wrote before a checkpoint counts.
  std::string verify = "first";
};

/// What supervised fine-tuning learns, and how tokens count.
struct SftSection {
  std::string target = "answer";  ///< answer; think_answer: the record's "thinking" before it.
  /// token_mean: over all target tokens of the step; seq_mean_token_mean: each sample counts the
  /// same, however long its target.
  std::string aggregation = "token_mean";

  data::ReferenceTarget reference_target() const {
    return target == "think_answer" ? data::ReferenceTarget::kThinkAnswer
                                    : data::ReferenceTarget::kAnswer;
  }
};

/// How ranks that have their part of the decoder's layers roll out; the responses are the same.
inline constexpr Choice kRolloutWeights[] = {
    {"auto",
     "whole where that takes at most half of the memory that each rank has free, else "
     "layers"},
    {"whole", "all layers come once before a rollout and stay until it ends"},
    {"layers", "one layer comes after the other, for every token"},
};

/// Everything `vrlt-train` reads.
struct TrainConfig {
  std::string name;
  std::string output = "runs";
  std::string trainer = "grpo";
  uint64_t seed = 0;
  /// Batches of prompts; each is an optimizer step unless algorithm.passes or updates_per_pass say
  /// more.
  int64_t steps = 100;
  int64_t prompts_per_step = 16;
  /// Prompts per pass; 1, with is_correction: none: the same weights on any number of ranks, to the
  /// last bit.
  int64_t micro_batch = 4;
  /// Tokens per pass at most, prompts and responses, where several prompts share it; 0: any number.
  int64_t micro_batch_tokens = 0;
  int64_t logged_rollouts = 2;  ///< Prompts per step whose responses go to rollouts.jsonl.
  /// Peak of one device in TFLOP/s, which utilisation refers to; not set: measured at start.
  std::optional<double> device_tflops;
  ModelSection model;
  model::LoraConfig lora;  ///< Of model.adapter, where that is given.
  DataSection data;
  video::VideoOptions video;
  video::ImageOptions image;
  RolloutSection rollout;
  std::vector<config::WeightedName> rewards = {
      {"format", 0.5}, {"temporal_iou", 0.5}, {"choice", 0.5}, {"grounded_qa", 0.5}};
  rewards::RewardOptions reward_options;
  AlgorithmSection algorithm;
  OnlineSelectionSection online_selection;
  SftSection sft;
  ValidationSection validation;
  optim::OptimConfig optim;
  CheckpointSection checkpoint;
  optim::ShardingConfig distributed;
  std::string rollout_weights = "auto";  ///< rollout.weights, see kRolloutWeights.

  bool rolls_out_by_layers() const { return rollout_weights == "layers"; }
  bool is_sft() const { return trainer == "sft"; }  ///< Else grpo: there are no others.
};

void visit_fields(config::FieldVisitor& visitor, TrainConfig& config);

/// The defaults, under the preset that the file or the command line names, under what they write
/// themselves.
/// @param doubts  not null: gets the combinations that are allowed but seldom meant, for the
/// program that trains to tell once.
/// @throws as config::load().
TrainConfig load_train_config(const std::filesystem::path& file,
                              const std::vector<std::string>& overrides,
                              std::vector<std::string>* doubts = nullptr);

/// Problems across fields: keys without effect for this trainer, unknown rewards, impossible
/// combinations.
std::vector<std::string> check(const TrainConfig& config, const config::KeyLocations& locations);

/// Combinations that are allowed but seldom meant.
std::vector<std::string> doubts(const TrainConfig& config, const config::KeyLocations& locations);

}  // namespace vrlt::settings
