#include "vrlt/selection/sample_key.h"

#include <cstdio>
#include <unordered_map>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::selection {
namespace {

/// Text, so that the digits are ours.
std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.17g", value);
  return buffer;
}

}  // namespace

std::string sample_key(const data::Sample& sample) {
  io::Json spans = io::Json::array();
  for (const auto& span : sample.segments)
    spans.push_back({number(span.start_seconds), number(span.end_seconds)});
  const io::Json answer = sample.answer_option ? io::Json(*sample.answer_option)
                          : sample.answer_text ? io::Json(*sample.answer_text)
                                               : io::Json(nullptr);
  const io::Json canonical = {
      {"clip", {number(sample.clip_start), sample.clip_end ? number(*sample.clip_end) : ""}},
      {"gt", {{"answer", answer}, {"segments", spans}}},
      {"images", sample.images},
      {"options", sample.options},
      {"question", sample.question},
      {"task", data::to_string(sample.task)},
      {"video", sample.video}};
  return io::sha256(io::to_line(canonical));
}

void check_keys(const std::vector<data::Sample>& samples) {
  std::unordered_map<std::string, const data::Sample*> seen;
  for (const auto& sample : samples) {
    const auto [first, is_new] = seen.emplace(sample_key(sample), &sample);
    if (!is_new)
      throw DataError(concat("samples ", first->second->id, " and ", sample.id,
                             " ask the same of the same video, with the same truth; remove one of "
                             "them from data.records"));
  }
}

}  // namespace vrlt::selection
