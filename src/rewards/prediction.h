#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vrlt/reading/credit.h"
#include "vrlt/rewards/reward.h"
#include "vrlt/rewards/reward_options.h"

namespace vrlt::rewards {

inline const RewardOutput kNotApplicable{
    .value = 0.0, .applicable = false, .reason = {ReasonKind::kWrong, "not_applicable"}};

inline RewardOutput failure(Reason reason) { return {.value = 0.0, .reason = std::move(reason)}; }

/// 1, or 0 with the reason wrong.
inline RewardOutput right_or_wrong(bool right, std::string read) {
  return {.value = right ? 1.0 : 0.0,
          .reason = right ? reading::Reason::kOk : reading::Reason::kWrong,
          .read = std::move(read)};
}

inline RewardOutput output_of(const reading::Credit& credit, std::string read) {
  return {.value = credit.value, .reason = credit.reason, .read = std::move(read)};
}

bool asks_for_spans(const data::Sample& sample);

/// Seconds from clip_start to the end of the clip, if the record says when it ends.
std::optional<double> clip_duration(const data::Sample& sample);

/// The response, read in the answer block that options.answer_block picks.
reading::Response response_of(const RewardInput& input, const RewardOptions& options);

/// Spans that were read, after what the options say of several, inverted ones and those out of
/// range.
reading::Read<reading::Spans> apply_options(const reading::Read<reading::Spans>& spans,
                                            const data::Sample& sample,
                                            const RewardOptions& options);

/// "4 to 8 s, 10 to 12 s".
std::string spans_text(const std::vector<Interval>& spans);

/// "B".
std::string option_text(int64_t option);

}  // namespace vrlt::rewards
