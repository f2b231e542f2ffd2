#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <vector>

namespace vrlt::io {

/// Paths of what is in a folder, in no order. @throws MissingInputError if there is none; DataError
/// with the system's reason if it cannot be listed.
std::vector<std::filesystem::path> list_input_folder(const std::filesystem::path& folder);

/// Calls `take` with a regular file piece by piece, without mapping it: a file that shrinks
/// meanwhile is an error and no signal.
/// @throws as read_file; DataError also if the size changes while it is read.
void read_pieces(const std::filesystem::path& path,
                 const std::function<void(std::string_view)>& take);

}  // namespace vrlt::io
