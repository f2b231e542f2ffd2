#pragma once

#include <filesystem>

namespace vrlt::evaluation_run {

/// How the settings of two runs of vrlt-eval of the same records differ, and the paired difference
/// of their scores: printed, and written to AFTER/comparison.json, which vrlt-report shows.
/// @throws MissingInputError, ConfigError if one of them is no such run; as read_answers.
void compare_runs(const std::filesystem::path& before, const std::filesystem::path& after);

}  // namespace vrlt::evaluation_run
