#pragma once

#include <vector>

#include "check/mismatches.h"

namespace vrlt::check {

/// Labels that are missing, spans of no length or outside the clip, and tasks whose answer is
/// nearly always the same. Where labels do not matter: only the last.
void match_labels(const Samples& samples, const Purpose& purpose, Mismatches& found);

}  // namespace vrlt::check
