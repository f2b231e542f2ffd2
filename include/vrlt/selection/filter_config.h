#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "vrlt/config/load.h"

namespace vrlt::selection {

/// Which samples are kept, in three steps: those that fail a requirement go; a score is given to
/// the others; of each stratum its quota is chosen by score. Shares are of the pool: the samples
/// that could be read. Defaults of thresholds are ours, for K = 8.
struct FilterConfig {
  std::string preset = "none";

  std::vector<std::string> require = {"mixed", "spread", "good"};  ///< Rows of requirement_table.h.
  /// quality: share of answers that can be read,
  double min_parsed = 0.5;
  /// and that hit the length limit.
  double max_truncated = 0.5;
  /// quality: of the clip, seconds.
  std::optional<double> min_duration, max_duration;
  /// quality: of the clip that the truth covers.
  double max_gt_fraction = 0.95;
  int64_t min_correct = 1;  ///< mixed: so many right
  int64_t min_wrong = 1;    ///< and so many wrong.
  double min_std = 0.10;    ///< spread: standard deviation,
  /// distance of the best from the worst.
  double min_gap = 0.25;
  double min_mean = 0.05;  ///< good: a band for the mean.
  double max_mean = 0.90;
  double min_variance = 0.3;  ///< varied: of the largest that so many rewards can have.

  std::string score = "posterior";  ///< A row of score_table.h.
  double gaussian_mean = 0.3;       ///< gaussian: the mean reward that is wanted most,
  double gaussian_std = 0.2;        ///< and how far others may be.
  double power_std = 2.0;           ///< power: a and b of (std + 1e-8)^a (1 - mean + 1e-8)^b.
  double power_mean = 0.0;
  /// Scores are divided by how many of the pool have such a mean, in 20 bins of [0, 1].
  bool inverse_density = false;

  std::string choose = "top_k";  ///< top_k, sample, random; see select_samples.
  /// Up to 1: a share of the pool; above: so many. None: all that pass.
  std::optional<double> keep;
  /// The same for each stratum, at most; what it lacks is not given to others.
  std::optional<double> keep_per_stratum;
  int64_t max_per_video = 0;                   ///< Samples of one video; 0: any number.
  std::vector<std::string> strata = {"task"};  ///< What makes a stratum: rows of strata.h.
  /// Shares of strata by name, as "tvg/60-120s"; none: as in the pool.
  std::vector<config::WeightedName> quotas;
  /// Of what is kept: all right or all wrong; needs the stratum `difficulty`.
  double keep_degenerate_fraction = 0.0;

  int64_t predict_group_size = 8;  ///< G of the training that the report looks forward to.
};

void visit_fields(config::FieldVisitor& visitor, FilterConfig& config);

/// What is wrong across fields, each with its place. @param section  "filter", as in the locations.
std::vector<std::string> check(const FilterConfig& config, const std::string& section,
                               const config::KeyLocations& locations);

}  // namespace vrlt::selection
