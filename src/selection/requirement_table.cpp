#include "vrlt/selection/requirement_table.h"

#include "vrlt/core/named_table.h"

namespace vrlt::selection {
namespace {

double share(int64_t count, int64_t of) {
  return static_cast<double>(count) / static_cast<double>(of);
}

const char* quality(const SampleStatistics& s, const FilterConfig& config) {
  if (share(s.num_parsed, s.reward.draws()) < config.min_parsed) return "unparsed";
  if (share(s.num_truncated, s.reward.draws()) > config.max_truncated) return "truncated";
  if ((config.min_duration || config.max_duration) && !s.duration) return "no_duration";
  if (config.min_duration && *s.duration < *config.min_duration) return "too_short";
  if (config.max_duration && *s.duration > *config.max_duration) return "too_long";
  if (s.gt_fraction && (*s.gt_fraction <= 0.0 || *s.gt_fraction > config.max_gt_fraction))
    return "degenerate_gt";
  return nullptr;
}

const char* mixed(const SampleStatistics& s, const FilterConfig& config) {
  if (s.reward.continuous) return nullptr;
  if (s.reward.num_correct < config.min_correct) return "all_wrong";
  if (s.reward.draws() - s.reward.num_correct < config.min_wrong) return "all_right";
  return nullptr;
}

const char* spread(const SampleStatistics& s, const FilterConfig& config) {
  if (!s.reward.continuous) return nullptr;
  if (s.reward.std < config.min_std) return "low_std";
  if (s.reward.gap < config.min_gap) return "low_gap";
  return nullptr;
}

const char* good(const SampleStatistics& s, const FilterConfig& config) {
  if (!s.reward.continuous) return nullptr;
  if (s.reward.mean < config.min_mean) return "mean_too_low";
  if (s.reward.mean > config.max_mean) return "mean_too_high";
  return nullptr;
}

const char* varied(const SampleStatistics& s, const FilterConfig& config) {
  return normalized_variance(s.reward) < config.min_variance ? "low_variance" : nullptr;
}

constexpr Requirement kRequirements[] = {
    {"quality",
     "answers that can be read and end, a clip of allowed duration, a truth that is not all of it",
     quality},
    {"mixed", "0-or-1 rewards: at least min_correct right and min_wrong wrong", mixed},
    {"spread", "continuous rewards: min_std and min_gap", spread},
    {"good", "continuous rewards: a mean from min_mean to max_mean", good},
    {"varied", "min_variance of the largest variance that so many rewards can have (VCRL)", varied},
};

constexpr ReasonKey kReasonKeys[] = {
    {"unparsed", "min_parsed"},
    {"truncated", "max_truncated"},
    {"no_duration", "min_duration and max_duration"},
    {"too_short", "min_duration"},
    {"too_long", "max_duration"},
    {"degenerate_gt", "max_gt_fraction"},
    {"all_wrong", "min_correct"},
    {"all_right", "min_wrong"},
    {"low_std", "min_std"},
    {"low_gap", "min_gap"},
    {"mean_too_low", "min_mean"},
    {"mean_too_high", "max_mean"},
    {"low_variance", "min_variance"},
    {"too_many_of_video", "max_per_video"},
    {"no_quota", "quotas"},
    {"below_top_k", "keep and keep_per_stratum"},
    {"not_drawn", "keep and keep_per_stratum"},
};

}  // namespace

std::span<const Requirement> requirement_table() { return kRequirements; }
const Requirement& find_requirement(const std::string& name) {
  return find_row(kRequirements, name, "requirement");
}

const char* failed_requirement(const SampleStatistics& sample, const FilterConfig& config,
                               const char* except) {
  for (const auto& name : config.require) {
    if (except != nullptr && name == except) continue;
    if (const char* reason = find_requirement(name).reason(sample, config)) return reason;
  }
  return nullptr;
}

std::span<const ReasonKey> reason_keys() { return kReasonKeys; }

}  // namespace vrlt::selection
