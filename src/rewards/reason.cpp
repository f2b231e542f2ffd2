#include "vrlt/rewards/reason.h"

#include <ostream>

namespace vrlt::rewards {

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
  return {ReasonKind::kUnread, std::string(word)};
}

bool is_parse_failure(const Reason& reason) {
  return reason.kind == ReasonKind::kUnread || reason.kind == ReasonKind::kRefused;
}

}  // namespace vrlt::rewards
