#pragma once

#include <string>

#include "showing/shown_sample.h"

namespace vrlt::showing {

/// The sample for a terminal. @param lists_tokens  with every token and its id.
std::string to_text(const ShownSample& shown, bool lists_tokens);

}  // namespace vrlt::showing
