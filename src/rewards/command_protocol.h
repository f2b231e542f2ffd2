#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "vrlt/io/json.h"
#include "vrlt/rewards/reward_command.h"

namespace vrlt::rewards {

// The lines that pass between us and a program that computes a reward. Source:
// docs/rewards.md#protocol.

inline constexpr int64_t kProtocolVersion = 1;
inline constexpr uint64_t kMaxLineBytes = 1 << 20;  ///< Of what it says.

/// Why a line, or a response of it, has no value.
struct CommandFailure {
  const char* word;  ///< "command_timeout", ...
  std::string text;  ///< For people, as in "no answer within 30 s".
};

std::string hello_line();

/// @throws CommandFailure, which says what is expected.
CommandGreeting parse_greeting(std::string_view line);

/// All responses to a prompt.
std::string request_line(int64_t id, const GroupInput& group);

/// @param failed  gets what is wrong with single values: their outputs say so too.
/// @return  an output for each response. @throws CommandFailure for a line that answers nothing.
std::vector<RewardOutput> parse_answer(std::string_view line, int64_t id, size_t num_responses,
                                       const CommandGreeting& greeting,
                                       std::vector<CommandFailure>& failed);

/// The output of a response that got no value.
RewardOutput failed_output(const CommandFailure& failure, const CommandGreeting& greeting);

}  // namespace vrlt::rewards
