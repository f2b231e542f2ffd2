#include "vrlt/selection/epoch_filter.h"

#include <algorithm>

#include "vrlt/core/random.h"

namespace vrlt::selection {

std::vector<std::string> next_epoch(const std::vector<EpochScore>& last,
                                    const std::vector<std::string>& pool,
                                    const EpochFilterConfig& config, uint64_t seed, int64_t epoch) {
  std::vector<std::string> ids;
  for (const auto& sample : last)
    if (sample.mean > config.min_mean && sample.mean <= config.max_mean) ids.push_back(sample.id);
  std::vector<std::pair<uint64_t, std::string>> others;
  for (const auto& id : pool)
    others.emplace_back(random_bits(seed, stable_hash(id), static_cast<uint64_t>(epoch), 0), id);
  std::sort(others.begin(), others.end());
  for (size_t i = 0; i < others.size() && ids.size() < last.size(); ++i)
    ids.push_back(others[i].second);
  return ids;
}

}  // namespace vrlt::selection
