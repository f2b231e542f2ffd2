#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace vrlt::evaluation {

/// A longer zone is not looked at for an option, a label or a word.
inline constexpr size_t kMaxLabelZoneBytes = 1 << 16;

/// Without white space and marks of emphasis or quotation around it.
std::string_view without_decoration(std::string_view text);

/// What stands in \boxed{..}, in a JSON string, or in JSON under answer, option or choice; else the text itself.
std::string unwrapped(std::string_view zone);

/// Lower case, runs of white space as one space, without decoration and a final dot.
std::string comparable(std::string_view text);

}  // namespace vrlt::evaluation
