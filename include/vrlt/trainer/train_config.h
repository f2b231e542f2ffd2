#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/policy_loss.h"
#include "vrlt/config/load.h"
#include "vrlt/optim/adamw.h"
#include "vrlt/rewards/reward_options.h"
#include "vrlt/trainer/run_config.h"

namespace vrlt::trainer {

struct AlgorithmSection {
  algorithm::PolicyLossConfig policy_loss;
  algorithm::AdvantageConfig advantage;
  std::string aggregation = "token_mean";
  double kl_coef = 0.0;  ///< 0: no reference model is loaded.
};

struct CheckpointSection {
  int64_t every = 100;  ///< Steps between checkpoints; the last step always has one.
  int64_t keep = 2;
};

/// Everything `vrlt-train` reads.
struct TrainConfig {
  std::string name;
  std::string output = "runs";
  std::string trainer = "grpo";
  uint64_t seed = 0;
  int64_t steps = 100;
  int64_t prompts_per_step = 16;
  int64_t micro_batch = 4;      ///< Prompts per forward and backward pass.
  int64_t logged_rollouts = 2;  ///< Prompts per step whose responses go to rollouts.jsonl.
  ModelSection model;
  DataSection data;
  video::VideoOptions video;
  RolloutSection rollout;
  std::vector<config::WeightedName> rewards = {{"format", 0.5}, {"temporal_iou", 0.5}, {"choice", 0.5}, {"grounded_qa", 0.5}};
  rewards::RewardOptions reward_options;
  AlgorithmSection algorithm;
  optim::AdamWConfig optim;
  CheckpointSection checkpoint;
};

void visit_fields(config::FieldVisitor& visitor, TrainConfig& config);

/// Problems across fields: keys without effect for this trainer, unknown rewards, impossible combinations.
std::vector<std::string> check(const TrainConfig& config, const config::KeyLocations& locations);

}  // namespace vrlt::trainer
