#pragma once

#include "vrlt/reading/reason.h"
#include "vrlt/rewards/reward.h"

namespace vrlt::rewards {

/// What the reading of the sample's kind of answer says of a response: kOk where it can be read, be
/// it right or wrong, and where nobody needs to read it (captions, free text).
reading::Reason reading_of(const RewardInput& input);

}  // namespace vrlt::rewards
