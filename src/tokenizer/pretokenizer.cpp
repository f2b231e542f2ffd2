#include "tokenizer/pretokenizer.h"

#include <utf8proc.h>

#include "vrlt/tokenizer/utf8.h"

namespace vrlt::tokenizer {
namespace {

enum class Kind { kLetter, kNumber, kSpace, kOther };

bool is_white_space(char32_t c) {  // the Unicode property White_Space
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

Kind kind_of(char32_t c) {
  if (is_white_space(c)) return Kind::kSpace;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
      return Kind::kLetter;
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::kNumber;
    default:
      return Kind::kOther;
  }
}

bool is_line_break(char32_t c) { return c == '\r' || c == '\n'; }

char32_t fold(char32_t c) {
  if (c == 0x017F) return 's';  // long s folds to s
  return c >= 'A' && c <= 'Z' ? c + 32 : c;
}

class Scanner {
 public:
  explicit Scanner(const std::vector<char32_t>& text) : text_(text) {
    kinds_.reserve(text.size());
    for (const char32_t c : text) kinds_.push_back(kind_of(c));
  }

  /// End of the piece that begins at i: the first alternative of the pattern that matches.
  size_t piece_end(size_t i) const {
    if (const size_t length = contraction_length(i)) return i + length;
    if (const size_t end = word_end(i); end != i) return end;
    if (kinds_[i] == Kind::kNumber) return i + 1;
    if (const size_t end = punctuation_end(i); end != i) return end;
    return space_end(i);
  }

 private:
  size_t run_end(size_t i, Kind kind) const {
    while (i < kinds_.size() && kinds_[i] == kind) ++i;
    return i;
  }

  size_t contraction_length(size_t i) const {
    if (text_[i] != '\'' || i + 1 >= text_.size()) return 0;
    const char32_t first = fold(text_[i + 1]);
    if (first == 's' || first == 't' || first == 'm' || first == 'd') return 2;
    if (i + 2 >= text_.size()) return 0;
    const char32_t second = fold(text_[i + 2]);
    return (first == 'r' && second == 'e') || (first == 'v' && second == 'e') ||
                   (first == 'l' && second == 'l')
               ? 3
               : 0;
  }

  size_t word_end(size_t i) const {
    if (kinds_[i] == Kind::kLetter) return run_end(i, Kind::kLetter);
    const bool may_lead = !is_line_break(text_[i]) && kinds_[i] != Kind::kNumber;
    const size_t end = may_lead ? run_end(i + 1, Kind::kLetter) : i;
    return may_lead && end > i + 1 ? end : i;
  }

  size_t punctuation_end(size_t i) const {
    const size_t begin = text_[i] == ' ' ? i + 1 : i;
    size_t end = run_end(begin, Kind::kOther);
    if (end == begin) return i;
    while (end < text_.size() && is_line_break(text_[end])) ++end;
    return end;
  }

  size_t space_end(size_t i) const {
    const size_t end = run_end(i, Kind::kSpace);
    for (size_t last = end; last > i; --last)
      if (is_line_break(text_[last - 1])) return last;
    if (end == text_.size() || end - i < 2) return end;
    return end - 1;
  }

  const std::vector<char32_t>& text_;
  std::vector<Kind> kinds_;
};

}  // namespace

std::vector<std::string> pretokenize(std::string_view text) {
  const auto code_points = decode_utf8(text);
  const Scanner scanner(code_points);
  std::vector<std::string> pieces;
  for (size_t i = 0; i < code_points.size();) {
    const size_t end = scanner.piece_end(i);
    std::string piece;
    for (; i < end; ++i) append_utf8(piece, code_points[i]);
    pieces.push_back(std::move(piece));
  }
  return pieces;
}

}  // namespace vrlt::tokenizer
