#pragma once

#include <string_view>

namespace vrlt::reading::peers {

// The formats that other projects reward, each as a predicate on the whole response. They match
// Python regular expressions on Unicode text with "dot matches newline"; what a full match makes of
// their quantifiers is in docs/spec/rewards.md#layouts.

/// `<think>` .. `</think>` white space `<answer>` .. `</answer>` and nothing outside; the contents
/// may hold further tags. Source: Video-R1 (59d65c3), the r1v score of Temporal-R1 and EasyR1.
bool has_generic_format(std::string_view text);

/// `<think>`, then the last answer is exactly {"start_time": "n", "end_time": "n"}. Source:
/// Temporal-R1 verl/utils/reward_score/tvg.py.
bool has_seed_tvg_format(std::string_view text);

/// think, answer, glue after trimming, and the first glue block is a list of ordered (start, end).
/// Source: VideoChat-R1 src/open_r1/grpo_tasks.py.
bool has_glue_format(std::string_view text);

/// Begins with `<think>`, which does not come again, and `</think>` follows. Source: TRL
/// think_format_reward.
bool has_think_format(std::string_view text);

/// `<think>` .. `</think>` .. `\boxed{` .. `}` .. . Source: EasyR1
/// examples/reward_function/math.py.
bool has_boxed_format(std::string_view text);

/// MUSEG's tiers: 0 without the tags; 0.2 if an answer item is not a-b; 0.6 if
/// `timestamps_in_thinking` is asked for and one of the times stands there not at all or more than
/// 10 times; else 1. The peer searches for the time's text as a pattern, in which the dot matches
/// anything; here it is text. Source: MUSEG src/train.py.
double museg_format_tier(std::string_view text, bool timestamps_in_thinking);

}  // namespace vrlt::reading::peers
