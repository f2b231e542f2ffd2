#include "reading/tags.h"

#include <algorithm>
#include <string>

#include "reading/folding.h"

namespace vrlt::reading {
namespace {

constexpr std::pair<Tag, std::string_view> kTags[] = {
    {Tag::kThink, "<think>"},       {Tag::kThinkEnd, "</think>"}, {Tag::kAnswer, "<answer>"},
    {Tag::kAnswerEnd, "</answer>"}, {Tag::kGlue, "<glue>"},       {Tag::kGlueEnd, "</glue>"}};

bool begins_with(std::string_view text, std::string_view tag) {
  if (text.size() < tag.size()) return false;
  return std::equal(tag.begin(), tag.end(), text.begin(), [](char expected, char c) {
    return c >= 'A' && c <= 'Z' ? c + 32 == expected : c == expected;
  });
}

/// Whether a code point, given as bytes, is a blank or nothing once folded.
bool is_invisible(std::string_view bytes) {
  const auto first = static_cast<unsigned char>(bytes.front());
  if (first < 0x80) return first <= ' ' || first == 0x7F;
  return bytes.size() > 1 && trim(fold(bytes)).empty();
}

bool continues_code_point(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

std::string_view without_blanks_behind(std::string_view text) {
  while (!text.empty()) {
    size_t begin = text.size() - 1;
    while (begin > 0 && text.size() - begin < 4 && continues_code_point(text[begin])) --begin;
    if (!is_invisible(text.substr(begin))) return text;
    text.remove_suffix(text.size() - begin);
  }
  return text;
}

std::string_view without_blanks_before(std::string_view text) {
  while (!text.empty()) {
    size_t length = 1;
    while (length < text.size() && length < 4 && continues_code_point(text[length])) ++length;
    if (!is_invisible(text.substr(0, length))) return text;
    text.remove_prefix(length);
  }
  return text;
}

/// Bytes of the special token at the end; 0 if there is none.
size_t special_token_behind(std::string_view text) {
  for (const std::string_view token : {"</s>", "<eos>"})
    if (text.ends_with(token)) return token.size();
  if (!text.ends_with("|>")) return 0;
  constexpr size_t kLongestName = 32;
  size_t begin = text.size() - 2, length = 0;
  while (begin > 0 && length < kLongestName &&
         is_word(static_cast<unsigned char>(text[begin - 1])) &&
         static_cast<unsigned char>(text[begin - 1]) < 0x80) {
    --begin;
    ++length;
  }
  return length > 0 && text.substr(0, begin).ends_with("<|") ? text.size() - begin + 2 : 0;
}

}  // namespace

std::vector<TagAt> find_tags(std::string_view text) {
  std::vector<TagAt> tags;
  for (size_t i = text.find('<'); i != std::string_view::npos; i = text.find('<', i)) {
    const auto found = std::find_if(std::begin(kTags), std::end(kTags), [&](const auto& row) {
      return begins_with(text.substr(i), row.second);
    });
    const size_t end = i + (found == std::end(kTags) ? 1 : found->second.size());
    if (found != std::end(kTags)) tags.push_back({found->first, i, end});
    i = end;
  }
  return tags;
}

std::string_view without_special_tokens(std::string_view text) {
  text = without_blanks_behind(without_blanks_before(text));
  for (size_t token = special_token_behind(text); token > 0; token = special_token_behind(text)) {
    text.remove_suffix(token);
    text = without_blanks_behind(text);
  }
  return text;
}

}  // namespace vrlt::reading
