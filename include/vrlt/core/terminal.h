#pragma once

namespace vrlt {

/// Whether standard error is a terminal on which lines may be redrawn and coloured. Not where TERM
/// is "dumb" or NO_COLOR is set: what is written there is plain text, line after line.
bool is_fancy_terminal();

}  // namespace vrlt
