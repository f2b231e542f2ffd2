#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

/// What `vrlt-eval` reads.
struct EvalConfig {
  std::string name;
  std::string output = "runs";
  uint64_t seed = 0;
  int64_t batch = 16;
  bool rescore = false;
  bool allow_partial = false;
  bool allow_errors = false;
  bool predict_only = false;
  bool substring_groups = false;
  bool official_judge_bug = false;
  int64_t subtitle_frames = 32;
  std::vector<std::string> ids;
  std::vector<std::string> compat;
  ModelSection model;
  DataSection data;
  video::VideoOptions video;
  video::ImageOptions image;
  RolloutSection generation{
      .group_size = 1, .max_new_tokens = 1024, .sampling = {.temperature = 0.0}};

  std::filesystem::path run_folder() const { return std::filesystem::path(output) / name; }
};

void visit_fields(config::FieldVisitor& visitor, EvalConfig& config);

/// @throws as config::load.
EvalConfig load_eval_config(const std::filesystem::path& file,
                            const std::vector<std::string>& overrides);

}  // namespace vrlt::settings
