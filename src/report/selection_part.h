#pragma once

#include <filesystem>
#include <string>

namespace vrlt::report {

/// Of a selection: what was kept and why the rest was not, and how far its numbers can be trusted:
/// HTML. Empty without statistics.jsonl. @throws DataError.
std::string selection_part(const std::filesystem::path& run);

}  // namespace vrlt::report
