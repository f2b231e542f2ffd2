#include <algorithm>

#include "reading/official/python_text.h"
#include "reading/official/span_scans.h"
#include "vrlt/reading/official/span_readers.h"
#include "vrlt/reading/peers/tag_scan.h"

namespace vrlt::reading::official {
namespace {

/// \d+\.*\d* at i.
size_t skip_number_with_dots(std::string_view text, size_t i) {
  i = skip_digits(text, i);
  while (at(text, i) == '.') ++i;
  return skip_digits(text, i);
}

bool one_dot(std::string_view digits) { return std::count(digits.begin(), digits.end(), '.') <= 1; }

/// The first hyphenated pair; a number with two dots anywhere among the pairs is a crash.
SpanReading find_pair(std::string_view text) {
  SpanReading first;
  for (size_t i = 0; i < text.size();) {
    if (!peers::is_digit(text[i])) {
      ++i;
      continue;
    }
    const size_t start_end = skip_number_with_dots(text, i), hyphen = skip_spaces(text, start_end),
                 second = skip_spaces(text, hyphen + 1);
    if (at(text, hyphen) != '-' || !peers::is_digit(at(text, second))) {
      i = skip_digits(text, i);  // no later start among the same digits has another end
      continue;
    }
    const size_t second_end = skip_number_with_dots(text, second);
    const auto a = text.substr(i, start_end - i), b = text.substr(second, second_end - second);
    if (!one_dot(a) || !one_dot(b)) return {{}, true};
    if (!first.span) first.span = Interval{number(a), number(b)};
    i = second_end;
  }
  return first;
}

/// The first of what `scan` finds in each piece, two by two.
template <typename Scan>
SpanReading pair_of_pieces(const std::vector<std::string_view>& pieces, const Scan& scan) {
  std::vector<double> times;
  for (const auto piece : pieces)
    for (size_t i = 0; i < piece.size();) {
      const Match match = scan(piece, i);
      if (match) {
        times.push_back(match.value);
        break;
      }
      i = std::max(i + 1, skip_digits(piece, i));
    }
  const auto spans = paired(times);
  return {spans.empty() ? std::nullopt : std::optional(spans.front())};
}

/// "12.5" in quotes behind `key` and a colon: digits and dots. Advances i behind it.
std::optional<std::string_view> quoted_time(std::string_view text, size_t& i,
                                            std::string_view key) {
  size_t k = skip_spaces(text, i);
  if (!text.substr(std::min(k, text.size())).starts_with(key)) return {};
  k = skip_spaces(text, k + key.size());
  if (at(text, k) != ':') return {};
  k = skip_spaces(text, k + 1);
  if (at(text, k) != '"') return {};
  const size_t begin = ++k;
  while (peers::is_digit(at(text, k)) || at(text, k) == '.') ++k;
  if (k == begin || at(text, k) != '"') return {};
  i = k + 1;
  return text.substr(begin, k - begin);
}

bool skip_literal(std::string_view text, size_t& i, std::string_view literal) {
  i = std::min(skip_spaces(text, i), text.size());
  if (!text.substr(i).starts_with(literal)) return false;
  i += literal.size();
  return true;
}

/// The answer block right behind the thinking, from i on.
std::optional<std::pair<std::string_view, std::string_view>> json_answer(std::string_view text,
                                                                         size_t i) {
  if (!skip_literal(text, i, peers::kAnswer) || !skip_literal(text, i, "{")) return {};
  const auto start = quoted_time(text, i, "\"start_time\"");
  if (!start || !skip_literal(text, i, ",")) return {};
  const auto end = quoted_time(text, i, "\"end_time\"");
  if (!end || !skip_literal(text, i, "}") || !skip_literal(text, i, peers::kAnswerEnd)) return {};
  return std::pair(*start, *end);
}

/// Digits with at most one dot and at least one digit.
bool is_float(std::string_view text) {
  return one_dot(text) && text.find_first_not_of('.') != std::string_view::npos;
}

}  // namespace

SpanReading read_seed(std::string_view response) {
  const auto text = with_hyphens(response);
  auto reading = find_pair(text);
  if (reading.crash) return reading;
  const auto pieces = pieces_about_times(text);
  if (!reading.span) reading = pair_of_pieces(pieces, bare_number);
  // A third step of the source, for hh:mm:ss stamps, cannot find two: a stamp holds bare numbers,
  // which the second step takes.
  if (reading.span) reading.span = sorted(*reading.span);
  return reading;
}

SpanReading read_seed_r1(std::string_view response) {
  constexpr Interval kNothing{0.0, 0.0};
  const size_t think = peers::find(response, peers::kThink);
  if (think == std::string_view::npos) return {kNothing};
  for (size_t i = peers::find(response, peers::kThinkEnd, think); i != std::string_view::npos;
       i = peers::find(response, peers::kThinkEnd, i)) {
    i += peers::kThinkEnd.size();
    const auto times = json_answer(response, i);
    if (!times) continue;
    if (!is_float(times->first) || !is_float(times->second)) return {kNothing};
    return {sorted({number(times->first), number(times->second)})};
  }
  return {kNothing};
}

}  // namespace vrlt::reading::official
