#pragma once

#include <cstdint>

#include "vrlt/io/json.h"

namespace vrlt::io {

/// For what our own programs write and read again: states, stores, logs, messages between ranks.
/// They grow with the data set, so that only the depth is bounded; whether it fits in memory was
/// decided when it was written.
inline constexpr JsonLimits kOwnJson = {.max_bytes = UINT64_MAX, .max_values = INT64_MAX};

}  // namespace vrlt::io
