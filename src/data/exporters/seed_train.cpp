#include "data/exporters/seed_train.h"

#include "data/converters/seed_train.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

/// An item made from the record's own fields, or null.
io::Json make_item(const Sample& sample) {
  if (sample.segments.size() != 1 || !sample.duration || *sample.duration <= 0) return nullptr;
  const auto& span = sample.segments.front();
  return {
      {"dataset", sample.bench},
      {"video", sample.video},
      {"problem", seed_problem(sample.question)},
      {"solution", {span.start_seconds / *sample.duration, span.end_seconds / *sample.duration}},
      {"video_length", *sample.duration}};
}

}  // namespace

Export export_seed_train(const std::vector<const Sample*>& samples, const Predictions&) {
  Export result;
  io::Json items = io::Json::array();
  for (const auto* entry : samples) {
    const auto& sample = *entry;
    const auto train = sample.record["train"];
    auto item = train.is_object() ? train : make_item(sample);
    if (item.is_null())
      result.notes.push_back(sample.id + ": left out, it has no duration or not exactly one span");
    else
      items.push_back(std::move(item));
  }
  result.files.push_back(
      {"", items.dump(2, ' ', false, io::Json::error_handler_t::replace) + "\n"});
  return result;
}

}  // namespace vrlt::data
