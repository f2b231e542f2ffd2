#include "rewards/prediction.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"

namespace vrlt::rewards {
namespace {

Interval clamped(const Interval& span, double duration) {
  return {std::min(span.start_seconds, duration), std::min(span.end_seconds, duration)};
}

}  // namespace

bool asks_for_spans(const data::Sample& sample) {
  return sample.task == data::Task::kTemporalGrounding ||
         sample.task == data::Task::kReasoningLocalization;
}

std::optional<double> clip_duration(const data::Sample& sample) {
  const auto end = sample.clip_end ? sample.clip_end : sample.duration;
  if (!end || *end <= sample.clip_start) return {};
  return *end - sample.clip_start;
}

reading::Response response_of(const RewardInput& input, const RewardOptions& options) {
  return {.text = input.text,
          .thinking_open = input.prompt != nullptr && data::opens_thinking(*input.prompt),
          .block = options.answer_block == "first"    ? reading::AnswerBlock::kFirst
                   : options.answer_block == "single" ? reading::AnswerBlock::kSingle
                                                      : reading::AnswerBlock::kLast};
}

reading::Read<reading::Spans> apply_options(const reading::Read<reading::Spans>& read,
                                            const data::Sample& sample,
                                            const RewardOptions& options) {
  if (!read) return read;
  auto spans = *read;
  if (sample.segments.size() <= 1 && spans.size() > 1 && options.span != "one")
    spans = {options.span == "first" ? spans.front() : spans.back()};
  if (options.inverted == "swap")
    for (auto& span : spans)
      if (span.length() < 0) std::swap(span.start_seconds, span.end_seconds);
  const auto duration = clip_duration(sample);
  if (!duration || options.out_of_range == "keep") return spans;
  for (auto& span : spans) {
    if (span.length() < 0 || span.end_seconds <= *duration) continue;
    if (options.out_of_range == "zero") return reading::Reason::kOutOfRangeSpan;
    span = clamped(span, *duration);
  }
  return spans;
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
