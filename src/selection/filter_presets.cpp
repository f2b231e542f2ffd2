#include "vrlt/selection/filter_presets.h"

#include "vrlt/core/named_table.h"

namespace vrlt::selection {
namespace {

/// docs/spec/selection.md#criteria: what the figure of arXiv:2506.01908 shows, with thresholds of
/// ours, since the authors published none.
FilterConfig temporal_rlt() {
  return {.require = {"quality", "mixed", "spread", "good"},
          .keep = 32'000,
          .strata = {"task", "source", "duration"}};
}

/// Its code: over the mean IoU, of those that have any.
FilterConfig time_r1() {
  return {.require = {"good"},
          .min_mean = 1e-6,
          .max_mean = 1.0,
          .score = "gaussian",
          .choose = "sample",
          .keep = 2'500,
          .strata = {}};
}

/// Its code; the duration buckets are ours.
FilterConfig timelens() {
  return {.require = {"quality"},
          .min_parsed = 0.0,
          .max_truncated = 1.0,
          .min_duration = 5.0,
          .max_duration = 500.0,
          .max_gt_fraction = 1.0,
          .score = "gaussian",
          .gaussian_mean = 0.05,
          .inverse_density = true,
          .choose = "sample",
          .keep = 2'500,
          .strata = {"duration"}};
}

/// Its code's defaults; the released 4B model was made with power_std: 0, power_mean: 2.
FilterConfig timelens2() {
  return {.require = {}, .score = "power", .choose = "sample", .strata = {}};
}

/// arXiv:2503.14476: groups whose rewards are not all equal.
FilterConfig dapo() { return {.require = {"mixed", "spread"}, .min_std = 0.0, .min_gap = 1e-6}; }

/// arXiv:2509.19803; its threshold could not be verified, this one is ours.
FilterConfig vcrl() { return {.require = {"varied"}, .score = "variance"}; }

/// docs/spec/selection.md#criteria, the mix of difficulties, with shares of ours.
FilterConfig difficulty_mix() {
  return {.require = {"quality", "mixed"},
          .keep = 0.25,
          .strata = {"difficulty"},
          .quotas = {{"hard", 0.25}, {"medium", 0.60}, {"easy", 0.15}}};
}

FilterConfig random() { return {.require = {}, .choose = "random", .strata = {}}; }

constexpr FilterPreset kPresets[] = {
    {"none", "the defaults of every key", [] { return FilterConfig{}; }},
    {"temporal_rlt",
     "rewards that vary around a fair mean, best 32,000 over task, source and duration",
     temporal_rlt},
    {"timelens2", "drawn by std^2; needs keep", timelens2},
    {"time_r1", "2,500 drawn by closeness of the mean to 0.3, if above 0", time_r1},
    {"timelens",
     "clips of 5 to 500 s, 2,500 drawn by closeness of the mean to 0.05, made level, over "
     "durations",
     timelens},
    {"dapo", "all samples whose rewards are not all equal", dapo},
    {"vcrl", "all samples of a normalised variance of at least 0.3", vcrl},
    {"difficulty_mix", "a quarter: 25 % hard, 60 % medium, 15 % easy", difficulty_mix},
    {"random", "any samples: the control of an experiment; needs keep", random},
};

}  // namespace

std::span<const FilterPreset> filter_presets() { return kPresets; }
const FilterPreset& find_filter_preset(const std::string& name) {
  return find_row(kPresets, name, "preset");
}

}  // namespace vrlt::selection
