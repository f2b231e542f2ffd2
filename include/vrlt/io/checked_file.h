#pragma once

#include <filesystem>
#include <functional>
#include <string_view>

namespace vrlt::io {

/// As write_file_atomic (io/files.h), and `check` looks at the new file before it gets its name:
/// what it throws takes the new file away again, and the old one, if there was one, stays.
/// @throws DiskError, and what `check` throws.
void write_file_checked(const std::filesystem::path& path, std::string_view bytes,
                        const std::function<void(const std::filesystem::path& written)>& check);

}  // namespace vrlt::io
