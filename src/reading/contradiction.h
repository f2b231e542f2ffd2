#pragma once

#include <cstdint>

#include "reading/options.h"

namespace vrlt::reading {

/// Whether a text that names an option in full, or by a line, at [begin, end) also says another
/// one; it may say why others are wrong. Source: docs/spec/reading.md#contradiction.
bool is_contradicted(View text, const Options& options, int64_t option, size_t begin, size_t end);

}  // namespace vrlt::reading
