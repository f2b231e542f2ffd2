#include "reading/objects.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "reading/keys.h"
#include "reading/markup.h"
#include "reading/value_strings.h"

namespace vrlt::reading {
namespace {

constexpr int kDeepest = 8;
constexpr Words kWords = {U"true", U"false", U"null", U"none", U"nan", U"inf", U"infinity"};

class Parser {
 public:
  explicit Parser(View text) : text_(text) {}

  bool cut_off() const { return cut_off_; }

  std::optional<Value> value(size_t i, int depth = 1) {
    const char32_t c = at(text_, i);
    if (is_opening(c) && c != '<') {
      if (depth > kDeepest) return {};
      auto object = c == '{' ? this->object(i, depth) : std::nullopt;
      return object || cut_off_ ? std::move(object) : list(i, depth);
    }
    if (is_quote(c)) return string(i);
    if (c == '-' || number_begins(text_, i))
      if (auto time = this->time(i)) return time;
    return word(i);
  }

 private:
  std::optional<Value> object(size_t begin, int depth) {
    Value object{
        .kind = Value::Kind::kObject, .begin = begin, .text = {}, .members = {}, .items = {}};
    size_t i = skip_blanks(text_, begin + 1);
    while (at(text_, i) != '}') {
      const auto key = key_at(i);
      if (!key) return {};
      auto member = value(skip_blanks(text_, key->second), depth + 1);
      if (!member) return stop(skip_blanks(text_, key->second));
      i = skip_blanks(text_, member->end);
      object.members.push_back({key->first, std::move(*member)});
      if (at(text_, i) == ',')
        i = skip_blanks(text_, i + 1);
      else if (at(text_, i) != '}')
        return stop(i);
      if (i >= text_.size()) return stop(i);
    }
    object.end = i + 1;
    return object;
  }

  /// An object that stops at the end of the text, perhaps within a number or a word, was cut off
  /// there.
  std::nullopt_t stop(size_t i) {
    constexpr size_t kLongestRest = 16;
    size_t end = std::min(i, text_.size());
    while (end - i < kLongestRest &&
           (is_word(at(text_, end)) || is_one_of(at(text_, end), U"+-.:")))
      ++end;
    cut_off_ = cut_off_ || reached_end_ || end >= text_.size();
    return std::nullopt;
  }

  std::nullopt_t reach_end() {
    reached_end_ = true;
    return std::nullopt;
  }

  /// Classes of a key, and where its colon ends.
  std::optional<std::pair<unsigned, size_t>> key_at(size_t i) {
    constexpr size_t kLongestKey = 64;
    Text key;
    size_t end = i;
    const bool quoted = is_quote(at(text_, i));
    if (quoted) {
      auto name = unescaped_string(text_, i);
      if (!name) return stop(text_.size());  // in the middle of a key
      key = std::move(name->text);
      end = name->end;
    } else {
      if (!is_letter(at(text_, i)) && at(text_, i) != '_' && !is_cjk(at(text_, i))) return {};
      while (end - i <= kLongestKey &&
             (is_letter(at(text_, end)) || is_digit(at(text_, end)) ||
              is_one_of(at(text_, end), U"_ -") || is_cjk(at(text_, end))))
        ++end;
      if (end - i > kLongestKey) return {};
      key = text_.substr(i, end - i);
    }
    end = skip_blanks(text_, end);
    if (quoted && end >= text_.size()) return stop(end);
    if (at(text_, end) != ':') return {};
    return std::pair(classes_of_key(key), end + 1);
  }

  std::optional<Value> list(size_t begin, int depth) {
    Value list{.kind = Value::Kind::kList, .begin = begin, .text = {}, .members = {}, .items = {}};
    size_t i = skip_blanks(text_, begin + 1);
    while (!is_closing(at(text_, i)) || at(text_, i) == '>') {
      auto item = value(i, depth + 1);
      if (!item) return {};
      if (item->end >= text_.size()) return reach_end();
      i = skip_blanks(text_, item->end);
      list.items.push_back(std::move(*item));
      if (at(text_, i) == ',' || at(text_, i) == ';')
        i = skip_blanks(text_, i + 1);
      else if (!is_closing(at(text_, i)) || at(text_, i) == '>')
        return {};
      if (i >= text_.size()) return reach_end();
    }
    list.end = i + 1;
    return list;
  }

  std::optional<Value> string(size_t i) {
    auto string = unescaped_string(text_, i);
    if (!string) return reach_end();
    return Value{.kind = Value::Kind::kString,
                 .begin = i,
                 .end = string->end,
                 .text = without_markup(string->text),
                 .members = {},
                 .items = {}};
  }

  std::optional<Value> time(size_t begin) {
    const bool negative = at(text_, begin) == '-';
    auto time = list_time_at(text_, begin + (negative ? 1 : 0));
    if (!time) return {};
    time->negative = negative;
    time->begin = begin;
    return Value{.kind = Value::Kind::kTime,
                 .begin = begin,
                 .end = time->end,
                 .text = {},
                 .time = *time,
                 .members = {},
                 .items = {}};
  }

  std::optional<Value> word(size_t begin) {
    const size_t first = begin + (is_one_of(at(text_, begin), U"+-") ? 1 : 0),
                 end = match_any(text_, first, kWords);
    if (end == kNone) return {};
    return Value{.kind = Value::Kind::kWord,
                 .begin = begin,
                 .end = end,
                 .text = lower(text_.substr(first, end - first)),
                 .members = {},
                 .items = {}};
  }

  View text_;
  bool reached_end_ = false;
  bool cut_off_ = false;
};

/// `[5]`, `(4 seconds)`, `()`.
bool is_plain_text(View text, const Value& value) {
  if (value.kind != Value::Kind::kList) return false;
  if (value.items.empty()) return text[value.begin] == '(';
  return value.items.size() == 1 &&
         (value.items[0].kind == Value::Kind::kTime || value.items[0].kind == Value::Kind::kWord);
}

}  // namespace

const Value& single(const Value& value) {
  const Value* inner = &value;
  while (inner->kind == Value::Kind::kList && inner->items.size() == 1) inner = &inner->items[0];
  return *inner;
}

Structures find_structures(View text, View openings) {
  Structures structures;
  for (size_t i = text.find_first_of(openings); i != View::npos;
       i = text.find_first_of(openings, i)) {
    Parser parser(text);
    auto value = parser.value(i);
    if (parser.cut_off()) {
      structures.cut_off = i;
      break;
    }
    if (!value || is_plain_text(text, *value)) {
      ++i;
      continue;
    }
    i = value->end;
    structures.values.push_back(std::move(*value));
  }
  return structures;
}

Structures structure_at_beginning(View text) {
  Structures structures;
  if (!is_one_of(at(text, 0), U"{[(")) return structures;
  Parser parser(text);
  auto value = parser.value(0);
  if (parser.cut_off())
    structures.cut_off = 0;
  else if (value && !is_plain_text(text, *value))
    structures.values.push_back(std::move(*value));
  return structures;
}

Text without_values(View text, const std::vector<Value>& values) {
  Text result(text);
  for (const auto& value : values)
    result.replace(value.begin, value.end - value.begin, value.end - value.begin, U' ');
  return result;
}

}  // namespace vrlt::reading
