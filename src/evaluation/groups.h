#pragma once

#include <string>
#include <vector>

#include "vrlt/data/sample.h"

namespace vrlt::evaluation {

/// Of each sample the groups it counts in, as "key=value".
using Groups = std::vector<std::vector<std::string>>;

/// As the records say.
Groups exact_groups(const std::vector<const data::Sample*>& samples);

/// As lmms-eval finds them for Video-MME: a sample counts in every group whose value occurs
/// anywhere in its own values, joined by "_". So the sub-category "Multilingual" takes in all of
/// the domain of that name. Source: lmms-eval, videomme_aggregate_results.
Groups substring_groups(const std::vector<const data::Sample*>& samples);

}  // namespace vrlt::evaluation
