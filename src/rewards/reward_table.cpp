#include "vrlt/rewards/reward_table.h"

#include "rewards/choice_rewards.h"
#include "rewards/format_rewards.h"
#include "rewards/grounded_rewards.h"
#include "rewards/label_rewards.h"
#include "rewards/length_rewards.h"
#include "rewards/scorer_from.h"
#include "rewards/temporal_rewards.h"
#include "rewards/text_rewards.h"
#include "vrlt/core/named_table.h"

namespace vrlt::rewards {
namespace {

constexpr bool kDiscrete = false, kContinuous = true;        // RewardEntry::continuous
constexpr bool kForm = false, kAccuracy = true;              // RewardEntry::accuracy
constexpr const char* kThinkAndAnswer = "<think> <answer>";  // RewardEntry::wants

/// Every reward there is. The order is that of the listing, and of the parameters in a config.
constexpr RewardEntry kRewards[] = {
    {"format",
     "1 if <think>..</think><answer>..</answer> is well formed and the answer can be read",
     kFrom<format_reward>, kDiscrete, kForm, 0.0, 1.0, false, false, kThinkAndAnswer},
    {"format_answer", "1 if <answer>..</answer> alone is well formed and the answer can be read",
     kFrom<format_answer_reward>, kDiscrete, kForm, 0.0, 1.0, false, false, "<answer>", "<think>"},
    {"format_asked", "1 if it is laid out as the sample's prompt asks and the answer can be read",
     kFrom<format_asked_reward>, kDiscrete, kForm},
    {"format_tags", "as format, whatever the answer says", kFrom<format_tags_reward>, kDiscrete,
     kForm, 0.0, 1.0, false, false, kThinkAndAnswer},
    {"format_seed_tvg", "Temporal-RLT: 1 for its JSON with start_time and end_time",
     kFrom<format_seed_tvg_reward>, kDiscrete, kForm, 0.0, 1.0, false, false, kThinkAndAnswer},
    {"format_generic",
     "Video-R1: 1 for think and answer, with anything inside, and nothing outside",
     kFrom<format_generic_reward>, kDiscrete, kForm, 0.0, 1.0, false, false, kThinkAndAnswer},
    {"format_generic_trimmed", "Time-R1: format_generic without white space at the ends",
     kFrom<format_generic_trimmed_reward>, kDiscrete, kForm, 0.0, 1.0, false, false,
     kThinkAndAnswer},
    {"format_glue", "VideoChat-R1: 1 for think, answer and a <glue> block of [(start, end), ..]",
     kFrom<format_glue_reward>, kDiscrete, kForm, 0.0, 1.0, false, false,
     "<think> <answer> <glue>"},
    {"format_museg", "MUSEG: 0, 0.2, 0.6 or 1 for s-e items whose times stand in the thinking",
     kFrom<format_museg_reward>, kContinuous, kForm, 0.0, 1.0, false, false, kThinkAndAnswer},
    {"format_museg_stage2", "MUSEG's second stage: 0, 0.2 or 1 for s-e items",
     kFrom<format_museg_stage2_reward>, kContinuous, kForm, 0.0, 1.0, false, false,
     kThinkAndAnswer},
    {"format_think", "TRL: 1 if it begins with the only <think>, which is closed",
     kFrom<format_think_reward>, kDiscrete, kForm, 0.0, 1.0, false, false, "<think>"},
    {"format_boxed", "EasyR1: 1 for <think>..</think>..\\boxed{..}", kFrom<format_boxed_reward>,
     kDiscrete, kForm, 0.0, 1.0, false, false, "<think> \\boxed{"},

    {"temporal_iou", "overlap of the predicted and the true time spans", kFrom<temporal_iou_reward>,
     kContinuous, kAccuracy},
    {"temporal_giou", "(1 + GIoU) / 2: also says how far off a span is",
     kFrom<temporal_giou_reward>, kContinuous, kAccuracy},
    {"temporal_wasserstein", "TimeLens2: exp(-beta W1 / true length)",
     kFrom<temporal_wasserstein_reward>, kContinuous, kAccuracy},
    {"temporal_iou_timer1", "overlap times the closeness of start and end",
     kFrom<temporal_iou_timer1_reward>, kContinuous, kAccuracy},
    {"segment_f1", "precision and recall of the seconds of several spans", kFrom<segment_f1_reward>,
     kContinuous, kAccuracy},
    {"segment_pairs", "(1 + GIoU) / 2 of several spans, paired in the order of time",
     kFrom<segment_pairs_reward>, kContinuous, kAccuracy},
    {"temporal_iou_seed", "Temporal-RLT's overlap, as it reads JSON",
     kFrom<temporal_iou_seed_reward>, kContinuous, kAccuracy},
    {"temporal_iou_timezero", "TimeZero's overlap, as it reads \"a to b\"",
     kFrom<temporal_iou_timezero_reward>, kContinuous, kAccuracy},
    {"temporal_iou_videochat", "VideoChat-R1's overlap, as it reads \"a to b\"",
     kFrom<temporal_iou_videochat_reward>, kContinuous, kAccuracy},
    {"temporal_iou_timer1_peer", "Time-R1's own: as it reads \"a to b\", below 0 beyond the end",
     kFrom<temporal_iou_timer1_peer_reward>, kContinuous, kAccuracy, -1.0},
    {"glue_iou", "VideoChat-R1's overlap of the spans in <glue>", kFrom<glue_iou_reward>,
     kContinuous, kAccuracy},
    {"museg_global", "MUSEG's global matching: segment_f1 with the truth not merged",
     kFrom<museg_global_reward>, kContinuous, kAccuracy},
    {"museg_local", "MUSEG's local matching: segments paired as they come",
     kFrom<museg_local_reward>, kContinuous, kAccuracy},

    {"choice", "1 if the right option is chosen", kFrom<choice_reward>, kDiscrete, kAccuracy},
    {"choice_videor1", "Video-R1: 1 if the first answer is exactly the letter",
     kFrom<choice_videor1_reward>, kDiscrete, kAccuracy},
    {"choice_videochat", "VideoChat-R1: 1 if the first capital A to G of the answer is the letter",
     kFrom<choice_videochat_reward>, kDiscrete, kAccuracy},
    {"choice_seed_eval",
     "Temporal-RLT's evaluation: the first letter alone; for comparison, not to train on",
     kFrom<choice_seed_eval_reward>, kDiscrete, kAccuracy, 0.0, 1.0, /*evaluation_only=*/true},

    {"yes_no", "1 if yes or no is right", kFrom<yes_no_reward>, kDiscrete, kAccuracy},
    {"caption_match", "1 if the sentence that fits is named", kFrom<caption_match_reward>,
     kDiscrete, kAccuracy},

    {"grounded_qa", "half for the right option, half times the overlap of its time span",
     kFrom<grounded_qa_reward>, kContinuous, kAccuracy},
    {"grounded_qa_option", "grounded QA: 1 if the right option is chosen",
     kFrom<grounded_qa_option_reward>, kDiscrete, kAccuracy},
    {"grounded_qa_iou", "grounded QA: overlap of the time span", kFrom<grounded_qa_iou_reward>,
     kContinuous, kAccuracy},
    {"grounded_qa_gated", "grounded_qa, but 0 without the right option",
     kFrom<grounded_qa_gated_reward>, kContinuous, kAccuracy},
    {"grounded_qa_product", "grounded QA: right option times overlap",
     kFrom<grounded_qa_product_reward>, kContinuous, kAccuracy},

    {"rouge", "open answers and captions: mean of ROUGE-1, -2 and -L", kFrom<rouge_reward>,
     kContinuous, kAccuracy},
    {"rouge_videor1", "Video-R1: rouge with Porter stems, of the first answer",
     kFrom<rouge_videor1_reward>, kContinuous, kAccuracy},
    {"numeric", "1 if the number is right", kFrom<numeric_reward>, kDiscrete, kAccuracy},
    {"numeric_videor1", "Video-R1: 1 if equal to two decimals and written alike",
     kFrom<numeric_videor1_reward>, kDiscrete, kAccuracy},
    {"regression", "1 - relative error of the number", kFrom<regression_reward>, kContinuous,
     kAccuracy},
    {"regression_videor1", "Video-R1: 1 - relative error; pays 1 for nan",
     kFrom<regression_videor1_reward>, kContinuous, kAccuracy},
    {"mean_relative_accuracy",
     "VSI-Bench: share of ten thresholds that the relative error is below",
     kFrom<mean_relative_accuracy_reward>, kContinuous, kAccuracy},
    {"ocr", "1 - word error rate of the text", kFrom<ocr_reward>, kContinuous, kAccuracy},

    {"length_bonus", "Video-R1: 1 for a right response of 320 to 512 tokens; weight 0.2",
     kFrom<length_bonus_reward>, kDiscrete, kForm},
    {"temporal_bonus",
     "Video-R1's T-GRPO: 1 for a right response if the order of frames helps; weight 0.3",
     kFrom<temporal_bonus_reward>, kDiscrete, kForm, 0.0, 1.0, /*evaluation_only=*/false,
     /*needs_control=*/true},
    {"overlong", "DAPO: falls from 0 to -1 over the last tokens before the limit",
     kFrom<overlong_reward>, kContinuous, kForm, -1.0, 0.0},
};

}  // namespace

std::span<const RewardEntry> reward_table() { return kRewards; }

const RewardEntry& find_reward(const std::string& name) {
  return find_row(kRewards, name, "reward");
}

}  // namespace vrlt::rewards
