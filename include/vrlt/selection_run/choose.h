#pragma once

#include <filesystem>

#include "vrlt/selection_run/response_store.h"
#include "vrlt/settings/select_config.h"

namespace vrlt::selection_run {

/// Chooses among what is stored and writes statistics.jsonl, selected.jsonl, rejected.jsonl and
/// report.json. A pure function of the store, the records and the config.
/// @throws DataError if more samples could not be read than data.max_bad_fraction allows;
/// DiskError.
void choose(const settings::SelectConfig& config, const ResponseStore& store,
            const std::filesystem::path& folder);

}  // namespace vrlt::selection_run
