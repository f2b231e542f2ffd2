#include "vrlt/reading/reason.h"

namespace vrlt::reading {
namespace {

struct Row {
  Reason reason;
  std::string_view name;
  ReasonKind kind;
};

using enum ReasonKind;

/// In the order of the enumeration.
constexpr Row kRows[] = {
    {Reason::kOk, "ok", kRight},
    {Reason::kWrong, "wrong", kWrong},
    {Reason::kZeroLength, "zero_length", kWrong},
    {Reason::kInverted, "inverted", kWrong},
    {Reason::kOutOfRangeSpan, "out_of_range_span", kWrong},
    {Reason::kMissing, "missing", kUnread},
    {Reason::kEmpty, "empty", kUnread},
    {Reason::kNoAnswer, "no_answer", kUnread},
    {Reason::kUnclosedThink, "unclosed_think", kUnread},
    {Reason::kUnclosedAnswer, "unclosed_answer", kUnread},
    {Reason::kMultipleAnswerTags, "multiple_answer_tags", kUnread},
    {Reason::kNoOption, "no_option", kUnread},
    {Reason::kNoSpan, "no_span", kUnread},
    {Reason::kNoYesNo, "no_yes_no", kUnread},
    {Reason::kNoNumber, "no_number", kUnread},
    {Reason::kAmbiguous, "ambiguous", kUnread},
    {Reason::kConflict, "conflict", kUnread},
    {Reason::kNegated, "negated", kUnread},
    {Reason::kChain, "chain", kUnread},
    {Reason::kBadPair, "bad_pair", kUnread},
    {Reason::kMissingKey, "missing_key", kUnread},
    {Reason::kBadJson, "bad_json", kUnread},
    {Reason::kNegative, "negative", kRefused},
    {Reason::kNotFinite, "not_finite", kRefused},
    {Reason::kNumberTooLarge, "number_too_large", kRefused},
    {Reason::kBadNumber, "bad_number", kRefused},
    {Reason::kBadClock, "bad_clock", kRefused},
    {Reason::kBadUnit, "bad_unit", kRefused},
    {Reason::kBadJsonValue, "bad_json_value", kRefused},
    {Reason::kLetterOutOfRange, "letter_out_of_range", kRefused},
    {Reason::kTooMany, "too_many", kRefused},
    {Reason::kTooLong, "too_long", kRefused},
};

constexpr bool rows_follow_the_enumeration() {
  for (size_t i = 0; i < std::size(kRows); ++i)
    if (static_cast<size_t>(kRows[i].reason) != i) return false;
  return std::size(kRows) == static_cast<size_t>(Reason::kTooLong) + 1;
}
static_assert(rows_follow_the_enumeration());

const Row& row_of(Reason reason) { return kRows[static_cast<size_t>(reason)]; }

}  // namespace

std::string_view to_string(Reason reason) { return row_of(reason).name; }

ReasonKind kind_of(Reason reason) { return row_of(reason).kind; }

std::optional<Reason> find_reason(std::string_view name) {
  for (const auto& row : kRows)
    if (row.name == name) return row.reason;
  return {};
}

bool is_parse_failure(Reason reason) {
  return kind_of(reason) == kUnread || kind_of(reason) == kRefused;
}

}  // namespace vrlt::reading
