#include "vrlt/data/benchmark_sizes.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

constexpr BenchmarkSize kSizes[] = {
    {"charades_sta", "test", 3720, 1334},
    {"charades_sta", "train", 12408, 5338},
    {"anet_tvg", "val_2", 17031, 4885},
    {"anet_tvg", "val_1", 17505, 4917},
    {"anet_tvg", "train", 37421, 10009},
    {"anet_rtl", "val", 229},
    {"nextgqa", "test", 5553, 990},
    {"nextgqa", "test", 2456, 0, "type", "CW"},
    {"nextgqa", "test", 1356, 0, "type", "TN"},
    {"nextgqa", "test", 852, 0, "type", "TC"},
    {"nextgqa", "test", 796, 0, "type", "CH"},
    {"nextgqa", "test", 93, 0, "type", "TP"},
    {"nextgqa", "val", 3358, 567},
    {"rextime", "val", 921, 696},
    {"rextime", "test", 2143},
    {"rextime", "train", 9695},
    {"videomme", "test", 2700, 900},
    {"videomme", "test", 900, 300, "duration", "short"},
    {"videomme", "test", 900, 300, "duration", "medium"},
    {"videomme", "test", 900, 300, "duration", "long"},
    {"mmvu_mc", "validation", 625, 379},
    {"tempcompass", "test", 7540, 410},
    {"tempcompass", "test", 1580, 0, "tc_task", "multi-choice"},
    {"tempcompass", "test", 2453, 0, "tc_task", "yes_no"},
    {"tempcompass", "test", 1503, 0, "tc_task", "caption_matching"},
    {"tempcompass", "test", 2004, 0, "tc_task", "captioning"},
    {"mvbench", "test", 4000},
    {"mvbench", "test", 200, 0, "sub_task", "action_sequence"},
    {"mvbench", "test", 200, 0, "sub_task", "action_prediction"},
    {"mvbench", "test", 200, 0, "sub_task", "object_interaction"},
    {"mvbench", "test", 200, 0, "sub_task", "action_localization"},
    {"mvbench", "test", 200, 0, "sub_task", "episodic_reasoning"},
    {"mvbench", "test", 200, 0, "sub_task", "action_antonym"},
    {"mvbench", "test", 200, 0, "sub_task", "fine_grained_action"},
    {"mvbench", "test", 200, 0, "sub_task", "unexpected_action"},
    {"mvbench", "test", 200, 0, "sub_task", "object_existence"},
    {"mvbench", "test", 200, 0, "sub_task", "moving_direction"},
    {"mvbench", "test", 200, 0, "sub_task", "moving_count"},
    {"mvbench", "test", 200, 0, "sub_task", "moving_attribute"},
    {"mvbench", "test", 200, 0, "sub_task", "counterfactual_inference"},
    {"mvbench", "test", 200, 0, "sub_task", "object_shuffle"},
    {"mvbench", "test", 200, 0, "sub_task", "action_count"},
    {"mvbench", "test", 200, 0, "sub_task", "state_change"},
    {"mvbench", "test", 200, 0, "sub_task", "character_order"},
    {"mvbench", "test", 200, 0, "sub_task", "scene_transition"},
    {"mvbench", "test", 200, 0, "sub_task", "fine_grained_pose"},
    {"mvbench", "test", 200, 0, "sub_task", "egocentric_navigation"},
};

struct Tally {
  int64_t samples = 0;
  std::set<std::string> videos;
};

bool belongs(const Sample& sample, const BenchmarkSize& size) {
  if (sample.bench != size.bench || sample.split != size.split) return false;
  const auto group = sample.groups.find(size.group);
  return *size.group == '\0' || (group != sample.groups.end() && group->second == size.value);
}

Tally tally(const std::vector<Sample>& samples, const BenchmarkSize& size) {
  Tally result;
  for (const auto& sample : samples) {
    if (!belongs(sample, size)) continue;
    ++result.samples;
    result.videos.insert(sample.video);
  }
  return result;
}

}  // namespace

std::span<const BenchmarkSize> benchmark_sizes() { return kSizes; }

const BenchmarkSize* find_benchmark_size(const std::string& bench, const std::string& split) {
  for (const auto& size : kSizes)
    if (bench == size.bench && split == size.split && *size.group == '\0') return &size;
  return nullptr;
}

std::vector<SampleCount> count_samples(const std::vector<Sample>& samples) {
  std::map<std::tuple<std::string, std::string, std::string>, Tally> tallies;
  for (const auto& sample : samples) {
    auto& tally = tallies[{sample.bench, sample.split, to_string(sample.task)}];
    ++tally.samples;
    if (!sample.video.empty()) tally.videos.insert(sample.video);
  }
  std::vector<SampleCount> counts;
  for (const auto& [key, tally] : tallies)
    counts.push_back({std::get<0>(key), std::get<1>(key), std::get<2>(key), tally.samples,
                      std::ssize(tally.videos)});
  return counts;
}

std::vector<std::string> size_differences(const std::vector<Sample>& samples) {
  std::set<std::pair<std::string, std::string>> splits;
  for (const auto& sample : samples) splits.emplace(sample.bench, sample.split);
  std::vector<std::string> differences;
  for (const auto& size : kSizes) {
    if (!splits.contains({size.bench, size.split})) continue;
    const auto found = tally(samples, size);
    const auto part = *size.group == '\0'
                          ? concat(size.bench, " ", size.split)
                          : concat(size.bench, " ", size.split, ", ", size.group, " ", size.value);
    if (found.samples != size.samples)
      differences.push_back(
          concat(part, ": ", found.samples, " samples, published with ", size.samples));
    if (size.videos != 0 && std::ssize(found.videos) != size.videos)
      differences.push_back(
          concat(part, ": ", found.videos.size(), " videos, published with ", size.videos));
  }
  return differences;
}

}  // namespace vrlt::data
