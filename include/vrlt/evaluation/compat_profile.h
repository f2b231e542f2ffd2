#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "vrlt/data/sample.h"
#include "vrlt/evaluation/sample_score.h"

namespace vrlt::evaluation {

/// What a script does with two samples of one video, query and truth.
enum class Duplicates { kKept, kLastCounts };

/// What a script does with a sample that could not be asked.
enum class Unasked { kZero, kLeftOut };

/// Over what a script takes its means: over samples, or over videos of means over samples.
enum class Mean { kSamples, kVideos };

/// One official script, quirks included. Where it would raise, the score is 0 with the reason
/// official_crash. Where it asks a language model to judge, the score is 0 with the reason of an
/// answer that could not be read. Source: docs/spec/benchmarks.md#two-scores.
struct CompatProfile {
  const char* name;
  const char* help;
  const char* source;
  Duplicates duplicates;
  Unasked unasked;
  Mean mean;
  /// @param seed  of scripts that guess. @return metrics in [0, 1]; without a metric the script
  /// leaves the response out of its mean.
  SampleScore (*score)(const data::Sample& sample, const std::string& response, uint64_t seed);
  /// What the script's sum gets for a response that is for its judge when the judge fails; empty:
  /// it has no judge.
  std::optional<double> judge_failure = {};
};

std::span<const CompatProfile> compat_table();

/// @throws ConfigError listing the known names.
const CompatProfile& find_compat(const std::string& name);

}  // namespace vrlt::evaluation
