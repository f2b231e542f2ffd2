#include <algorithm>
#include <map>
#include <vector>

#include "reading/markup.h"

namespace vrlt::reading {
namespace {

constexpr size_t kLongestName = 32, kLongestAttributes = 128;
constexpr View kLineTags[] = {U"br", U"p",  U"div", U"li", U"ul", U"ol", U"tr", U"td",
                              U"th", U"h1", U"h2",  U"h3", U"h4", U"h5", U"h6", U"pre"};

struct MarkupTag {
  size_t begin = 0, end = 0;
  Text name;  ///< In lower case.
  bool closing = false;
  bool counts = false;  ///< It is a tag, not a letter in brackets.
};

bool is_name(char32_t c) { return is_letter(c) || is_digit(c) || c == '_' || c == '-'; }

/// The tag at `<`; its end is 0 if there is none.
MarkupTag scan_tag(View text, size_t i) {
  MarkupTag tag{.begin = i, .name = {}, .closing = at(text, i + 1) == '/'};
  const size_t first = i + (tag.closing ? 2 : 1);
  size_t end = first;
  while (is_name(at(text, end)) && end - first <= kLongestName) ++end;
  if (!is_letter(at(text, first)) || end - first > kLongestName) return tag;
  tag.name = lower(text.substr(first, end - first));
  if (at(text, end) != '>' && at(text, end) != '/' && !is_blank(at(text, end))) return tag;
  const size_t attributes = end;
  while (end < text.size() && end - attributes <= kLongestAttributes && text[end] != '<' &&
         text[end] != '>')
    ++end;
  if (at(text, end) == '>' && end - attributes <= kLongestAttributes) tag.end = end + 1;
  return tag;
}

/// All tags; those with a name of one letter count only in pairs.
std::vector<MarkupTag> scan_tags(View text) {
  std::vector<MarkupTag> tags;
  std::map<Text, std::vector<size_t>> open;
  for (size_t i = text.find(U'<'); i != View::npos; i = text.find(U'<', i)) {
    auto tag = scan_tag(text, i);
    i = std::max(i + 1, tag.end);
    if (tag.end == 0) continue;
    tag.counts = tag.name.size() > 1;
    if (!tag.counts) {
      auto& waiting = open[tag.name];
      if (!tag.closing) {
        waiting.push_back(tags.size());
      } else if (!waiting.empty()) {
        tags[waiting.back()].counts = tag.counts = true;
        waiting.pop_back();
      }
    }
    tags.push_back(std::move(tag));
  }
  return tags;
}

}  // namespace

Text without_tags(View text) {
  Text result;
  size_t begin = 0;
  for (const auto& tag : scan_tags(text)) {
    if (!tag.counts) continue;
    result.append(text.substr(begin, tag.begin - begin));
    begin = tag.end;
    const bool ends_line =
        std::find(std::begin(kLineTags), std::end(kLineTags), tag.name) != std::end(kLineTags);
    if (ends_line)
      result += '\n';
    else if (is_word(before(result, result.size())) && is_word(at(text, begin)))
      result += ' ';
  }
  return result.append(text.substr(begin));
}

}  // namespace vrlt::reading
