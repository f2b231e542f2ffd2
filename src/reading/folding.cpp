#include "reading/folding.h"

#include <algorithm>
#include <map>

#include "reading/folding_table.h"
#include "vrlt/tokenizer/utf8.h"

namespace vrlt::reading {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

/// Where a range begins in which all code points are folded alike; null where they stay as they
/// are.
struct Boundary {
  char32_t first;
  const FoldRange* range;
};

/// The ranges cut where later ones win, in the order of code points.
std::vector<Boundary> cut_ranges() {
  std::map<char32_t, const FoldRange*> cuts = {{0, nullptr}};
  const auto cut_at = [&](char32_t c) {
    return cuts.emplace(c, std::prev(cuts.upper_bound(c))->second).first;
  };
  for (const auto& range : fold_ranges()) {
    const auto end = cut_at(range.last + 1);
    const auto begin = cut_at(range.first);
    cuts.erase(begin, end);
    cuts[range.first] = &range;
  }
  std::vector<Boundary> boundaries;
  for (const auto& [first, range] : cuts) boundaries.push_back({first, range});
  return boundaries;
}

const FoldRange* range_of(char32_t c) {
  static const auto kBoundaries = cut_ranges();
  const auto behind = std::upper_bound(kBoundaries.begin(), kBoundaries.end(), c,
                                       [](char32_t x, const Boundary& b) { return x < b.first; });
  return std::prev(behind)->range;
}

void append_folded(Text& text, char32_t c) {
  const auto* range = c == '\n' || (c >= ' ' && c < 0x7F) ? nullptr : range_of(c);
  if (range == nullptr) {
    text += c;
    return;
  }
  const char32_t index = c - range->first;
  switch (range->fold) {
    case Fold::kText:
      text += range->text;
      return;
    case Fold::kShift:
      text += c - range->value;
      return;
    case Fold::kLetters:
      text += range->value + index;
      return;
    case Fold::kInBrackets:
      text += {U'(', range->value + index, U')'};
      return;
    case Fold::kMathLetters:
      text += index % 52 < 26 ? U'A' + index % 52 : U'a' + index % 52 - 26;
      return;
    case Fold::kMathDigits:
      text += U'0' + index % 10;
      return;
  }
}

bool is_part_of_number(char32_t c) { return is_digit(c) || c == '.' || c == ',' || c == ':'; }

/// What was malformed: within a number a sign that no number has, elsewhere a blank.
Text without_replacements(View text) {
  Text result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    if (text[i] != kReplacement) {
      result += text[i++];
      continue;
    }
    const size_t end = std::min(text.find_first_not_of(kReplacement, i), text.size());
    result += is_part_of_number(before(text, i)) && is_part_of_number(at(text, end)) ? U'_' : U' ';
    i = end;
  }
  return result;
}

Text fold_code_points(const std::vector<char32_t>& code_points) {
  Text text;
  text.reserve(code_points.size());
  for (size_t i = 0; i < code_points.size(); ++i)
    if (code_points[i] != '\r' || i + 1 == code_points.size() || code_points[i + 1] != '\n')
      append_folded(text, code_points[i]);
  return without_replacements(text);
}

}  // namespace

Text fold(std::string_view bytes) { return fold_code_points(tokenizer::decode_utf8(bytes)); }

Text fold_option(const std::string& option) {
  return fold(tokenizer::normalize_nfc(tokenizer::valid_utf8(option)));
}

}  // namespace vrlt::reading
