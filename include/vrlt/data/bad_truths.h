#pragma once

#include <filesystem>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// What becomes of samples whose truth no answer can meet (truth.h).
enum class BadTruths {
  kKeep,      ///< For what must have every record: exports, scoring of completions.
  kLeaveOut,  ///< For training and selection: they teach nothing.
  /// For evaluation: left out too, but in the published splits of benchmarks, whose tables count
  /// them.
  kKeepPublished,
};

/// load_samples of dataset.h, less the samples that the rule leaves out: counted and named in one
/// warning a kind.
/// @throws as load_samples; DataError where no sample is left.
std::vector<Sample> load_samples(const std::vector<std::filesystem::path>& files, BadTruths rule);

}  // namespace vrlt::data
