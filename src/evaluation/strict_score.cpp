#include "vrlt/evaluation/strict_score.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"
#include "vrlt/reading/credit.h"
#include "vrlt/rewards/word_scores.h"

namespace vrlt::evaluation {
namespace {

/// Keeps a tie a tie: 0.7 - 0.4 is less than 0.3 in binary. Source:
/// docs/spec/benchmarks.md#thresholds.
constexpr double kThresholdSlack = 1e-9;

bool reaches(double value, double threshold) { return value + kThresholdSlack >= threshold; }

void add_iou_metrics(SampleScore& score, double iou) {
  for (const auto& [name, threshold] :
       {std::pair("R1@0.3", 0.3), std::pair("R1@0.5", 0.5), std::pair("R1@0.7", 0.7)})
    score.metrics.emplace_back(name, reaches(iou, threshold) ? 1.0 : 0.0);
  score.metrics.emplace_back("mIoU", iou);
}

io::Json to_json(const Interval& span) {
  return io::Json::array({span.start_seconds, span.end_seconds});
}

/// What is kept although it is odd: spans of no length, spans that end after the video.
io::Json flags_of(const std::vector<Interval>& spans, const data::Sample& sample) {
  io::Json flags = io::Json::array();
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  const auto any = [&](const auto& holds) {
    return std::any_of(spans.begin(), spans.end(), holds);
  };
  if (any([](const Interval& span) { return span.length() == 0.0; }))
    flags.push_back("zero_length");
  if (end && any([&](const Interval& span) { return span.end_seconds > *end - sample.clip_start; }))
    flags.push_back("out_of_range");
  return flags;
}

SampleScore option_score(const reading::Read<int64_t>& option, const data::Sample& sample) {
  SampleScore score{.reason = option.reason,
                    .parsed = {{"option", option ? io::Json(*option) : io::Json(nullptr)}}};
  if (!sample.answer_option) return score;
  const auto credit = reading::option_credit(option, *sample.answer_option, sample.options);
  score.reason = credit.reason;
  score.metrics.emplace_back("accuracy", credit.value);
  return score;
}

SampleScore score_choice(const data::Sample& sample, const reading::Response& response) {
  return option_score(reading::read_choice(response, sample.options), sample);
}

SampleScore score_caption(const data::Sample& sample, const reading::Response& response) {
  return option_score(reading::read_caption(response, sample.options, data::first_label(sample)),
                      sample);
}

SampleScore score_yes_no(const data::Sample& sample, const reading::Response& response) {
  const auto yes = reading::read_yes_no(response);
  SampleScore score{.reason = yes.reason,
                    .parsed = {{"yn", !yes ? io::Json(nullptr) : io::Json(*yes ? "yes" : "no")}}};
  const auto truth = sample.answer_text ? reading::yes_no_truth(*sample.answer_text) : std::nullopt;
  if (!truth) return score;
  const auto credit = reading::yes_no_credit(yes, *truth);
  score.reason = credit.reason;
  score.metrics.emplace_back("accuracy", credit.value);
  return score;
}

/// "span": the first one; "spans" where there are several.
void add_spans(io::Json& parsed, const reading::Read<reading::Spans>& spans,
               const data::Sample& sample) {
  parsed["span"] = nullptr;
  if (!spans) return;
  parsed["span"] = to_json((*spans).front());
  if ((*spans).size() > 1)
    for (const auto& span : *spans) parsed["spans"].push_back(to_json(span));
  if (auto flags = flags_of(*spans, sample); !flags.empty()) parsed["flags"] = std::move(flags);
}

SampleScore score_grounding(const data::Sample& sample, const reading::Response& response) {
  const auto spans = reading::read_spans(response, sample.segments.size() > 1);
  SampleScore score{.reason = spans.reason, .parsed = io::Json::object()};
  add_spans(score.parsed, spans, sample);
  if (sample.segments.empty()) return score;
  const auto credit = reading::span_credit(spans, sample.clip_segments());
  score.reason = credit.reason;
  add_iou_metrics(score, credit.value);
  return score;
}

/// Accuracy, mIoU, mIoP, and Acc@GQA: the right option with at least half of the predicted span
/// inside a true one. These take one span, against the best true one, and are 0 for several;
/// mIoU_set takes all spans as a set, against the set of all true ones.
SampleScore score_grounded_qa(const data::Sample& sample, const reading::Response& response) {
  const auto read = reading::read_grounded(response, sample.options);
  SampleScore score{
      .parsed = {{"option", read.option ? io::Json(*read.option) : io::Json(nullptr)}}};
  add_spans(score.parsed, read.spans, sample);
  const auto truth = sample.clip_segments();
  reading::Credit option{0.0, read.option.reason}, spans{0.0, read.spans.reason};
  if (sample.answer_option)
    option = reading::option_credit(read.option, *sample.answer_option, sample.options);
  if (!truth.empty()) spans = reading::span_credit(read.spans, truth);
  score.reason = reading::reason_of_whole(option.reason, spans.reason);
  const bool right = option.value > 0.0, one = read.spans && (*read.spans).size() == 1;
  double iou = 0.0, iop = 0.0;
  for (const auto& span : truth) {
    if (!one) break;
    iou = std::max(iou, temporal_iou((*read.spans).front(), span));
    iop = std::max(iop, temporal_iop((*read.spans).front(), span));
  }
  if (sample.answer_option) score.metrics.emplace_back("accuracy", option.value);
  if (truth.empty()) return score;
  if (sample.answer_option) {
    score.metrics.emplace_back("Acc@GQA", right && reaches(iop, 0.5) ? 1.0 : 0.0);
    score.metrics.emplace_back("Acc@IoU0.5", right && reaches(iou, 0.5) ? 1.0 : 0.0);
  }
  score.metrics.emplace_back("mIoP", iop);
  score.metrics.emplace_back("IoP@0.3", reaches(iop, 0.3) ? 1.0 : 0.0);
  score.metrics.emplace_back("IoP@0.5", reaches(iop, 0.5) ? 1.0 : 0.0);
  add_iou_metrics(score, iou);
  const bool inverted =
      read.spans && reading::span_problem(*read.spans) == reading::Reason::kInverted;
  score.metrics.emplace_back("mIoU_set",
                             read.spans && !inverted ? temporal_set_iou(*read.spans, truth) : 0.0);
  return score;
}

/// How alike the words are: no judge, but a number that training can aim at too.
SampleScore score_open(const data::Sample& sample, const reading::Response& response) {
  const auto text = reading::read_text(response);
  SampleScore score{.reason = text.reason,
                    .parsed = {{"text", text ? io::Json(*text) : io::Json(nullptr)}}};
  if (!sample.answer_text) return score;
  const auto words = text ? rewards::bounded_rouge(*text, *sample.answer_text, /*stem=*/false)
                          : std::optional(rewards::Rouge{});
  if (!words) score.reason = reading::Reason::kTooLong;
  score.metrics.emplace_back("rouge", words ? words->mean() : 0.0);
  return score;
}

/// What only a judge could tell.
SampleScore score_nothing(const data::Sample&, const reading::Response&) { return {}; }

const StrictEntry kTasks[] = {
    {data::Task::kMultipleChoice, "mcq", "multiple choice: accuracy", "accuracy", score_choice},
    {data::Task::kYesNo, "yes_no", "yes or no: accuracy", "accuracy", score_yes_no},
    {data::Task::kCaptionMatch, "caption_match", "the sentence that fits: accuracy", "accuracy",
     score_caption},
    {data::Task::kTemporalGrounding, "tvg", "temporal grounding: R1@0.3, R1@0.5, R1@0.7, mIoU",
     "mIoU", score_grounding},
    {data::Task::kReasoningLocalization, "rtl", "reasoning about time: as tvg", "mIoU",
     score_grounding},
    {data::Task::kCaption, "caption", "captions: needs a judge, has no metrics", "", score_nothing},
    {data::Task::kOpen, "open",
     "open answers: rouge, the mean of ROUGE-1, -2 and -L with the record's answer", "rouge",
     score_open},
    {data::Task::kGroundedQa, "gqa", "grounded QA: accuracy, Acc@GQA, mIoP, R1@IoU, mIoU",
     "Acc@GQA accuracy mIoU", score_grounded_qa},
};

}  // namespace

std::vector<StrictEntry> strict_table() { return {std::begin(kTasks), std::end(kTasks)}; }

const StrictEntry& find_strict(data::Task task) {
  const auto* found = std::find_if(std::begin(kTasks), std::end(kTasks),
                                   [&](const auto& entry) { return entry.task == task; });
  VRLT_CHECK(found != std::end(kTasks), "no row for task ", data::to_string(task));
  return *found;
}

}  // namespace vrlt::evaluation
