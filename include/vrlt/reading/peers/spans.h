#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"

namespace vrlt::reading::peers {

// How other projects read time spans, for runs that must agree with theirs. What they get wrong is
// in docs/spec/rewards.md#spans-of-other-projects; the reading to train with is that of
// vrlt/reading.

/// {"start_time": s, "end_time": e} of the first answer block, values as Python's float() takes
/// them. Source: Temporal-R1 verl/utils/reward_score/tvg.py; unlike there, a key that comes twice
/// is a failure.
std::optional<Interval> read_seed_span(std::string_view response);

/// The last "a to b" or "a and b", with one space on either side of the word, in the last answer
/// block. A minus in front is not seen and clock times are torn apart. Source: Time-R1 main.py
/// (7f2b594), VideoChat-R1 (which refuses a > b).
std::optional<Interval> read_timer1_span(std::string_view response);

/// The list `[(s, e), ..]` of the first glue block, each s <= e; may be empty. Source: VideoChat-R1
/// src/open_r1/grpo_tasks.py.
std::optional<std::vector<Interval>> read_glue(std::string_view response);

/// The items `s-e` of an answer, separated by white space, as Python's float() takes them. Source:
/// MUSEG src/train.py.
std::optional<std::vector<Interval>> read_museg_items(std::string_view answer);

}  // namespace vrlt::reading::peers
