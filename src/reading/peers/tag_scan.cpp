#include "vrlt/reading/peers/tag_scan.h"

#include <cstring>

#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::peers {

size_t find(std::string_view text, std::string_view needle, size_t from) {
  if (from > text.size()) return std::string_view::npos;
  const void* found = memmem(text.data() + from, text.size() - from, needle.data(), needle.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<size_t>(static_cast<const char*>(found) - text.data());
}

size_t find_last(std::string_view text, std::string_view needle) {
  size_t last = std::string_view::npos;
  for (size_t at = find(text, needle); at != std::string_view::npos;
       at = find(text, needle, at + needle.size()))
    last = at;
  return last;
}

bool occurs_once(std::string_view text, std::string_view needle) {
  const size_t first = find(text, needle);
  return first != std::string_view::npos &&
         find(text, needle, first + needle.size()) == std::string_view::npos;
}

std::optional<Junction> find_junction(std::string_view text, std::string_view first,
                                      std::string_view second, size_t from) {
  for (size_t at = find(text, first, from); at != std::string_view::npos;
       at = find(text, first, at)) {
    const size_t begin = at;
    at += first.size();
    at += unicode_spaces_at(text.substr(at));
    if (text.substr(at).starts_with(second)) return Junction{begin, at + second.size()};
  }
  return {};
}

std::optional<std::string_view> first_block(std::string_view text, std::string_view open,
                                            std::string_view close) {
  const size_t begin = find(text, open);
  if (begin == std::string_view::npos) return {};
  const size_t end = find(text, close, begin + open.size());
  if (end == std::string_view::npos) return {};
  return text.substr(begin + open.size(), end - begin - open.size());
}

std::optional<std::string_view> last_block(std::string_view text, std::string_view open,
                                           std::string_view close) {
  std::optional<std::string_view> last;
  for (size_t begin = find(text, open); begin != std::string_view::npos;
       begin = find(text, open, begin)) {
    const size_t end = find(text, close, begin + open.size());
    if (end == std::string_view::npos) break;
    last = text.substr(begin + open.size(), end - begin - open.size());
    begin = end + close.size();
  }
  return last;
}

}  // namespace vrlt::reading::peers
