#pragma once

#include "reading/options.h"
#include "vrlt/reading/reading.h"

namespace vrlt::reading {

struct Zone;

/// The option of a zone.
Read<int64_t> read_choice(const Zone& zone, const Options& options);

/// The option that a clean text names. Source: docs/spec/reading.md#order-of-a-choice.
Read<int64_t> read_choice_text(View text, const Options& options);

/// The same, without objects and lists.
Read<int64_t> read_choice_words(View text, const Options& options);

/// By the first and last line, then by options named in full: what long free text may say.
Read<int64_t> read_long_choice(View text, const Options& options);

}  // namespace vrlt::reading
