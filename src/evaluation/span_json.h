#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"
#include "vrlt/io/json.h"

// Time spans as JSON. Source: spec benchmarks.md 4.3, attempt 1.
namespace vrlt::evaluation {

/// The text as JSON, where tuples and a comma before a closing bracket are tolerated; empty if it is none.
std::optional<io::Json> tolerant_json(std::string_view text);

/// Adds the spans that the JSON holds.
/// @return  missing_key, bad_json_value, bad_clock or not_finite; empty if all could be read.
std::string append_json_spans(const io::Json& json, std::vector<Interval>& spans);

}  // namespace vrlt::evaluation
