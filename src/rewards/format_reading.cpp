#include "rewards/format_reading.h"

#include "rewards/prediction.h"

namespace vrlt::rewards {
namespace {

reading::Reason grounded_reason(const reading::Response& response, const data::Sample& sample) {
  const auto read = reading::read_grounded(response, sample.options);
  const bool too_many = read.spans && sample.segments.size() == 1 && (*read.spans).size() > 1;
  return reading::reason_of_whole(read.option.reason,
                                  too_many ? reading::Reason::kAmbiguous : read.spans.reason);
}

}  // namespace

reading::Reason reading_of(const RewardInput& input) {
  const auto& sample = input.sample;
  const auto response = response_of(input, {});
  switch (sample.task) {
    case data::Task::kTemporalGrounding:
    case data::Task::kReasoningLocalization:
      return reading::read_spans(response, sample.segments.size() > 1).reason;
    case data::Task::kMultipleChoice:
      return reading::read_choice(response, sample.options).reason;
    case data::Task::kGroundedQa:
      return grounded_reason(response, sample);
    case data::Task::kYesNo:
      return reading::read_yes_no(response).reason;
    case data::Task::kCaptionMatch:
      return reading::read_caption(response, sample.options, data::first_label(sample)).reason;
    case data::Task::kOpen:
      return sample.asks_for_number() ? reading::read_number(response).reason
                                      : reading::Reason::kOk;
    case data::Task::kCaption:
      break;
  }
  return reading::Reason::kOk;
}

}  // namespace vrlt::rewards
