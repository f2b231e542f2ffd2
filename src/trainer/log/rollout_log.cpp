#include "vrlt/trainer/log/rollout_log.h"

#include "vrlt/core/error.h"
#include "vrlt/reading/reading.h"

namespace vrlt::trainer {
namespace {

io::Json to_json(const Interval& span) {
  return io::Json::array({span.start_seconds, span.end_seconds});
}

io::Json predicted_span(const data::Sample& sample, const std::string& text) {
  if (sample.segments.empty()) return nullptr;
  const auto spans = sample.options.empty()
                         ? reading::read_spans({.text = text}, /*several=*/false)
                         : reading::read_grounded({.text = text}, sample.options).spans;
  return spans ? to_json((*spans).front()) : io::Json(nullptr);
}

}  // namespace

io::Json rollout_record(const data::Sample& sample, const rollout::RolloutGroup& group,
                        const std::vector<rewards::RewardTerm>& terms,
                        const std::vector<rewards::ScoredResponse>& scores,
                        const std::vector<double>& advantages) {
  io::Json record = {{"id", sample.id},
                     {"task", data::to_string(sample.task)},
                     {"question", sample.question},
                     {"video", sample.video}};
  if (sample.frames)
    record["frames"] = {{"pattern", sample.frames->pattern},
                        {"first", sample.frames->first},
                        {"fps", sample.frames->fps}};
  if (!sample.options.empty()) record["options"] = sample.options;
  if (sample.answer_option) record["answer"] = *sample.answer_option;
  record["truth"] = io::Json::array();
  for (const auto& span : sample.clip_segments()) record["truth"].push_back(to_json(span));
  if (sample.clip_start > 0) record["clip_start"] = sample.clip_start;
  record["frame_seconds"] = group.prompt.inputs->frame_seconds;
  if (!group.prompt.inputs->text.empty()) record["prompt"] = group.prompt.inputs->text;
  record["responses"] = io::Json::array();
  for (size_t k = 0; k < group.responses.size(); ++k) {
    const auto& response = group.responses[k];
    io::Json item = {{"text", response.text},
                     {"tokens", response.ids.size()},
                     {"finish", response.truncated ? "length" : "stop"},
                     {"reward", scores[k].total}};
    item["components"] = io::Json::object();
    VRLT_CHECK(scores[k].components.size() == terms.size(), scores[k].components.size(),
               " rewards of ", terms.size(), " terms");
    for (size_t c = 0; c < terms.size(); ++c)
      if (scores[k].components[c].applicable)
        item["components"][terms[c].name] = {{"value", scores[k].components[c].value},
                                             {"reason", scores[k].components[c].reason.word}};
    if (!advantages.empty()) item["advantage"] = advantages[k];
    item["predicted"] = predicted_span(sample, response.text);
    record["responses"].push_back(item);
  }
  return record;
}

}  // namespace vrlt::trainer
