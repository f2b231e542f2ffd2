#pragma once

#include <string>
#include <vector>

namespace vrlt::io {

/// The words of a command line, split at white space without a shell: nothing is expanded, and $ *
/// ~ > | stand for themselves. 'single' and "double" quotes keep white space; a backslash takes the
/// next character as it is, in double quotes before " and \ only, in single quotes nowhere.
/// @throws ConfigError for a quote that is not closed, a backslash at the end, or no words at all.
std::vector<std::string> command_words(const std::string& command);

}  // namespace vrlt::io
