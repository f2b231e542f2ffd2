#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::data {

/// How many samples a split of a benchmark has as published, or the part of it whose group `group`
/// is `value`.
struct BenchmarkSize {
  const char* bench;
  const char* split;
  int64_t samples;
  int64_t videos = 0;      ///< 0: not known.
  const char* group = "";  ///< Empty: the whole split.
  const char* value = "";
};

/// Counted in the official annotation files (docs/spec/benchmarks.md#what-there-is).
std::span<const BenchmarkSize> benchmark_sizes();

/// The size of a whole split, or null if it is not known.
const BenchmarkSize* find_benchmark_size(const std::string& bench, const std::string& split);

/// How many samples and videos there are of a benchmark, split and task.
struct SampleCount {
  std::string bench, split, task;
  int64_t samples = 0, videos = 0;
};

/// In alphabetic order.
std::vector<SampleCount> count_samples(const std::vector<Sample>& samples);

/// Where the samples differ from the published sizes of their splits: one sentence each.
std::vector<std::string> size_differences(const std::vector<Sample>& samples);

}  // namespace vrlt::data
