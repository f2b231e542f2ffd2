#include "reading/zones.h"
#include "vrlt/reading/reading.h"

namespace vrlt::reading {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  const size_t begin = std::min(text.find_first_not_of(kBlank), text.size());
  return text.substr(begin, text.find_last_not_of(kBlank) + 1 - begin);
}

}  // namespace

Read<std::string> read_text(const Response& response) {
  const auto zone = find_zones(response).answer;
  if (zone.reason != Reason::kOk) return zone.reason;
  const auto text = trimmed(zone.text);
  if (text.empty()) return Reason::kEmpty;
  return std::string(text);
}

}  // namespace vrlt::reading
