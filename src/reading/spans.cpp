#include "reading/spans.h"

namespace vrlt::reading {

Read<Spans> read_spans(const Zone& zone, bool several) {
  return read_zone<Spans>(zone, [&](View text) -> Read<Spans> {
    const auto found = find_spans(text);
    if (found.spans && !several && (*found.spans).size() > 1) return Reason::kAmbiguous;
    return found.spans;
  });
}

Read<Spans> read_spans(const Response& response, bool several) {
  return read_spans(find_zones(response).answer, several);
}

}  // namespace vrlt::reading
