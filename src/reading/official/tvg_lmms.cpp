#include <algorithm>

#include "reading/official/python_text.h"
#include "reading/official/span_scans.h"
#include "vrlt/reading/official/span_readers.h"

namespace vrlt::reading::official {
namespace {

using Pieces = std::vector<std::string_view>;
using Found = std::optional<Interval>;

bool is_dash(char c) { return c == '-' || c == kEnDash; }

/// The first "a - b" of the pieces, where `scan` reads a and b and `skip_unit` what may stand
/// behind a.
template <typename Scan, typename SkipUnit>
Found first_range(const Pieces& pieces, const Scan& scan, const SkipUnit& skip_unit) {
  for (const auto piece : pieces)
    for (size_t i = 0; i < piece.size();) {
      const Match start = scan(piece, i);
      if (start) {
        const size_t dash = skip_spaces(piece, skip_unit(piece, start.end));
        const Match end =
            is_dash(at(piece, dash)) ? scan(piece, skip_spaces(piece, dash + 1)) : Match{};
        if (end) return Interval{start.value, end.value};
      }
      // Within a run of digits every later start has the same end; clocks take the last digits of a
      // run.
      const size_t digits = skip_digits(piece, i);
      i = digits > i + 2 ? digits - 2 : i + 1;
    }
  return {};
}

Match clock_stamp(std::string_view text, size_t i) { return clock(text, i, /*fraction=*/false); }
size_t no_unit(std::string_view, size_t i) { return i; }
size_t trailing_s(std::string_view text, size_t i) {
  const size_t unit = skip_spaces(text, i);
  return at(text, unit) == 's' ? unit + 1 : i;
}

Found paired_clocks(const Pieces& pieces) {
  std::vector<double> times;
  for (const auto piece : pieces)
    for (const double time : clocks(piece, /*fraction=*/false)) times.push_back(time);
  const auto spans = paired(times);
  return spans.empty() ? Found() : spans.front();
}

Found paired_first_numbers(const Pieces& pieces) {
  std::vector<double> times;
  for (const auto piece : pieces)
    if (const auto numbers = bare_numbers(piece); !numbers.empty())
      times.push_back(numbers.front());
  const auto spans = paired(times);
  return spans.empty() ? Found() : spans.front();
}

}  // namespace

SpanReading read_lmms(std::string_view response) {
  const auto text = with_hyphens(response);
  auto pieces = pieces_about_times(text);
  if (pieces.empty()) pieces = split_at(text, "!?\n");
  auto span = first_range(pieces, clock_stamp, no_unit);
  if (!span) span = first_range(pieces, decimal, no_unit);
  if (!span) span = paired_clocks(pieces);
  if (!span) span = paired_first_numbers(pieces);
  if (!span) span = first_range(pieces, decimal, trailing_s);
  if (span) span = sorted(*span);
  return {span};
}

}  // namespace vrlt::reading::official
