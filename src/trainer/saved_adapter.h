#pragma once

#include <filesystem>

#include "vrlt/model/model_adapter.h"

namespace vrlt::trainer {

// The adapter in a checkpoint's folder: adapter/, in place of the whole model, and reference/ once
// a reference that moves has taken one over. The base is named there and not copied.

void save_adapters(const model::ModelAdapter& adapter, const std::filesystem::path& checkpoint);

/// @throws as model::check_adapter().
void check_adapters(const model::ModelAdapter& adapter, const std::filesystem::path& checkpoint);

/// @throws as model::load_adapter().
void restore_adapters(model::ModelAdapter& adapter, const std::filesystem::path& checkpoint);

}  // namespace vrlt::trainer
