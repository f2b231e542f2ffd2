#pragma once

#include <string_view>
#include <vector>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {

/// Whether a reward says something about a sample. That never depends on the response, so a run can
/// be judged before it begins.
bool reads(const RewardEntry& entry, const data::Sample& sample, const RewardOptions& options = {});

/// The pieces of RewardEntry::wants or ::refuses.
std::vector<std::string_view> pieces_of(const char* list);

}  // namespace vrlt::rewards
