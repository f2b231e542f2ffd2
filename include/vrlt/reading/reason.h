#pragma once

#include <optional>
#include <string_view>

namespace vrlt::reading {

/// What became of a response. The list is closed; scorers replace kOk by one of the kind kWrong
/// where what was read earns nothing.
enum class Reason {
  kOk,
  kWrong,
  kZeroLength,
  kInverted,
  kOutOfRangeSpan,
  kMissing,
  kEmpty,
  kNoAnswer,
  kUnclosedThink,
  kUnclosedAnswer,
  kMultipleAnswerTags,
  kNoOption,
  kNoSpan,
  kNoYesNo,
  kNoNumber,
  kAmbiguous,
  kConflict,
  kNegated,
  kChain,
  kBadPair,
  kMissingKey,
  kBadJson,
  kNegative,
  kNotFinite,
  kNumberTooLarge,
  kBadNumber,
  kBadClock,
  kBadUnit,
  kBadJsonValue,
  kLetterOutOfRange,
  kTooMany,
  kTooLong,
};

enum class ReasonKind {
  kRight,
  kWrong,    ///< Read, and worth nothing.
  kUnread,   ///< No one answer is stated.
  kRefused,  ///< Stated, and not allowed.
};

/// As files and logs spell it: "no_option".
std::string_view to_string(Reason reason);
ReasonKind kind_of(Reason reason);

/// The reason of this name; none for those that only rewards or official scripts say.
std::optional<Reason> find_reason(std::string_view name);

/// Whether nothing could be read, as opposed to read and found wrong.
bool is_parse_failure(Reason reason);

}  // namespace vrlt::reading
