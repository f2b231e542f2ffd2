#include "reading/markup.h"

#include <algorithm>

namespace vrlt::reading {
namespace {

constexpr View kFenceWords[] = {U"json",     U"jsonc", U"json5",     U"jsonl",  U"text",
                                U"txt",      U"plain", U"plaintext", U"python", U"py",
                                U"markdown", U"md",    U"yaml",      U"xml",    U"html",
                                U"latex",    U"tex",   U"answer",    U"output"};

/// Emphasis: the signs, and how many of them may stand on each side of a lone letter.
constexpr std::pair<char32_t, size_t> kMarks[] = {{'*', 3}, {'_', 3}, {'`', 2}, {'$', 2}};

/// The largest number of these marks around a letter; 0 for another sign.
size_t longest_mark(char32_t c) {
  for (const auto& [mark, count] : kMarks)
    if (c == mark) return count;
  return 0;
}

size_t run_end(View text, size_t i) {
  const char32_t c = at(text, i);
  while (i < text.size() && text[i] == c) ++i;
  return i;
}

/// Appends a blank where the signs on both sides of what was taken out would glue.
void keep_words_apart(Text& text, char32_t next) {
  if (is_word(before(text, text.size())) && is_word(next)) text += ' ';
}

/// Where a letter between equal marks ends, marks included, if the first mark is at `i`; else
/// kNone.
size_t marked_letter_end(View text, size_t i) {
  const size_t letter = run_end(text, i), count = letter - i;
  if (count > longest_mark(text[i]) || !is_letter(at(text, letter)) ||
      at(text, letter + 1) != text[i])
    return kNone;
  const size_t end = run_end(text, letter + 1);
  return end - (letter + 1) == count ? end : kNone;
}

/// The letter that is all of a text but marks and one sign behind it; 0 if there is none.
char32_t whole_marked_letter(View text) {
  text = trim(text);
  if (text.size() > 1 && is_one_of(text.back(), U".,:;!")) text.remove_suffix(1);
  if (text.empty() || longest_mark(text.front()) == 0 || marked_letter_end(text, 0) != text.size())
    return 0;
  return text[text.size() / 2];
}

bool is_rule(View line) {
  return line.size() >= 3 && is_one_of(line.front(), U"-_=") &&
         line.find_first_not_of(line.front()) == View::npos;
}

bool ends_mark(View line, size_t i) { return i >= line.size() || is_blank(line[i]); }

/// Length of one bullet, heading or quotation mark at the beginning of a line.
size_t line_mark(View line) {
  constexpr size_t kDeepestHeading = 6;
  const char32_t c = at(line, 0);
  if (c == '|') return 1;
  const size_t run = c == '#' || c == '>' ? run_end(line, 0) : 1;
  if (c == '#' && run <= kDeepestHeading && ends_mark(line, run)) return run;
  if (c == '>' && ends_mark(line, run)) return run;
  if (is_one_of(c, U"-+*") && ends_mark(line, 1)) return 1;
  return line.starts_with(U"->") && ends_mark(line, 2) ? 2 : 0;
}

View without_outer_quotes(View text) {
  while (text.size() >= 2 && is_quote(text.front()) && text.back() == text.front()) {
    const auto inside = text.substr(1, text.size() - 2);
    if (inside.find(text.front()) != View::npos) break;
    text = trim(inside);
  }
  return text;
}

}  // namespace

Text without_fences(View text) {
  Text result;
  for (size_t i = 0; i < text.size();) {
    const size_t end = text[i] == '`' ? run_end(text, i) : i;
    if (end - i < 3) {
      result.append(text.substr(i, std::max<size_t>(1, end - i)));
      i = std::max(i + 1, end);
      continue;
    }
    const size_t word = match_any(text, end, kFenceWords);
    const size_t line_end = word == kNone ? kNone : skip_all(text, word, U" ");
    i = line_end != kNone && (line_end == text.size() || text[line_end] == '\n') ? line_end : end;
    result += '\n';
  }
  return result;
}

Text without_emphasis(View text) {
  if (const char32_t letter = whole_marked_letter(text); letter != 0) return Text(1, letter);
  Text result;
  for (size_t i = 0; i < text.size();) {
    if (longest_mark(text[i]) == 0) {
      result += text[i++];
      continue;
    }
    const size_t end = run_end(text, i), letter_end = marked_letter_end(text, i);
    const bool free_before = !is_word(before(text, i)) && longest_mark(before(text, i)) == 0;
    if (letter_end != kNone && free_before && !is_word(at(text, letter_end)) &&
        longest_mark(at(text, letter_end)) == 0) {
      result += {U'(', text[end], U')'};
      i = letter_end;
      continue;
    }
    const bool between_words = i > 0 && is_word(before(text, i)) && is_word(at(text, end));
    if (text[i] == '_' && between_words)
      result.append(text.substr(i, end - i));
    else
      keep_words_apart(result, at(text, end));
    i = end;
  }
  return result;
}

Text without_line_marks(View text) {
  Text result;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(U'\n', begin), text.size());
    auto line = trim(text.substr(begin, end - begin));
    if (is_rule(line)) line = {};
    for (size_t mark = line_mark(line); mark > 0; mark = line_mark(line))
      line = trim(line.substr(mark));
    result.append(line);
    if (end < text.size()) result += '\n';
    begin = end + 1;
  }
  return result;
}

Text without_spare_blanks(View text) {
  Text result;
  for (const char32_t c : text) {
    if (c == ' ' && (result.empty() || is_blank(result.back()))) continue;
    if (c == '\n' && !result.empty() && result.back() == ' ') result.pop_back();
    result += c;
  }
  return Text(without_outer_quotes(trim(result)));
}

Text without_markup(View folded) {
  auto text = without_fences(folded);
  for (const auto scan :
       {without_latex, without_tags, without_emphasis, without_line_marks, without_spare_blanks})
    text = scan(text);
  return text;
}

}  // namespace vrlt::reading
