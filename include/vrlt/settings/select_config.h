#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/rewards/reward_options.h"
#include "vrlt/selection/filter_config.h"
#include "vrlt/selection/racing.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

/// Fresh responses to some of the selected samples, to see what the selection was worth.
struct AuditConfig {
  double fraction = 0.0;     ///< Share of the selected samples that is asked again; 0: no audit.
  int64_t min_samples = 20;  ///< At least so many of them, if there are.
};

/// What `vrlt-select` reads.
struct SelectConfig {
  std::string name;
  std::string output = "runs";
  uint64_t seed = 0;
  int64_t batch = 16;
  ModelSection model;
  DataSection data;
  video::VideoOptions video;
  video::ImageOptions image;
  RolloutSection rollout;
  selection::RacingConfig racing;
  std::vector<config::WeightedName> rewards = {
      {"temporal_iou", 1.0}, {"choice", 1.0}, {"grounded_qa", 1.0}};
  rewards::RewardOptions reward_options;
  selection::FilterConfig filter;
  AuditConfig audit;
};

void visit_fields(config::FieldVisitor& visitor, SelectConfig& config);

/// How rewards are computed, as YAML.
std::string reward_spec(SelectConfig config);

/// The defaults, under the preset of the filter that the file or the command line names, under what
/// they write themselves.
/// @param doubts  what a user should know about a sound config; null: nobody asks. @throws
/// ConfigError.
SelectConfig load_select_config(const std::filesystem::path& file,
                                const std::vector<std::string>& overrides,
                                std::vector<std::string>* doubts = nullptr);

}  // namespace vrlt::settings
