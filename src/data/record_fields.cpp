#include "vrlt/data/record_fields.h"

#include <algorithm>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "data/json_fields.h"

namespace vrlt::data {
namespace {

constexpr const char* kFields[] = {
    // what parse_sample reads
    "schema", "id", "task", "bench", "split", "source", "images", "video", "video_kind", "frames",
    "clip_start", "clip_end", "duration", "question", "query_raw", "options", "answer", "segments",
    "subtitles", "prompt", "cluster", "flags", "groups",
    // what prompts, rewards, supervised targets and exporters read in the record itself
    "answer_raw", "problem_type", "absolute_tolerance", "relative_tolerance", "thinking", "native",
    "train", "segments_unit",
    // what completions for vrlt-score add
    "completion", "num_tokens", "truncated", "control", "expected"};

}  // namespace

std::span<const char* const> record_fields() { return kFields; }

bool is_record_field(std::string_view name) {
  static const std::unordered_set<std::string_view> names(std::begin(kFields), std::end(kFields));
  return names.contains(name);
}

std::string meant_field(const std::string& name, const io::Json& record) {
  std::vector<std::string> missing;
  for (const std::string_view field : kFields) {
    if (field == name) return {};
    if (!record.contains(field)) missing.emplace_back(field);
  }
  return meant_name(name, missing);
}

}  // namespace vrlt::data
