#pragma once

#include <filesystem>
#include <vector>

#include "vrlt/evaluation/answer.h"

namespace vrlt::selection_run {

/// The answers of a samples.jsonl, in its order; none if there is no such file. @throws DataError
/// with path:line.
std::vector<evaluation::Answer> read_answers(const std::filesystem::path& path);

}  // namespace vrlt::selection_run
