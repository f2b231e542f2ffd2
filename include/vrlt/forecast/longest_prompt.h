#pragma once

#include <vector>

#include "vrlt/data/sample.h"
#include "vrlt/model/model_shape.h"
#include "vrlt/processor/prompt_loader.h"
#include "vrlt/processor/prompt_size.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::forecast {

/// The longest prompt of these samples by what their records tell, no file being opened: an upper
/// bound. @param geometry  of the model.
processor::PromptSize longest_prompt(const std::vector<const data::Sample*>& samples,
                                     const processor::MediaOptions& media,
                                     const processor::VisionGeometry& geometry);

/// The longest that a config allows: with a clip of any length.
processor::PromptSize longest_prompt(const settings::TrainConfig& config,
                                     const model::ModelShape& shape);

}  // namespace vrlt::forecast
