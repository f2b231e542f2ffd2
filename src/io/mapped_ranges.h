#pragma once

#include <cstddef>
#include <filesystem>

namespace vrlt::io {

/// A file that shrinks, or whose disk fails, while it is mapped cannot be told from the outside:
/// the system raises SIGBUS at the first byte that is gone, in whatever code reads it. From the
/// first call on such a signal inside a watched range ends the program with ExitCode::kBadData and
/// a line that names the file; elsewhere it does what it always does.
void watch_range(const void* begin, size_t size, const std::filesystem::path& path);
void forget_range(const void* begin);

}  // namespace vrlt::io
