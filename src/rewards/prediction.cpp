#include "rewards/prediction.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::rewards {
namespace {

/// What the options say of one span; the reason why it is worth nothing, or empty.
std::string apply_policies(Interval& span, const std::optional<double>& duration, const RewardOptions& options) {
  if (span.length() < 0 && options.inverted == "swap") std::swap(span.start_seconds, span.end_seconds);
  if (span.length() < 0) return "inverted";
  if (duration && span.end_seconds > *duration) {
    if (options.out_of_range == "zero") return "out_of_range_span";
    if (options.out_of_range == "clamp") {
      span.start_seconds = std::min(span.start_seconds, *duration);
      span.end_seconds = *duration;
    }
  }
  return span.length() == 0 ? "zero_length" : "";
}

}  // namespace

bool asks_for_spans(const data::Sample& sample) {
  return sample.task == data::Task::kTemporalGrounding || sample.task == data::Task::kReasoningLocalization;
}

std::optional<double> clip_duration(const data::Sample& sample) {
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  if (!end || *end <= sample.clip_start) return {};
  return *end - sample.clip_start;
}

Parsed<std::string> read_answer(const RewardInput& input, const RewardOptions& options) {
  const auto block = options.answer_block == "first"  ? AnswerBlock::kFirst
                     : options.answer_block == "last" ? AnswerBlock::kLast
                                                      : AnswerBlock::kSingle;
  return extract_answer(input.text, block);
}

Parsed<std::vector<Interval>> read_spans(std::string_view answer, const data::Sample& sample, const RewardOptions& options) {
  auto spans = parse_spans(answer);
  if (!spans) return spans;
  auto& list = *spans.value;
  if (sample.segments.size() <= 1 && list.size() > 1) {
    if (options.span == "one") return {{}, "multiple_spans"};
    list = {options.span == "first" ? list.front() : list.back()};
  }
  const auto duration = clip_duration(sample);
  std::string reason;
  std::vector<Interval> usable;
  for (auto span : list) {
    const auto problem = apply_policies(span, duration, options);
    if (problem.empty())
      usable.push_back(span);
    else
      reason = problem;
  }
  if (usable.empty()) return {{}, reason};
  return {std::move(usable), {}};
}

std::string spans_text(const std::vector<Interval>& spans) {
  constexpr size_t kShown = 8;
  std::string text;
  for (size_t i = 0; i < std::min(spans.size(), kShown); ++i)
    text += concat(i == 0 ? "" : ", ", spans[i].start_seconds, " to ", spans[i].end_seconds, " s");
  return spans.size() > kShown ? concat(text, " and ", spans.size() - kShown, " more") : text;
}

std::string option_text(int64_t option) { return std::string(1, static_cast<char>('A' + option)); }

}  // namespace vrlt::rewards
