#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/core/interval.h"
#include "vrlt/reading/reason.h"

/// What a response says: one grammar for rewards and strict scores. The truth is not seen: a
/// reading depends on the response, the kind of question and its options, and is one answer or none
/// with one true reason. Total, deterministic, in linear time on any bytes.
namespace vrlt::reading {

/// Which `<answer>` block is read.
enum class AnswerBlock {
  /// The last one outside thinking; without any, free text that is short or announces its answer.
  kLast,
  /// Narrower: the whole response holds exactly one `<answer>` and at most one `</answer>`.
  kSingle,
  kFirst,  ///< Wider: the first one.
};

struct Response {
  std::optional<std::string_view> text;  ///< None: there is no response.
  bool thinking_open = false;            ///< The prompt ended in `<think>`.
  AnswerBlock block = AnswerBlock::kLast;
};

/// A value, or the reason why there is none.
template <typename T>
struct Read {
  std::optional<T> value;
  Reason reason = Reason::kMissing;  ///< kOk where there is a value.

  Read() = default;
  Read(T read) : value(std::move(read)), reason(Reason::kOk) {}
  Read(Reason why) : reason(why) {}
  explicit operator bool() const { return value.has_value(); }
  const T& operator*() const { return *value; }
  bool operator==(const Read&) const = default;
};

using Spans = std::vector<Interval>;

/// The 0-based option that is named: the first of those with equal texts.
Read<int64_t> read_choice(const Response& response, const std::vector<std::string>& options);

/// Whether the texts of two options are equal word for word: then either is right where one is.
bool are_equal_options(const std::string& a, const std::string& b);

/// The time spans that are stated, in seconds, in the order of the text, equal ones once. A span
/// may be inverted or of no length.
/// @param several  more than one is asked for; else more than one is kAmbiguous.
Read<Spans> read_spans(const Response& response, bool several);

/// Both halves of the answer to a grounded question, each with its own reason.
struct GroundedReading {
  Read<int64_t> option;
  Read<Spans> spans;  ///< Several are allowed.
};
GroundedReading read_grounded(const Response& response, const std::vector<std::string>& options);

/// Of both halves: the option's if it cannot be read, else the spans' if they cannot, else the
/// option's if it is wrong, else the spans'.
Reason reason_of_whole(Reason option, Reason spans);

/// true: yes.
Read<bool> read_yes_no(const Response& response);

/// The 0-based caption that is named. @param first_label  of the first one: "Sentence A", "Option
/// 1".
Read<int64_t> read_caption(const Response& response, const std::vector<std::string>& captions,
                           const std::string& first_label);

Read<double> read_number(const Response& response);

/// The text of the zone that is read, as it stands in the response: for tasks whose answers are
/// words.
Read<std::string> read_text(const Response& response);

}  // namespace vrlt::reading
