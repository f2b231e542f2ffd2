#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "vrlt/reading/reading.h"

namespace vrlt::reading {

/// The part of a response that is read.
struct Zone {
  std::string text;             ///< As it stands in the response.
  Reason reason = Reason::kOk;  ///< Why there is none.
  /// It is the content of an `<answer>` block, as opposed to free text.
  bool block = false;
};

struct Zones {
  Zone answer;
  std::optional<Zone> glue;  ///< The last `<glue>` block, where there is one.
};

/// Thinking is left out, the last answer block decides, and free text is what is left where there
/// is none. One scan over the tags; the zones of a text of any size are at most kMaxZoneBytes.
/// Source: docs/spec/reading.md#zones.
Zones find_zones(const Response& response);

inline constexpr size_t kMaxZoneBytes = 1 << 16;

}  // namespace vrlt::reading
