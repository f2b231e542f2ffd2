#pragma once

#include <filesystem>

#include "vrlt/settings/run_config.h"

namespace vrlt::settings {

/// Where the tools of Hugging Face keep what they have downloaded; it need not be there.
std::filesystem::path hub_folder();

/// Looks at what model.path names without opening weights, and knows what people bring in place of
/// a folder of ours: a hub id, an adapter, pickles, GGUF, a run folder, a model of another family.
/// Each is answered by one line that says what to do. What is wrong inside of config.json or of the
/// weights is left to those who read them. What model.adapter names is looked at too.
/// @throws MissingInputError, or CheckpointError for what is there and cannot be used.
void check_model_folder(const ModelSection& model);

}  // namespace vrlt::settings
