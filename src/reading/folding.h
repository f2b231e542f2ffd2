#pragma once

#include <string>
#include <string_view>

#include "reading/text.h"

namespace vrlt::reading {

/// One spelling for what is written in several: blanks, newlines, dashes, quotes, brackets, arrows,
/// full-width and decorated signs as ASCII, invisible ones gone. Malformed bytes spoil the number
/// they stand in, and are blanks elsewhere. Source: docs/spec/reading.md#text.
Text fold(std::string_view bytes);

/// An option as a zone of a response would read it: composed (NFC), folded.
Text fold_option(const std::string& option);

}  // namespace vrlt::reading
