#pragma once

#include <optional>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// The record that a row of another project seems to stand for, read from the usual names of its
/// fields (conversations, messages, query, problem,
/// ...): placeholders of media taken out, lettered lines as options, a letter as the index of one,
/// "3.0 to 7.0" as a segment. A suggestion to look at, not a conversion. Nothing if it holds no
/// question, no media, or what parse_sample refuses.
std::optional<io::Json> suggested_record(const io::Json& row);

}  // namespace vrlt::data
