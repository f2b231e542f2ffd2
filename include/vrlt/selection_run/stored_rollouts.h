#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "vrlt/io/json.h"

namespace vrlt::selection_run {

/// The round of fresh draws, which no choice is made from.
inline constexpr const char* kAuditRound = "audit";

/// Visits what a run of vrlt-select has stored and chooses from: the lines of rollouts.jsonl with
/// responses, of all rounds but the audit's, in the order of the file. A sample has a line in each
/// round that asked it.
/// @param place  "path:line", for errors.
/// @throws MissingInputError if the run has no such file; DataError with path:line, also for a line
/// that was edited.
void for_each_rollout(
    const std::filesystem::path& run,
    const std::function<void(const io::Json& line, const std::string& place)>& visit);

}  // namespace vrlt::selection_run
