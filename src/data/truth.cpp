#include "vrlt/data/truth.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

std::string shown(const std::vector<Interval>& spans) {
  io::Json list = io::Json::array();
  for (const auto& span : spans) list.push_back({span.start_seconds, span.end_seconds});
  return io::excerpt(list);
}

}  // namespace

std::optional<TruthProblem> truth_problem(const Sample& sample) {
  if (sample.segments.empty()) return {};
  const auto spans = shown(sample.segments);
  const auto none = [&](const auto& can_be_hit) {
    return std::none_of(sample.segments.begin(), sample.segments.end(), can_be_hit);
  };
  const auto has_length = [](const Interval& span) { return span.length() > 0; };
  if (none(has_length))
    return TruthProblem{"the truth has no length", concat("the truth ", spans, " has no length")};
  const auto meets_clip = [&](const Interval& span) {
    return has_length(span) && span.end_seconds > sample.clip_start &&
           (!sample.clip_end || span.start_seconds < *sample.clip_end);
  };
  if (none(meets_clip)) {
    const auto end = sample.clip_end ? concat("to ", *sample.clip_end, " s") : std::string("on");
    return TruthProblem{
        "the truth is outside the clip",
        concat("the truth ", spans, " is outside the clip, from ", sample.clip_start, " s ", end)};
  }
  const auto begins_in_time = [&](const Interval& span) {
    return meets_clip(span) && (!sample.duration || span.start_seconds < *sample.duration);
  };
  if (none(begins_in_time))
    return TruthProblem{"the truth is after the end of the video",
                        concat("the truth ", spans, " is after the end of the video, ",
                               *sample.duration, " s by its record")};
  return {};
}

std::string truth_text(const Sample& sample) {
  std::string text;
  if (sample.answer_option)
    text = concat(static_cast<char>('A' + *sample.answer_option), ". ",
                  sample.options[static_cast<size_t>(*sample.answer_option)]);
  for (const auto& span : sample.clip_segments())
    text += concat(text.empty() ? "" : ", ", span.start_seconds, " to ", span.end_seconds, " s");
  if (sample.answer_text) text += (text.empty() ? "" : ", ") + *sample.answer_text;
  return text;
}

}  // namespace vrlt::data
