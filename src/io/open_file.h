#pragma once

#include <cstdint>
#include <filesystem>

namespace vrlt::io {

/// Opens a regular file for reading and tells its size. @return a descriptor, to be closed by the
/// caller.
/// @throws MissingInputError; DataError if it may not be read or is not a regular file; DiskError
/// for what may be gone at the next try.
int open_regular(const std::filesystem::path& path, uint64_t* size);

}  // namespace vrlt::io
