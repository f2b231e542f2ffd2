#pragma once

#include <filesystem>

namespace vrlt {

/// Replaces this program by another in the same process, with the arguments that this one has.
/// Returns only if that is not possible, with errno.
void become(const std::filesystem::path& program);

}  // namespace vrlt
