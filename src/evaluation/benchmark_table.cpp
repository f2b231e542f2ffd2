#include <algorithm>

#include "evaluation/strict_grammar.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/benchmark.h"

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

io::Json to_json(const Parsed<Interval>& span) {
  return span ? io::Json::array({span.value->start_seconds, span.value->end_seconds}) : io::Json(nullptr);
}

SampleScore score_choice(const data::Sample& sample, const std::string& response) {
  SampleScore score;
  const auto answer = answer_zone(response);
  const auto option = answer ? read_option(*answer.value, sample.options) : Parsed<int64_t>{{}, answer.failure};
  if (!option) score.reason = option.failure;
  score.parsed = {{"option", option ? io::Json(*option.value) : io::Json(nullptr)}};
  if (sample.answer_option) score.metrics.emplace_back("accuracy", option && sample.answer_option == *option.value ? 1.0 : 0.0);
  return score;
}

SampleScore score_grounding(const data::Sample& sample, const std::string& response) {
  SampleScore score;
  const auto answer = answer_zone(response);
  const auto span = answer ? read_span(*answer.value) : Parsed<Interval>{{}, answer.failure};
  if (!span) score.reason = span.failure;
  score.parsed = {{"span", to_json(span)}};
  if (!sample.segments.empty()) add_iou_metrics(score, span ? temporal_set_iou({*span.value}, sample.clip_segments()) : 0.0);
  return score;
}

/// Accuracy, mIoU, mIoP, and Acc@GQA: the right option with at least half of the predicted span inside a true one.
SampleScore score_grounded_qa(const data::Sample& sample, const std::string& response) {
  SampleScore score;
  const auto answer = answer_zone(response);
  rewards::GroundedAnswer grounded{{{}, answer.failure}, {{}, answer.failure}};
  if (answer) grounded = read_grounded_answer(*answer.value, sample.options);
  if (!grounded.option)
    score.reason = grounded.option.failure;
  else if (!grounded.span)
    score.reason = grounded.span.failure;
  score.parsed = {{"option", grounded.option ? io::Json(*grounded.option.value) : io::Json(nullptr)}, {"span", to_json(grounded.span)}};
  const bool right = grounded.option && sample.answer_option == *grounded.option.value;
  double iou = 0.0, iop = 0.0;
  for (const auto& truth : sample.clip_segments()) {
    if (!grounded.span) break;
    iou = std::max(iou, temporal_iou(*grounded.span.value, truth));
    iop = std::max(iop, temporal_iop(*grounded.span.value, truth));
  }
  if (sample.answer_option) score.metrics.emplace_back("accuracy", right ? 1.0 : 0.0);
  if (sample.segments.empty()) return score;
  if (sample.answer_option) score.metrics.emplace_back("Acc@GQA", right && reaches(iop, 0.5) ? 1.0 : 0.0);
  score.metrics.emplace_back("mIoP", iop);
  add_iou_metrics(score, iou);
  return score;
}

const BenchmarkEntry kBenchmarks[] = {
    {data::Task::kMultipleChoice, "mcq", "multiple choice: accuracy", score_choice},
    {data::Task::kTemporalGrounding, "tvg", "temporal grounding: R1@0.3, R1@0.5, R1@0.7, mIoU", score_grounding},
    {data::Task::kGroundedQa, "gqa", "grounded QA: accuracy, Acc@GQA, mIoP, R1@IoU, mIoU", score_grounded_qa},
};

}  // namespace

std::vector<BenchmarkEntry> benchmark_table() { return {std::begin(kBenchmarks), std::end(kBenchmarks)}; }

const BenchmarkEntry& find_benchmark(data::Task task) {
  std::string known;
  for (const auto& entry : kBenchmarks) {
    if (entry.task == task) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw DataError(concat("task ", data::to_string(task), " cannot be evaluated yet; known: ", known));
}

}  // namespace vrlt::evaluation
