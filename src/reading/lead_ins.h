#pragma once

#include "reading/text.h"

namespace vrlt::reading {

/// The text without what leads to an answer, "So, the correct answer is: ", at most three times.
/// Source: docs/spec/reading.md#lead-ins.
View without_lead_ins(View text);

}  // namespace vrlt::reading
