#pragma once

#include "vrlt/check/dry_run.h"
#include "vrlt/settings/eval_config.h"
#include "vrlt/settings/select_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::check {

/// What runs of these configs do with their samples, and want of them.
RunPlan plan_of(const settings::TrainConfig& config);
RunPlan plan_of(const settings::SelectConfig& config);
RunPlan plan_of(const settings::EvalConfig& config);

/// The program that a config is for: the one of vrlt-train, vrlt-select and vrlt-eval that knows
/// most of its keys.
const char* program_of(const std::filesystem::path& config);

/// Of a config of vrlt-train, vrlt-select or vrlt-eval.
/// @throws as the loader of its program.
RunPlan load_run_plan(const std::filesystem::path& config,
                      const std::vector<std::string>& overrides);

}  // namespace vrlt::check
