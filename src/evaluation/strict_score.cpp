#include "vrlt/evaluation/strict_score.h"

#include <algorithm>

#include "evaluation/strict_grammar.h"
#include "rewards/word_scores.h"
#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"

namespace vrlt::evaluation {
namespace {

/// Keeps a tie a tie: 0.7 - 0.4 is less than 0.3 in binary. Spec benchmarks.md 2.3.
constexpr double kThresholdSlack = 1e-9;

bool reaches(double value, double threshold) { return value + kThresholdSlack >= threshold; }

void add_iou_metrics(SampleScore& score, double iou) {
  for (const auto& [name, threshold] : {std::pair("R1@0.3", 0.3), std::pair("R1@0.5", 0.5), std::pair("R1@0.7", 0.7)})
    score.metrics.emplace_back(name, reaches(iou, threshold) ? 1.0 : 0.0);
  score.metrics.emplace_back("mIoU", iou);
}

io::Json to_json(const Interval& span) { return io::Json::array({span.start_seconds, span.end_seconds}); }

/// What is kept although it is odd: spans of no length, spans that end after the video.
io::Json flags_of(const std::vector<Interval>& spans, const data::Sample& sample) {
  io::Json flags = io::Json::array();
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  const auto any = [&](const auto& holds) { return std::any_of(spans.begin(), spans.end(), holds); };
  if (any([](const Interval& span) { return span.length() == 0.0; })) flags.push_back("zero_length");
  if (end && any([&](const Interval& span) { return span.end_seconds > *end - sample.clip_start; })) flags.push_back("out_of_range");
  return flags;
}

/// Parses the answer zone, or passes on why there is none.
template <typename Read>
auto read_zone(const std::string& response, const Read& read) -> decltype(read(std::string())) {
  const auto zone = answer_zone(response);
  if (!zone) return {{}, zone.failure};
  return read(*zone.value);
}

/// Of two options with the same text either is right.
bool is_right(const Parsed<int64_t>& option, const data::Sample& sample) {
  if (!option || !sample.answer_option) return false;
  return option.value == sample.answer_option ||
         sample.options[static_cast<size_t>(*option.value)] == sample.options[static_cast<size_t>(*sample.answer_option)];
}

SampleScore option_score(const Parsed<int64_t>& option, const data::Sample& sample) {
  SampleScore score{.parsed = {{"option", option ? io::Json(*option.value) : io::Json(nullptr)}}};
  if (!option) score.reason = option.failure;
  if (sample.answer_option) score.metrics.emplace_back("accuracy", is_right(option, sample) ? 1.0 : 0.0);
  return score;
}

SampleScore score_choice(const data::Sample& sample, const std::string& response) {
  return option_score(read_zone(response, [&](const std::string& zone) { return read_option(zone, sample.options); }), sample);
}

SampleScore score_caption(const data::Sample& sample, const std::string& response) {
  return option_score(read_zone(response, [&](const std::string& zone) { return read_caption(zone, data::option_lines(sample)); }), sample);
}

SampleScore score_yes_no(const data::Sample& sample, const std::string& response) {
  const auto word = read_zone(response, read_yes_no);
  SampleScore score{.parsed = {{"yn", word ? io::Json(*word.value) : io::Json(nullptr)}}};
  if (!word) score.reason = word.failure;
  if (sample.answer_text) score.metrics.emplace_back("accuracy", word && word.value == sample.answer_text ? 1.0 : 0.0);
  return score;
}

SampleScore score_grounding(const data::Sample& sample, const std::string& response) {
  SampleScore score;
  const auto span = read_zone(response, read_span);
  if (!span) score.reason = span.failure;
  score.parsed = {{"span", span ? to_json(*span.value) : io::Json(nullptr)}};
  if (span)
    if (auto flags = flags_of({*span.value}, sample); !flags.empty()) score.parsed["flags"] = std::move(flags);
  if (!sample.segments.empty()) add_iou_metrics(score, span ? temporal_set_iou({*span.value}, sample.clip_segments()) : 0.0);
  return score;
}

io::Json grounded_json(const GroundedReading& read, const data::Sample& sample) {
  io::Json parsed = {{"option", read.option ? io::Json(*read.option.value) : io::Json(nullptr)}, {"span", nullptr}};
  if (!read.spans) return parsed;
  parsed["span"] = to_json(read.spans.value->front());
  if (read.spans.value->size() > 1)
    for (const auto& span : *read.spans.value) parsed["spans"].push_back(to_json(span));
  if (auto flags = flags_of(*read.spans.value, sample); !flags.empty()) parsed["flags"] = std::move(flags);
  return parsed;
}

/// Accuracy, mIoU, mIoP, and Acc@GQA: the right option with at least half of the predicted span inside a true one. These take one
/// span, against the best true one, and are 0 for several; mIoU_set takes all spans as a set, against the set of all true ones.
SampleScore score_grounded_qa(const data::Sample& sample, const std::string& response) {
  SampleScore score;
  const auto read = read_grounded_response(response, sample.options);
  if (!read.option)
    score.reason = read.option.failure;
  else if (!read.spans)
    score.reason = read.spans.failure;
  score.parsed = grounded_json(read, sample);
  const bool right = is_right(read.option, sample), one = read.spans && read.spans.value->size() == 1;
  double iou = 0.0, iop = 0.0;
  for (const auto& truth : sample.clip_segments()) {
    if (!one) break;
    iou = std::max(iou, temporal_iou(read.spans.value->front(), truth));
    iop = std::max(iop, temporal_iop(read.spans.value->front(), truth));
  }
  if (sample.answer_option) score.metrics.emplace_back("accuracy", right ? 1.0 : 0.0);
  if (sample.segments.empty()) return score;
  if (sample.answer_option) {
    score.metrics.emplace_back("Acc@GQA", right && reaches(iop, 0.5) ? 1.0 : 0.0);
    score.metrics.emplace_back("Acc@IoU0.5", right && reaches(iou, 0.5) ? 1.0 : 0.0);
  }
  score.metrics.emplace_back("mIoP", iop);
  score.metrics.emplace_back("IoP@0.3", reaches(iop, 0.3) ? 1.0 : 0.0);
  score.metrics.emplace_back("IoP@0.5", reaches(iop, 0.5) ? 1.0 : 0.0);
  add_iou_metrics(score, iou);
  score.metrics.emplace_back("mIoU_set", read.spans ? temporal_set_iou(*read.spans.value, sample.clip_segments()) : 0.0);
  return score;
}

/// How alike the words are: no judge, but a number that training can aim at too.
SampleScore score_open(const data::Sample& sample, const std::string& response) {
  const auto text = answer_zone(response);
  SampleScore score{.parsed = {{"text", text ? io::Json(*text.value) : io::Json(nullptr)}}};
  if (!text) score.reason = text.failure;
  if (!sample.answer_text) return score;
  const auto words = text ? rewards::bounded_rouge(*text.value, *sample.answer_text, /*stem=*/false) : std::optional(rewards::Rouge{});
  if (!words) score.reason = "too_long";
  score.metrics.emplace_back("rouge", words ? words->mean() : 0.0);
  return score;
}

/// What only a judge could tell.
SampleScore score_nothing(const data::Sample&, const std::string&) { return {}; }

const StrictEntry kTasks[] = {
    {data::Task::kMultipleChoice, "mcq", "multiple choice: accuracy", score_choice},
    {data::Task::kYesNo, "yes_no", "yes or no: accuracy", score_yes_no},
    {data::Task::kCaptionMatch, "caption_match", "the sentence that fits: accuracy", score_caption},
    {data::Task::kTemporalGrounding, "tvg", "temporal grounding: R1@0.3, R1@0.5, R1@0.7, mIoU", score_grounding},
    {data::Task::kReasoningLocalization, "rtl", "reasoning about time: as tvg", score_grounding},
    {data::Task::kCaption, "caption", "captions: needs a judge, has no metrics", score_nothing},
    {data::Task::kOpen, "open", "open answers: rouge, the mean of ROUGE-1, -2 and -L with the record's answer", score_open},
    {data::Task::kGroundedQa, "gqa", "grounded QA: accuracy, Acc@GQA, mIoP, R1@IoU, mIoU", score_grounded_qa},
};

}  // namespace

std::vector<StrictEntry> strict_table() { return {std::begin(kTasks), std::end(kTasks)}; }

const StrictEntry& find_strict(data::Task task) {
  const auto* found = std::find_if(std::begin(kTasks), std::end(kTasks), [&](const auto& entry) { return entry.task == task; });
  VRLT_CHECK(found != std::end(kTasks), "no row for task ", data::to_string(task));
  return *found;
}

}  // namespace vrlt::evaluation
