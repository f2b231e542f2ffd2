#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace vrlt {

/// What stands before the first line break: of an error of a library, its words without the trace.
inline std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

/// The first line of a file that the system writes, such as those of /proc; empty if there is none.
std::string first_line_of(const std::filesystem::path& file);

/// What stands behind "name :" in the first line of such a file that begins so, without blanks at
/// its ends; empty if there is none.
std::string field_of(const std::filesystem::path& file, std::string_view name);

}  // namespace vrlt
