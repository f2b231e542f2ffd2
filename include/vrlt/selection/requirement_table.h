#pragma once

#include <span>
#include <string>

#include "vrlt/selection/filter_config.h"
#include "vrlt/selection/statistics.h"

namespace vrlt::selection {

/// One row of the table of requirements: says why a sample is left out, or nullptr if it may stay.
struct Requirement {
  const char* name;
  const char* help;
  const char* (*reason)(const SampleStatistics& sample, const FilterConfig& config);
};

std::span<const Requirement> requirement_table();

/// @throws ConfigError listing the known names.
const Requirement& find_requirement(const std::string& name);

/// Why a sample fails the first of the requirements of a filter that it does not meet, or nullptr.
/// @param except  a requirement that is not looked at, or nullptr.
const char* failed_requirement(const SampleStatistics& sample, const FilterConfig& config,
                               const char* except = nullptr);

/// A reason for leaving a sample out, and the key that would let it stay.
struct ReasonKey {
  const char* reason;
  const char* key;
};
std::span<const ReasonKey> reason_keys();

}  // namespace vrlt::selection
