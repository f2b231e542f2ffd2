#pragma once

#include <string>

namespace vrlt::io {

/// Text of a model or a file for a line of a terminal or of XML 1.0: in valid UTF-8, a line's end
/// as \\n, and other code units that a terminal would obey or XML cannot hold (C0 and C1 controls,
/// DEL, U+FFFE, U+FFFF) as \\u and four digits.
/// @param limit  in bytes; what is longer is cut there, and its length told.
std::string printable(const std::string& text, size_t limit);

}  // namespace vrlt::io
