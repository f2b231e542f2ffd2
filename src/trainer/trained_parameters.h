#pragma once

#include "vrlt/model/vision_language_model.h"
#include "vrlt/optim/named_tensors.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::trainer {

/// The weights of a policy that training moves, in the order of its table: those of its adapter if
/// it has one; else all, or with freeze_vision those outside the vision encoder.
optim::NamedTensors which_parameters_train(const settings::ModelSection& section,
                                           model::VisionLanguageModel& policy);

/// From now on exactly these record gradients. @param trained  of the policy.
void record_gradients_of(const optim::NamedTensors& trained, model::VisionLanguageModel& policy);

}  // namespace vrlt::trainer
