#pragma once

#include "vrlt/check/matching.h"
#include "vrlt/settings/eval_config.h"
#include "vrlt/settings/select_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::check {

/// What runs of these configs want of their samples.
Purpose purpose_of(const settings::TrainConfig& config);
Purpose purpose_of(const settings::SelectConfig& config);
Purpose purpose_of(const settings::EvalConfig& config);

}  // namespace vrlt::check
