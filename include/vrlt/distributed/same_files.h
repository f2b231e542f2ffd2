#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

// What the ranks read is compared by content: each may have a copy of its own. All ranks call
// these.

/// @throws DataError naming a rank that reads other bytes, or the files in another order;
/// DiskError.
void check_same_records(ProcessGroup& group, const std::vector<std::string>& records);

/// Compares what stands beside the weights of a model folder, or of an adapter's: shapes,
/// tokenizer, templates, settings of images and of generation, scale.
/// @throws DataError naming a rank and the first file that differs; DiskError.
void check_same_model_folder(ProcessGroup& group, const std::filesystem::path& folder);

}  // namespace vrlt::distributed
