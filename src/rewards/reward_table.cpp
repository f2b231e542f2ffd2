#include "vrlt/rewards/reward_table.h"

#include "rewards/choice_rewards.h"
#include "rewards/format_rewards.h"
#include "rewards/grounded_rewards.h"
#include "rewards/label_rewards.h"
#include "rewards/length_rewards.h"
#include "rewards/temporal_rewards.h"
#include "rewards/text_rewards.h"
#include "vrlt/core/error.h"
#include "vrlt/reading/reason.h"

namespace vrlt::rewards {
namespace {

constexpr bool kDiscrete = false, kContinuous = true;        // RewardEntry::continuous
constexpr bool kForm = false, kAccuracy = true;              // RewardEntry::accuracy
constexpr const char* kThinkAndAnswer = "<think> <answer>";  // RewardEntry::wants

/// Every reward there is.
constexpr RewardEntry kRewards[] = {
    {"format", "1 if <think>..</think><answer>..</answer> is well formed and the answer can be read", format_reward, kDiscrete, kForm, 0.0, 1.0,
     false, false, kThinkAndAnswer},
    {"format_answer", "1 if <answer>..</answer> alone is well formed and the answer can be read", format_answer_reward, kDiscrete, kForm, 0.0, 1.0,
     false, false, "<answer>", "<think>"},
    {"format_asked", "1 if it is laid out as the sample's prompt asks and the answer can be read", format_asked_reward, kDiscrete, kForm},
    {"format_tags", "as format, whatever the answer says", format_tags_reward, kDiscrete, kForm, 0.0, 1.0, false, false, kThinkAndAnswer},
    {"format_seed_tvg", "Temporal-RLT: 1 for its JSON with start_time and end_time", format_seed_tvg_reward, kDiscrete, kForm, 0.0, 1.0, false, false,
     kThinkAndAnswer},
    {"format_generic", "Video-R1: 1 for think and answer, with anything inside, and nothing outside", format_generic_reward, kDiscrete, kForm, 0.0,
     1.0, false, false, kThinkAndAnswer},
    {"format_generic_trimmed", "Time-R1: format_generic without white space at the ends", format_generic_trimmed_reward, kDiscrete, kForm, 0.0, 1.0,
     false, false, kThinkAndAnswer},
    {"format_glue", "VideoChat-R1: 1 for think, answer and a <glue> block of [(start, end), ..]", format_glue_reward, kDiscrete, kForm, 0.0, 1.0,
     false, false, "<think> <answer> <glue>"},
    {"format_museg", "MUSEG: 0, 0.2, 0.6 or 1 for s-e items whose times stand in the thinking", format_museg_reward, kContinuous, kForm, 0.0, 1.0,
     false, false, kThinkAndAnswer},
    {"format_museg_stage2", "MUSEG's second stage: 0, 0.2 or 1 for s-e items", format_museg_stage2_reward, kContinuous, kForm, 0.0, 1.0, false, false,
     kThinkAndAnswer},
    {"format_think", "TRL: 1 if it begins with the only <think>, which is closed", format_think_reward, kDiscrete, kForm, 0.0, 1.0, false, false,
     "<think>"},
    {"format_boxed", "EasyR1: 1 for <think>..</think>..\\boxed{..}", format_boxed_reward, kDiscrete, kForm, 0.0, 1.0, false, false,
     "<think> \\boxed{"},

    {"temporal_iou", "overlap of the predicted and the true time spans", temporal_iou_reward, kContinuous, kAccuracy},
    {"temporal_giou", "(1 + GIoU) / 2: also says how far off a span is", temporal_giou_reward, kContinuous, kAccuracy},
    {"temporal_wasserstein", "TimeLens2: exp(-beta W1 / true length)", temporal_wasserstein_reward, kContinuous, kAccuracy},
    {"temporal_iou_timer1", "overlap times the closeness of start and end", temporal_iou_timer1_reward, kContinuous, kAccuracy},
    {"segment_f1", "precision and recall of the seconds of several spans", segment_f1_reward, kContinuous, kAccuracy},
    {"segment_pairs", "(1 + GIoU) / 2 of several spans, paired in the order of time", segment_pairs_reward, kContinuous, kAccuracy},
    {"temporal_iou_seed", "Temporal-RLT's overlap, as it reads JSON", temporal_iou_seed_reward, kContinuous, kAccuracy},
    {"temporal_iou_timezero", "TimeZero's overlap, as it reads \"a to b\"", temporal_iou_timezero_reward, kContinuous, kAccuracy},
    {"temporal_iou_videochat", "VideoChat-R1's overlap, as it reads \"a to b\"", temporal_iou_videochat_reward, kContinuous, kAccuracy},
    {"temporal_iou_timer1_peer", "Time-R1's own: as it reads \"a to b\", below 0 beyond the end", temporal_iou_timer1_peer_reward, kContinuous,
     kAccuracy, -1.0},
    {"glue_iou", "VideoChat-R1's overlap of the spans in <glue>", glue_iou_reward, kContinuous, kAccuracy},
    {"museg_global", "MUSEG's global matching: segment_f1 with the truth not merged", museg_global_reward, kContinuous, kAccuracy},
    {"museg_local", "MUSEG's local matching: segments paired as they come", museg_local_reward, kContinuous, kAccuracy},

    {"choice", "1 if the right option is chosen", choice_reward, kDiscrete, kAccuracy},
    {"choice_videor1", "Video-R1: 1 if the first answer is exactly the letter", choice_videor1_reward, kDiscrete, kAccuracy},
    {"choice_videochat", "VideoChat-R1: 1 if the first capital A to G of the answer is the letter", choice_videochat_reward, kDiscrete, kAccuracy},
    {"choice_seed_eval", "Temporal-RLT's evaluation: the first letter alone; for comparison, not to train on", choice_seed_eval_reward, kDiscrete,
     kAccuracy, 0.0, 1.0, /*evaluation_only=*/true},

    {"yes_no", "1 if yes or no is right", yes_no_reward, kDiscrete, kAccuracy},
    {"caption_match", "1 if the sentence that fits is named", caption_match_reward, kDiscrete, kAccuracy},

    {"grounded_qa", "half for the right option, half times the overlap of its time span", grounded_qa_reward, kContinuous, kAccuracy},
    {"grounded_qa_option", "grounded QA: 1 if the right option is chosen", grounded_qa_option_reward, kDiscrete, kAccuracy},
    {"grounded_qa_iou", "grounded QA: overlap of the time span", grounded_qa_iou_reward, kContinuous, kAccuracy},
    {"grounded_qa_gated", "grounded_qa, but 0 without the right option", grounded_qa_gated_reward, kContinuous, kAccuracy},
    {"grounded_qa_product", "grounded QA: right option times overlap", grounded_qa_product_reward, kContinuous, kAccuracy},

    {"rouge", "open answers and captions: mean of ROUGE-1, -2 and -L", rouge_reward, kContinuous, kAccuracy},
    {"rouge_videor1", "Video-R1: rouge with Porter stems, of the first answer", rouge_videor1_reward, kContinuous, kAccuracy},
    {"numeric", "1 if the number is right", numeric_reward, kDiscrete, kAccuracy},
    {"numeric_videor1", "Video-R1: 1 if equal to two decimals and written alike", numeric_videor1_reward, kDiscrete, kAccuracy},
    {"regression", "1 - relative error of the number", regression_reward, kContinuous, kAccuracy},
    {"regression_videor1", "Video-R1: 1 - relative error; pays 1 for nan", regression_videor1_reward, kContinuous, kAccuracy},
    {"mean_relative_accuracy", "VSI-Bench: share of ten thresholds that the relative error is below", mean_relative_accuracy_reward, kContinuous,
     kAccuracy},
    {"ocr", "1 - word error rate of the text", ocr_reward, kContinuous, kAccuracy},

    {"overlong", "DAPO: falls from 0 to -1 over the last tokens before the limit", overlong_reward, kContinuous, kForm, -1.0, 0.0},
    {"length_bonus", "Video-R1: 1 for a right response of 320 to 512 tokens; weight 0.2", length_bonus_reward, kDiscrete, kForm},
    {"temporal_bonus", "Video-R1's T-GRPO: 1 for a right response if the order of frames helps; weight 0.3", temporal_bonus_reward, kDiscrete, kForm,
     0.0, 1.0, /*evaluation_only=*/false, /*needs_control=*/true},
};

}  // namespace

std::span<const RewardEntry> reward_table() { return kRewards; }

const RewardEntry& find_reward(const std::string& name) {
  std::string known;
  for (const auto& entry : kRewards) {
    if (name == entry.name) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw ConfigError(concat("unknown reward \"", name, "\"; known: ", known));
}

bool is_parse_failure(std::string_view reason) {
  if (const auto known = reading::find_reason(reason)) return reading::is_parse_failure(*known);
  return reason != "overlong" && reason != "not_applicable";
}

}  // namespace vrlt::rewards
