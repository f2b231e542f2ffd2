#pragma once

#include <filesystem>

#include "vrlt/model/model_adapter.h"

namespace vrlt::model {

/// Writes the folder of the adapter of a model as PEFT reads it (adapter_config.h). Where the base
/// came from and a hash of it are in the metadata of the factors.
/// @param pairs  those of the adapter that train, or its reference's, which are there.
/// @throws DiskError.
void save_adapter(const ModelAdapter& adapter, const std::vector<LowRankPair>& pairs,
                  const std::filesystem::path& folder);

/// Whether the factors in a folder are those of such an adapter: the same scale, a factor for each
/// and each of its shape, none left over; and trained beside this base, if they say beside which.
/// @throws CheckpointError listing what does not fit; as read_adapter().
void check_adapter(const std::filesystem::path& folder, const ModelAdapter& adapter);

/// Copies the factors of a folder into the adapter's.
/// @param pairs  of the adapter, as many as its modules; those of a reference are made where there
/// are none. @throws as check_adapter(); NotFiniteError.
void load_adapter(const std::filesystem::path& folder, const ModelAdapter& adapter,
                  std::vector<LowRankPair>& pairs);

/// A warning where the factors in a folder were trained beside other weights than those of this
/// adapter; empty: they were not, or do not say.
std::string other_base(const std::filesystem::path& folder, const ModelAdapter& adapter);

}  // namespace vrlt::model
