#pragma once

#include <filesystem>

#include "vrlt/distributed/process_group.h"

namespace vrlt::opening {

/// Compares what stands beside the weights of a model folder (shapes, tokenizer, templates,
/// settings of images and of generation) over the ranks, which may each have a copy of their own;
/// all ranks call it.
/// @throws DataError naming a rank and the first file that differs; DiskError.
void check_same_model_folder(distributed::ProcessGroup& group,
                             const std::filesystem::path& folder);

}  // namespace vrlt::opening
