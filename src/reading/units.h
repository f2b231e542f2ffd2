#pragma once

#include "reading/times.h"

namespace vrlt::reading {

/// Takes the unit behind a time, after up to three blanks or a hyphen. A clock takes seconds and
/// minutes as decoration.
/// @return whether there is one.
bool take_unit(View text, Time& time);

/// Adds the smaller times behind hours or minutes: `1 min 20 s`, `1 h, 5 min and 3 s`.
void add_smaller_times(View text, Time& time);

}  // namespace vrlt::reading
