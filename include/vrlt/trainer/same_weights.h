#pragma once

#include <string>

#include "vrlt/distributed/process_group.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::trainer {

/// Compares a hash of all weights over the ranks; all ranks call it. Of what is cut over ranks only
/// those compare that hold the same part. @param when  for the message: "at the start".
/// @throws DataError naming a rank whose weights are not those of rank 0: it reads another model
/// folder, or its processor rounds differently.
void check_same_weights(distributed::ProcessGroup& group, model::VisionLanguageModel& model,
                        const std::string& when);

}  // namespace vrlt::trainer
