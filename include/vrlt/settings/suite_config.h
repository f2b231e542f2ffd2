#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/settings/eval_config.h"

namespace vrlt::settings {

/// Whether a file has the key that only suites of evaluations have. What is no YAML is told by
/// whoever loads it. @throws MissingInputError.
bool is_suite(const std::filesystem::path& file);

/// The evaluations that a suite names, in its order, each called SUITE/EVALUATION. @param overrides
/// go to each of them.
/// @throws as config::load().
std::vector<EvalConfig> load_suite(const std::filesystem::path& file,
                                   const std::vector<std::string>& overrides);

}  // namespace vrlt::settings
