#include "vrlt/rewards/reason.h"

#include <array>
#include <ostream>

namespace vrlt::rewards {
namespace {

/// What a command that failed leaves (reward_command.h): nothing was found out about the response.
constexpr std::array kOfCommands = {"command_timeout", "command_crash", "command_flood",
                                    "command_answer", "command_value"};

}  // namespace

std::ostream& operator<<(std::ostream& stream, const Reason& reason) {
  return stream << reason.word;
}

Reason wrong_layout() { return {ReasonKind::kRefused, "format"}; }
Reason unread_by_peer() { return {ReasonKind::kUnread, "unreadable"}; }
Reason no_peer_letter() { return {ReasonKind::kUnread, "unparsed"}; }
Reason overlong() { return {ReasonKind::kWrong, "overlong"}; }

Reason find_reason(std::string_view word) {
  if (const auto read = reading::find_reason(word)) return *read;
  for (const auto& said : {wrong_layout(), unread_by_peer(), no_peer_letter(), overlong()})
    if (said == word) return said;
  for (const char* said : kOfCommands)
    if (word == said) return {ReasonKind::kWrong, said};
  return {ReasonKind::kUnread, std::string(word)};
}

bool is_parse_failure(const Reason& reason) {
  return reason.kind == ReasonKind::kUnread || reason.kind == ReasonKind::kRefused;
}

}  // namespace vrlt::rewards
