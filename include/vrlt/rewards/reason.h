#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "vrlt/reading/reason.h"

namespace vrlt::rewards {

using reading::ReasonKind;

/// Why a response has the value that it has: a word for files and logs, and what kind of outcome
/// the word names. A scorer may say words of its own, and says with each what it means; nothing is
/// concluded from the word.
struct Reason {
  ReasonKind kind = ReasonKind::kRight;
  std::string word = "ok";

  Reason() = default;
  Reason(ReasonKind kind_of_word, std::string said) : kind(kind_of_word), word(std::move(said)) {}
  Reason(reading::Reason read) : kind(reading::kind_of(read)), word(reading::to_string(read)) {}

  bool operator==(const Reason&) const = default;
  bool operator==(std::string_view other) const { return word == other; }
};

/// The word.
std::ostream& operator<<(std::ostream& stream, const Reason& reason);

// What rewards say beside the words of vrlt/reading.

Reason wrong_layout();    ///< "format", refused: not laid out as asked.
Reason unread_by_peer();  ///< "unreadable": a rule that follows a peer finds no time spans.
Reason no_peer_letter();  ///< "unparsed": a rule that follows a peer finds no letter.
Reason overlong();        ///< "overlong", wrong: longer than what is free.

/// A word with its kind, as it comes back from a file. One that nobody here says is kUnread.
Reason find_reason(std::string_view word);

/// Whether the answer could not be read or was refused, as opposed to read and found right or
/// wrong.
bool is_parse_failure(const Reason& reason);

}  // namespace vrlt::rewards
