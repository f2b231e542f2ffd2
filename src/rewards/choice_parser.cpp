// The option an answer names (rules 2-7 of the strict grammar for multiple choice).
#include <algorithm>
#include <set>
#include <utility>

#include "rewards/answer_limits.h"
#include "rewards/text_scan.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"
#include "vrlt/rewards/answer_parser.h"

namespace vrlt::rewards {
namespace {

using Choice = Parsed<int64_t>;

std::string_view strip_pair(std::string_view text, std::string_view open, std::string_view close) {
  if (text.size() >= open.size() + close.size() && text.starts_with(open) && text.ends_with(close))
    return trim(text.substr(open.size(), text.size() - open.size() - close.size()));
  return text;
}

/// Without white space and symmetric wrappers: **B**, "B", `B`, $B$, \boxed{B}, \text{B}.
std::string_view unwrap(std::string_view text) {
  text = trim(text);
  for (size_t before = text.size() + 1; before != text.size();) {
    before = text.size();
    for (const auto& [open, close] : {std::pair<std::string_view, std::string_view>{"**", "**"},
                                      {"*", "*"},
                                      {"\"", "\""},
                                      {"'", "'"},
                                      {"`", "`"},
                                      {"$", "$"},
                                      {"\\boxed{", "}"},
                                      {"\\text{", "}"}})
      text = strip_pair(text, open, close);
  }
  return text;
}

/// Lower case, runs of other characters than letters and digits as one space. Bytes above ASCII count as letters.
std::string collapse(std::string_view text) {
  std::string result;
  bool gap = false;
  for (const char c : text) {
    if (is_letter(c) || is_digit(c) || static_cast<unsigned char>(c) >= 0x80) {
      if (gap && !result.empty()) result += ' ';
      result += to_lower(c);
      gap = false;
    } else {
      gap = true;
    }
  }
  return result;
}

/// A lone letter, perhaps in brackets, perhaps with one dot or colon behind it.
std::optional<char> bare_letter(std::string_view text) {
  if (!text.empty() && (text.back() == '.' || text.back() == ':') && text.size() > 1) text.remove_suffix(1);
  if (!text.empty() && (text.front() == '(' || text.front() == '[')) text.remove_prefix(1);
  if (!text.empty() && (text.back() == ')' || text.back() == ']') && text.size() > 1) text.remove_suffix(1);
  if (text.size() != 1 || !is_letter(text.front())) return {};
  return static_cast<char>(text.front() & ~0x20);
}

std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : text) {
    if (is_letter(c) || c == '\'')
      word += to_lower(c);
    else if (!word.empty())
      words.push_back(std::exchange(word, {}));
  }
  if (!word.empty()) words.push_back(word);
  return words;
}

bool has_negation(std::string_view text) {
  for (const auto& word : words_of(text))
    if (word == "not" || word == "neither" || word == "nor" || word == "except" || word.ends_with("n't")) return true;
  return false;
}

/// Position of a letter announced by "answer", "option" or "choice", optionally "is"/"are" and ":" or "=", from `at` behind the word.
std::optional<size_t> announced_letter(std::string_view text, size_t at) {
  const auto skip_spaces = [&] {
    while (at < text.size() && is_space(text[at])) ++at;
  };
  skip_spaces();
  for (const std::string_view verb : {"is", "are"})
    if (lower(text.substr(at, verb.size())) == verb && (at + verb.size() >= text.size() || !is_letter(text[at + verb.size()]))) {
      at += verb.size();
      break;
    }
  skip_spaces();
  if (at < text.size() && (text[at] == ':' || text[at] == '=')) ++at;
  skip_spaces();
  if (at < text.size() && is_upper(text[at]) && (at + 1 >= text.size() || (!is_letter(text[at + 1]) && !is_digit(text[at + 1])))) return at;
  return {};
}

std::set<char> candidate_letters(std::string_view text) {
  std::set<char> letters;
  const auto alone = [&](size_t i) {
    const char before = i == 0 ? ' ' : text[i - 1], after = i + 1 < text.size() ? text[i + 1] : ' ';
    return !is_letter(before) && !is_digit(before) && !is_letter(after) && !is_digit(after);
  };
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_upper(text[i]) || !alone(i)) continue;
    const bool bracketed = i > 0 && text[i - 1] == '(' && i + 1 < text.size() && text[i + 1] == ')';
    const bool punctuated =
        i + 1 < text.size() && (text[i + 1] == ')' || text[i + 1] == '.' || text[i + 1] == ':') && (i + 2 >= text.size() || is_space(text[i + 2]));
    if (bracketed || punctuated) letters.insert(text[i]);
  }
  const auto low = lower(text);
  for (const std::string_view word : {"answer", "option", "choice"})
    for (size_t at = low.find(word); at != std::string::npos; at = low.find(word, at + word.size()))
      if (const auto letter = announced_letter(text, at + word.size())) letters.insert(text[*letter]);
  return letters;
}

Choice label(char letter, size_t num_options) {
  const int64_t index = letter - 'A';
  if (index >= static_cast<int64_t>(num_options)) return {{}, "out_of_range"};
  return {index, {}};
}

}  // namespace

Parsed<int64_t> parse_choice(std::string_view answer, const std::vector<std::string>& options) {
  if (answer.size() > kMaxAnswerBytes) return {{}, "too_long"};
  std::string unwrapped(unwrap(strip_code_fence(answer)));
  if (!unwrapped.empty() && unwrapped.front() == '{') {
    io::Json json;
    try {
      json = io::parse_json(unwrapped, "answer", {.max_bytes = kMaxJsonBytes, .max_depth = 8});
    } catch (const DataError&) {
      return {{}, "bad_json"};
    }
    std::string text;
    for (const char* key : {"option", "answer", "choice"}) {
      if (!json.contains(key)) continue;
      if (!json[key].is_string()) return {{}, "bad_json"};
      text = json[key].get<std::string>();
      break;
    }
    unwrapped = std::string(unwrap(text));
  }
  if (unwrapped.empty()) return {{}, "unparsed"};
  if (const auto letter = bare_letter(unwrapped)) return label(*letter, options.size());

  const auto collapsed = collapse(unwrapped);
  std::vector<int64_t> equal;
  for (size_t i = 0; i < options.size(); ++i)
    if (!collapsed.empty() && collapse(options[i]) == collapsed) equal.push_back(static_cast<int64_t>(i));
  if (equal.size() == 1) return {equal.front(), {}};

  const auto letters = candidate_letters(unwrapped);
  if (letters.size() > 1) return {{}, "conflict"};
  if (letters.empty() || has_negation(unwrapped)) return {{}, "unparsed"};
  return label(*letters.begin(), options.size());
}

}  // namespace vrlt::rewards
