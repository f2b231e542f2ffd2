#include "evaluation/span_forms.h"

#include "rewards/text_scan.h"

namespace vrlt::evaluation::times {
namespace {

using rewards::is_digit;

/// Place of the number in " - 7" at i; 0 if there is no such thing.
size_t hyphen_number(std::string_view text, size_t i) {
  const size_t hyphen = skip_spaces(text, i);
  if (at(text, hyphen) != '-') return 0;
  const size_t begin = skip_spaces(text, hyphen + 1);
  return is_digit(at(text, begin)) ? begin : 0;
}

/// Place behind a separator and the spaces around it; i if there is none.
size_t skip_separator(std::string_view text, size_t i) {
  const size_t begin = skip_spaces(text, i);
  if (at(text, begin) == '-') return skip_spaces(text, begin + 1);
  for (const std::string_view word : {"to", "and", "until", "till"})
    if (const size_t end = skip_word(text, begin, word); end != begin && begin > i) return skip_spaces(text, end);
  return i;
}

/// The first time within `gap` other characters from i.
std::optional<std::pair<size_t, Time>> next_time(std::string_view text, size_t i, size_t gap) {
  size_t digit = i;
  while (digit < text.size() && digit - i <= gap && !is_digit(text[digit])) ++digit;
  if (!is_digit(at(text, digit)) || digit - i > gap) return {};
  size_t begin = digit;
  if (begin > i && text[begin - 1] == '.') --begin;
  if (begin > i && text[begin - 1] == '-') --begin;
  const auto time = free_before(text, begin) ? scan_time(text, begin) : std::nullopt;
  if (!time || !free_behind(text, time->end)) return {};
  return std::pair(begin, *time);
}

}  // namespace

Pairs find_tuple(std::string_view text) {
  if (at(text, 0) != '(') return {};
  const auto start = scan_time(text, skip_spaces(text, 1));
  const size_t comma = start ? skip_spaces(text, start->end) : 0;
  if (!start || at(text, comma) != ',') return {};
  const auto end = scan_time(text, skip_spaces(text, comma + 1));
  const size_t close = end ? skip_spaces(text, end->end) : 0;
  if (!end || at(text, close) != ')' || close + 1 != text.size()) return {};
  return {{*start, *end}};
}

Pairs find_time_tokens(std::string_view text) {
  Pairs found;
  const auto token = [&](size_t i) -> std::optional<Time> {
    auto time = at(text, i) == '<' ? scan_time(text, i + 1) : std::nullopt;
    if (!time || at(text, time->end) != '>') return {};
    ++time->end;
    return time;
  };
  for (size_t i = 0; i < text.size();) {
    const auto start = token(i);
    if (!start) {
      ++i;
      continue;
    }
    size_t next = skip_spaces(text, start->end);
    for (const std::string_view separator : {"-", "to", "and", ","})
      if (text.substr(next).starts_with(separator)) {
        next = skip_spaces(text, next + separator.size());
        break;
      }
    const auto end = token(next);
    if (end) found.emplace_back(*start, *end);
    i = end ? end->end : start->end;
  }
  return found;
}

Pairs find_ranges(std::string_view text) {
  Pairs found;
  for (size_t i = 0; i < text.size();) {
    const auto start = free_before(text, i) ? scan_time(text, i) : std::nullopt;
    if (!start) {
      ++i;
      continue;
    }
    i = start->end;
    const size_t second = free_behind(text, start->end) ? skip_separator(text, start->end) : start->end;
    const auto end = second != start->end ? scan_time(text, second) : std::nullopt;
    if (!end || !free_behind(text, end->end)) continue;
    size_t chain = hyphen_number(text, end->end);
    if (chain == 0) {
      found.emplace_back(*start, *end);
      i = end->end;
    }
    for (; chain != 0; chain = hyphen_number(text, i)) i = scan_time(text, chain)->end;
  }
  return found;
}

Pairs find_start_and_end(std::string_view text) {
  constexpr size_t kStartGap = 40, kEndGap = 60;
  Pairs found;
  const auto low = rewards::lower(text);
  for (size_t i = low.find("start"); i != std::string::npos; i = low.find("start", i)) {
    i += 5;
    const auto start = next_time(text, i, kStartGap);
    if (!start) continue;
    const auto end = next_time(text, start->second.end, kEndGap);
    if (!end || low.substr(start->second.end, end->first - start->second.end).find("end") == std::string::npos) continue;
    found.emplace_back(start->second, end->second);
    i = end->second.end;
  }
  return found;
}

}  // namespace vrlt::evaluation::times
