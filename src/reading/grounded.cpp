// Both halves of the answer to a grounded question (docs/spec/reading.md#grounded-answers).
#include <algorithm>

#include "reading/choice.h"
#include "reading/keys.h"
#include "reading/span_text.h"
#include "reading/spans.h"
#include "reading/steps.h"

namespace vrlt::reading {
namespace {

constexpr char32_t kCovered = 0xFFFC;  // what no grammar looks for
constexpr Words kLeads = {U"from",     U"between", U"in",     U"during",   U"timestamps",
                          U"timespan", U"span",    U"range",  U"period",   U"window",
                          U"interval", U"segment", U"moment", U"evidence", U"relevant",
                          U"when",     U"clip",    U"video"};

std::vector<int64_t> options_with_ranges(const Options& options) {
  std::vector<int64_t> found;
  for (int64_t i = 0; i < options.size(); ++i)
    if (!find_spans(options.plain_text(i)).findings.empty()) found.push_back(i);
  return found;
}

/// The text with the texts of these options covered: a range in them states no time.
Text with_options_covered(View text, const Options& options, const std::vector<int64_t>& covered) {
  Text result(text);
  for (size_t i = 0; i < text.size(); ++i) {
    if (!word_begins(text, i)) continue;
    for (const int64_t option : covered)
      if (const size_t end = options.text_end(text, i, option); end != kNone)
        std::fill(result.begin() + static_cast<long>(i), result.begin() + static_cast<long>(end),
                  kCovered);
  }
  return result;
}

bool has_option_key(const Value& value) {
  if (value.kind == Value::Kind::kList)
    return std::any_of(value.items.begin(), value.items.end(), has_option_key);
  return std::any_of(value.members.begin(), value.members.end(),
                     [](const auto& member) { return (member.classes & kOptionKey) != 0; });
}

bool is_lead_word(const Token& token) {
  return token.kind == TokenKind::kBegin || token.kind == TokenKind::kNear ||
         token.kind == TokenKind::kFar || is_token(token, {U"and"}) || is_token(token, kLeads);
}

bool is_lead(const std::vector<Token>& tokens, size_t i) {
  const auto& token = tokens[i];
  if (token.kind == TokenKind::kColon) return i > 0 && is_lead_word(tokens[i - 1]);
  if (token.kind == TokenKind::kQuote)
    return is_opening(token.word.front()) || is_quote(token.word.front());
  return is_lead_word(token) || (token.kind == TokenKind::kSeparator && token.word.front() == '~');
}

/// Where up to 12 tokens that lead to a span begin.
size_t leads_begin(const std::vector<Token>& tokens, size_t span_begin) {
  constexpr size_t kMostLeads = 12;
  const auto behind = std::partition_point(
      tokens.begin(), tokens.end(), [&](const Token& token) { return token.end <= span_begin; });
  size_t begin = span_begin;
  auto i = static_cast<size_t>(behind - tokens.begin());
  for (size_t k = 0; k < kMostLeads && i > 0 && is_lead(tokens, i - 1); ++k)
    begin = tokens[--i].begin;
  return begin;
}

/// Without brackets that hold nothing.
Text without_empty_brackets(View text) {
  Text result;
  for (const char32_t c : text) {
    const size_t last = skip_blanks_back(result, result.size());
    if (is_closing(c) && is_opening(before(result, last)))
      result.resize(last - 1);
    else
      result += c;
  }
  return result;
}

/// The text without the spans that it states, where objects with an option stay.
Text without_spans(View text, const SpanText& found, bool with_leads) {
  std::vector<Line> cuts;
  for (const auto& value : found.structures)
    if (!has_option_key(value)) cuts.push_back({value.begin, value.end});
  for (const auto& range : found.ranges) cuts.push_back({range.begin, range.end});
  Text result(text);
  for (const auto& cut : cuts) {
    const size_t begin = with_leads ? leads_begin(found.tokens, cut.begin) : cut.begin;
    std::fill(result.begin() + static_cast<long>(begin),
              result.begin() + static_cast<long>(cut.end), U' ');
  }
  const auto cleaned = without_spare_blanks(without_empty_brackets(result));
  return cuts.empty() ? Text(text) : Text(trim_all(cleaned, U" \n,;|/-:."));
}

class GroundedReader {
 public:
  explicit GroundedReader(const std::vector<std::string>& options)
      : options_(options), covered_(options_with_ranges(options_)) {}

  Read<Spans> spans(const Zone& zone) const {
    return read_zone<Spans>(zone, [&](View text) { return find(text).spans; });
  }

  Read<int64_t> option(const Zone& zone) const {
    const auto read = [&](View text) { return option_beside_spans(text, read_choice_text); };
    const auto read_long = [&](View text) { return option_beside_spans(text, read_long_choice); };
    return read_zone(zone, Reader<int64_t, decltype(read), decltype(read_long)>{read, read_long});
  }

 private:
  SpanText find(View text) const {
    return find_spans(covered_.empty() ? Text(text)
                                       : with_options_covered(text, options_, covered_));
  }

  Read<int64_t> option_beside_spans(View text, Read<int64_t> (*read)(View, const Options&)) const {
    const auto found = find(text);
    Read<int64_t> option = Reason::kNoOption;
    for (const bool with_leads : {false, true}) {
      const auto rest = without_spans(text, found, with_leads);
      if (rest.empty()) continue;
      option = read(rest, options_);
      if (!is_absent(option.reason)) break;
    }
    return option;
  }

  Options options_;
  std::vector<int64_t> covered_;
};

}  // namespace

GroundedReading read_grounded(const Response& response, const std::vector<std::string>& options) {
  const auto zones = find_zones(response);
  const GroundedReader reader(options);
  return {
      .option = reader.option(zones.answer),
      .spans = zones.glue ? read_spans(*zones.glue, /*several=*/true) : reader.spans(zones.answer)};
}

Reason reason_of_whole(Reason option, Reason span) {
  for (const auto reason : {option, span})
    if (is_parse_failure(reason)) return reason;
  return option != Reason::kOk ? option : span;
}

}  // namespace vrlt::reading
