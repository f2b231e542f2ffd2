#include "vrlt/data/sample_counts.h"

#include <cstdio>
#include <set>

#include "vrlt/data/benchmark_sizes.h"

namespace vrlt::data {

void print_sample_counts(const std::vector<Sample>& samples) {
  std::printf("%-16s %-11s %-14s %8s %8s\n", "bench", "split", "task", "samples", "videos");
  std::set<std::pair<std::string, std::string>> known;
  for (const auto& count : count_samples(samples)) {
    std::printf("%-16s %-11s %-14s %8lld %8lld\n", count.bench.c_str(), count.split.c_str(),
                count.task.c_str(), static_cast<long long>(count.samples),
                static_cast<long long>(count.videos));
    if (find_benchmark_size(count.bench, count.split) != nullptr)
      known.emplace(count.bench, count.split);
  }
  const auto differences = size_differences(samples);
  for (const auto& difference : differences)
    std::printf("not as published: %s\n", difference.c_str());
  if (differences.empty() && !known.empty()) std::printf("sizes are as published\n");
}

}  // namespace vrlt::data
