#include <algorithm>

#include "evaluation/compat/overlaps.h"
#include "vrlt/core/named_table.h"
#include "vrlt/core/random.h"
#include "vrlt/data/prompt.h"
#include "vrlt/evaluation/compat_profile.h"
#include "vrlt/reading/credit.h"
#include "vrlt/reading/official/choice_readers.h"
#include "vrlt/reading/official/span_readers.h"
#include "vrlt/reading/peers/choices.h"
#include "vrlt/reading/peers/spans.h"
#include "vrlt/reading/peers/tag_scan.h"

namespace vrlt::evaluation {
namespace {

using namespace compat;
using namespace reading::official;
using data::Sample;

enum class Tie { kCounts, kDoesNot };

rewards::Reason official_crash() { return {rewards::ReasonKind::kUnread, "official_crash"}; }

void add_thresholds(SampleScore& score, double iou, Tie tie) {
  for (const auto& [name, threshold] :
       {std::pair("R1@0.3", 0.3), std::pair("R1@0.5", 0.5), std::pair("R1@0.7", 0.7)})
    score.metrics.emplace_back(
        name, iou > threshold || (tie == Tie::kCounts && iou == threshold) ? 1.0 : 0.0);
  score.metrics.emplace_back("mIoU", iou);
}

io::Json to_json(const std::optional<Interval>& span) {
  return span ? io::Json::array({span->start_seconds, span->end_seconds}) : io::Json(nullptr);
}

// Temporal grounding

enum class EmptyHull { kZero, kCrash };

SampleScore span_score(const Sample& sample, const SpanReading& reading, Tie tie = Tie::kCounts,
                       EmptyHull empty = EmptyHull::kZero) {
  SampleScore score{.parsed = {{"span", to_json(reading.span)}}};
  if (reading.crash) score.reason = official_crash();
  if (!reading.crash && !reading.span) score.reason = reading::Reason::kNoSpan;
  if (sample.segments.empty()) return score;
  const auto iou = reading.span && !reading.crash
                       ? hull_iou(*reading.span, sample.clip_segments().front())
                       : std::optional(0.0);
  if (!iou && empty == EmptyHull::kCrash) score.reason = official_crash();
  add_thresholds(score, iou.value_or(0.0), tie);
  return score;
}

SampleScore seed(const Sample& sample, const std::string& response, uint64_t) {
  return span_score(sample, read_seed(response), Tie::kCounts, EmptyHull::kCrash);
}
SampleScore seed_r1(const Sample& sample, const std::string& response, uint64_t) {
  return span_score(sample, read_seed_r1(response), Tie::kCounts, EmptyHull::kCrash);
}
SampleScore lmms_new(const Sample& sample, const std::string& response, uint64_t) {
  return span_score(sample, read_lmms(response));
}
SampleScore timelens(const Sample& sample, const std::string& response, uint64_t) {
  return span_score(sample, read_timelens(response));
}
SampleScore to_and(const Sample& sample, const std::string& response, uint64_t) {
  return span_score(sample, read_to_and(response));
}
SampleScore time_r1(const Sample& sample, const std::string& response, uint64_t) {
  return span_score(sample, read_to_and(response), Tie::kDoesNot);
}
SampleScore onethinker(const Sample& sample, const std::string& response, uint64_t) {
  return span_score(sample, read_onethinker(response));
}

SampleScore lita(const Sample& sample, const std::string& response, uint64_t) {
  const auto reading = read_lita(response, sample.duration);
  SampleScore score{.reason = reading.span ? reading::Reason::kOk : reading::Reason::kNoSpan,
                    .parsed = {{"span", to_json(reading.span)}}};
  if (sample.segments.empty()) return score;
  const double iou = reading.span ? union_iou(*reading.span, sample.clip_segments().front()) : 0.0;
  score.metrics = {{"mIoU", iou}, {"P@0.5", iou >= 0.5 ? 1.0 : 0.0}};
  return score;
}

// Multiple choice

SampleScore choice_score(const ChoiceReading& reading) {
  return {.metrics = {{"accuracy", reading.right ? 1.0 : 0.0}},
          .reason = reading.crash ? official_crash() : rewards::Reason(reading.failure),
          .parsed = {
              {"option", reading.option.empty() ? io::Json(nullptr) : io::Json(reading.option)}}};
}

template <ChoiceReading (*kRead)(std::string_view, const Question&)>
SampleScore choice(const Sample& sample, const std::string& response, uint64_t seed) {
  if (!sample.answer_option) return {};
  return choice_score(kRead(response, {sample.options, *sample.answer_option,
                                       random_bits(seed, stable_hash(sample.id), 0, 0)}));
}

/// lmms-eval leaves empty responses out of the mean, of MVBench and of VideoMMMU.
template <ChoiceReading (*kRead)(std::string_view, const Question&)>
SampleScore unless_empty(const Sample& sample, const std::string& response, uint64_t seed) {
  auto score = choice<kRead>(sample, response, seed);
  if (response.empty()) score.metrics.clear();
  return score;
}

template <bool kStrip>
SampleScore tempcompass_choice(const Sample& sample, const std::string& response, uint64_t) {
  if (!sample.answer_option) return {};
  const auto raw = sample.record["answer_raw"];
  const auto line = raw.is_string()
                        ? raw.get<std::string>()
                        : data::option_lines(sample)[static_cast<size_t>(*sample.answer_option)];
  return choice_score(
      read_tempcompass_choice(kStrip ? without_end_token(response) : response, line));
}

SampleScore tempcompass_yes_no(const Sample& sample, const std::string& response, uint64_t) {
  if (!sample.answer_text) return {};
  return choice_score(read_tempcompass_yes_no(without_end_token(response), *sample.answer_text));
}

SampleScore tempcompass_caption(const Sample& sample, const std::string& response, uint64_t) {
  if (!sample.answer_option) return {};
  return choice_score(read_tempcompass_caption(without_end_token(response),
                                               data::option_lines(sample), *sample.answer_option));
}

/// All its questions in one mean.
SampleScore tempcompass_pooled(const Sample& sample, const std::string& response, uint64_t seed) {
  if (sample.task == data::Task::kYesNo) return tempcompass_yes_no(sample, response, seed);
  if (sample.task == data::Task::kCaptionMatch) return tempcompass_caption(sample, response, seed);
  return tempcompass_choice<true>(sample, response, seed);
}

// Grounded QA

/// The official scripts are given numbers: the strict reading finds them, and the first of several
/// spans counts. With an inverted one among them there are none.
reading::GroundedReading read_numbers(const std::string& response, const Sample& sample) {
  auto numbers = reading::read_grounded({.text = response}, sample.options);
  if (numbers.spans && reading::span_problem(*numbers.spans) == reading::Reason::kInverted)
    numbers.spans = reading::Reason::kInverted;
  return numbers;
}

SampleScore grounded_reading(const reading::GroundedReading& numbers) {
  SampleScore score;
  score.reason = !numbers.option ? numbers.option.reason : numbers.spans.reason;
  score.parsed = {
      {"option", numbers.option ? io::Json(*numbers.option) : io::Json(nullptr)},
      {"span", to_json(numbers.spans ? std::optional((*numbers.spans).front()) : std::nullopt)}};
  return score;
}

SampleScore nextgqa(const Sample& sample, const std::string& response, uint64_t) {
  const auto numbers = read_numbers(response, sample);
  auto score = grounded_reading(numbers);
  const bool right = numbers.option && sample.answer_option == *numbers.option;
  if (sample.answer_option) score.metrics.emplace_back("accuracy", right ? 1.0 : 0.0);
  // A question without a span is not in the file of predictions, and the script goes over that
  // file.
  if (sample.segments.empty() || !numbers.spans) return score;
  const auto [iou, iop] = nextgqa_overlap((*numbers.spans).front(), sample.clip_segments());
  if (sample.answer_option) score.metrics.emplace_back("Acc@GQA", right && iop >= 0.5 ? 1.0 : 0.0);
  score.metrics.insert(score.metrics.end(),
                       {{"mIoP", iop}, {"IoP@0.3", iop >= 0.3}, {"IoP@0.5", iop >= 0.5}});
  score.metrics.insert(score.metrics.end(),
                       {{"mIoU", iou}, {"R1@0.3", iou >= 0.3}, {"R1@0.5", iou >= 0.5}});
  return score;
}

/// A glue block that is malformed repeats the IoU of the sample before it there.
SampleScore videochat_gqa(const Sample& sample, const std::string& response, uint64_t) {
  SampleScore score;
  const auto answer =
      reading::peers::first_block(response, reading::peers::kAnswer, reading::peers::kAnswerEnd);
  const auto letter = reading::peers::first_capital_a_to_g(answer.value_or(std::string_view()));
  const auto spans = reading::peers::read_glue(response);
  if (!letter) score.reason = reading::Reason::kNoOption;
  if (!spans)
    score.reason =
        reading::peers::first_block(response, reading::peers::kGlue, reading::peers::kGlueEnd)
            ? official_crash()
            : reading::Reason::kMissing;
  score.parsed = {{"option", letter ? io::Json(concat(*letter)) : io::Json(nullptr)},
                  {"spans", io::Json::array()}};
  if (spans)
    for (const auto& span : *spans) score.parsed["spans"].push_back(to_json(span));
  if (sample.answer_option)
    score.metrics.emplace_back("accuracy",
                               letter && *letter - 'A' == *sample.answer_option ? 1.0 : 0.0);
  if (!sample.segments.empty())
    add_thresholds(score, spans ? videochat_set_iou(*spans, sample.clip_segments()) : 0.0,
                   Tie::kCounts);
  return score;
}

SampleScore rextime(const Sample& sample, const std::string& response, uint64_t) {
  const auto numbers = read_numbers(response, sample);
  auto score = grounded_reading(numbers);
  const bool right = numbers.option && sample.answer_option == *numbers.option;
  if (sample.answer_option) score.metrics.emplace_back("accuracy", right ? 1.0 : 0.0);
  if (sample.segments.empty()) return score;
  double iou = 0.0;
  for (const auto& truth : sample.clip_segments())
    if (numbers.spans) iou = std::max(iou, hull_iou((*numbers.spans).front(), truth).value_or(0.0));
  if (sample.answer_option)
    for (const auto& [name, threshold] :
         {std::pair("Acc@IoU0.3", 0.3), std::pair("Acc@IoU0.5", 0.5), std::pair("Acc@IoU0.7", 0.7)})
      score.metrics.emplace_back(name, right && iou >= threshold ? 1.0 : 0.0);
  add_thresholds(score, iou, Tie::kCounts);
  return score;
}

using enum Duplicates;
using enum Unasked;
using enum Mean;

// What scripts do with the rating -1 of a judge that failed: VLMEvalKit asks whether it is not 0,
// TempCompass adds it up.
constexpr double kCountsAsRight = 1.0, kMinusOne = -1.0;

constexpr CompatProfile kProfiles[] = {
    {"tvg.seed", "time spans of models that answer at once", "Temporal-R1 eval_tvg.py", kLastCounts,
     kZero, kSamples, seed},
    {"tvg.seed_r1", "time spans of models that think", "Temporal-R1, its wrapper for R1 models",
     kLastCounts, kZero, kSamples, seed_r1},
    {"tvg.lmms_new", "time spans", "lmms-eval charades_sta, 2026-08", kLastCounts, kZero, kSamples,
     lmms_new},
    {"tvg.timelens", "time spans in whole seconds", "TimeLens", kLastCounts, kZero, kSamples,
     timelens},
    {"tvg.to_and", "the last \"a to b\" or \"a and b\"", "VideoChat-R1 evaluate_grounding.py",
     kKept, kLeftOut, kSamples, to_and},
    {"tvg.time_r1", "as tvg.to_and; a tie with a threshold does not reach it", "Time-R1", kKept,
     kLeftOut, kSamples, time_r1},
    {"tvg.onethinker", "{\"time\": [s, e]} in the answer", "OneThinker, arXiv:2512.03043", kKept,
     kZero, kSamples, onethinker},
    {"rtl.lita", "two <t>, else the whole video; means over videos", "LITA, ActivityNet-RTL", kKept,
     kZero, kVideos, lita},
    {"mcq.mvb_off", "the first words, one within the other", "MVBench's notebook, VLMEvalKit",
     kKept, kZero, kSamples, choice<read_mvbench_official>, kCountsAsRight},
    {"mcq.mvb_lmms", "the first letter A to E alone; empty responses left out",
     "lmms-eval mvbench, Temporal-R1", kKept, kZero, kSamples, unless_empty<read_mvbench_lmms>},
    {"mcq.vmme_old", "the first capital A to D", "Video-MME, Temporal-R1", kKept, kZero, kSamples,
     choice<read_videomme>},
    {"mcq.vmme_vk", "the first capital A to D", "VLMEvalKit", kKept, kZero, kSamples,
     choice<read_videomme_vlmevalkit>},
    {"mcq.ranked", "letters ranked by how they are written", "lmms-eval mcq_extract.py (c228e27)",
     kKept, kZero, kSamples, choice<read_ranked>},
    {"mcq.mmmu", "letters, texts, or a guess", "lmms-eval nextqa", kKept, kZero, kSamples,
     choice<read_mmmu>},
    {"mcq.paren_last", "the last (X), else the first character", "Time-R1", kKept, kLeftOut,
     kSamples, choice<read_last_parenthesis>},
    {"mcq.exact_tag", "the answer block is the letter", "Video-R1", kKept, kZero, kSamples,
     choice<read_exact_tag>},
    {"mcq.first_char", "the first character of the answer block", "OneThinker", kKept, kZero,
     kSamples, choice<read_first_character>},
    {"mcq.final_answer", "the letter behind \"the final answer is\"",
     "MMVU, in the place of its judge", kKept, kZero, kSamples, choice<read_final_answer>},
    {"mcq.longvideobench", "the first capital A to E, else a guess",
     "LongVideoBench in lmms-eval (03a5823)", kKept, kZero, kSamples, choice<read_longvideobench>},
    {"mcq.lvbench", "the first character, in brackets where there are any", "LVBench (1dd4612)",
     kKept, kLeftOut, kSamples, choice<read_lvbench>},
    {"mcq.mlvu", "the letter before the first )", "MLVU choice_bench.py (0b16f40)", kKept, kZero,
     kSamples, choice<read_mlvu>},
    {"mcq.videommmu", "\"X.\", \"X:\", \"(X)\", \"X \" or the text; empty responses left out",
     "VideoMMMU in lmms-eval (2bb5e98)", kKept, kZero, kSamples, unless_empty<read_videommmu>},
    {"mcq.mmvu_lmms", "any of four tests", "lmms-eval mmvu (161c7a1)", kKept, kZero, kSamples,
     choice<read_mmvu>},
    {"mcq.tempcompass", "rules without the judge", "TempCompass eval_multi-choice.py", kKept, kZero,
     kSamples, tempcompass_choice<true>, kMinusOne},
    {"mcq.tempcompass_lmms", "the same, end tokens kept", "lmms-eval, VLMEvalKit", kKept, kZero,
     kSamples, tempcompass_choice<false>, kMinusOne},
    {"yn.tempcompass", "begins with yes or no", "TempCompass eval_yes_no.py", kKept, kZero,
     kSamples, tempcompass_yes_no, kMinusOne},
    {"cm.tempcompass", "line, sentence, label or index", "TempCompass eval_caption_matching.py",
     kKept, kZero, kSamples, tempcompass_caption, kMinusOne},
    {"tempcompass", "each question by the rules of its task, all in one mean", "TempCompass", kKept,
     kZero, kSamples, tempcompass_pooled, kMinusOne},
    {"gqa.nextgqa", "best IoU and best IoP; questions without a span left out",
     "NExT-GQA eval_ground.py", kKept, kLeftOut, kSamples, nextgqa},
    {"gqa.vcr1", "letter of <answer>, IoU of the sets of spans in <glue>",
     "VideoChat-R1 evaluate_gqa.py", kKept, kLeftOut, kSamples, videochat_gqa},
    {"gqa.rextime", "the first window against the best true one", "ReXTime rextime_eval.py", kKept,
     kZero, kSamples, rextime},
};

}  // namespace

std::span<const CompatProfile> compat_table() { return kProfiles; }

const CompatProfile& find_compat(const std::string& name) {
  return find_row(kProfiles, name, "compat profile");
}

}  // namespace vrlt::evaluation
