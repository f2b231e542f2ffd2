#pragma once

#include <filesystem>

namespace vrlt::command_line {

/// Standard input as a file that can be read from its beginning any number of times. What comes
/// through a pipe is read to its end and kept in memory. @return its path. @throws DiskError.
std::filesystem::path standard_input_file();

}  // namespace vrlt::command_line
