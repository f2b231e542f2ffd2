#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::io {

/// Refuses an output that would take the place of something that is read, by whatever name or link
/// it is given.
/// @param option  that names the output: "--report".
/// @throws ConfigError.
void refuse_input_as_output(const std::string& option, const std::filesystem::path& output,
                            const std::vector<std::filesystem::path>& inputs);

}  // namespace vrlt::io
