// What supervised fine-tuning teaches is what the rewards ask for: the reference response of every
// prompt earns full marks.
#include <gtest/gtest.h>

#include "vrlt/core/error.h"
#include "vrlt/data/prompt.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::rewards {
namespace {

struct TaskCase {
  data::Sample sample;
  const char* accuracy;
};

std::vector<TaskCase> task_cases() {
  const std::vector<std::string> options = {"red", "blue"};
  const auto captions = data::Record::of({{"answer_raw", "Sentence B: The man walks."}});
  return {
      {{.task = data::Task::kMultipleChoice,
        .question = "q",
        .options = options,
        .answer_option = 1},
       "choice"},
      {{.task = data::Task::kTemporalGrounding, .question = "q", .segments = {{2.5, 15}}},
       "temporal_iou"},
      {{.task = data::Task::kTemporalGrounding, .question = "q", .segments = {{2.5, 15}, {20, 21}}},
       "temporal_iou"},
      {{.task = data::Task::kTemporalGrounding, .question = "q", .segments = {{3.01, 3.04}}},
       "temporal_iou"},
      {{.task = data::Task::kReasoningLocalization, .question = "q", .segments = {{2.5, 15}}},
       "temporal_iou"},
      {{.task = data::Task::kGroundedQa,
        .question = "q",
        .options = options,
        .answer_option = 0,
        .segments = {{2.5, 15}}},
       "grounded_qa"},
      {{.task = data::Task::kYesNo, .question = "q", .answer_text = "yes"}, "yes_no"},
      {{.task = data::Task::kCaptionMatch, .question = "q", .options = options, .answer_option = 1},
       "caption_match"},
      {{.task = data::Task::kCaptionMatch,
        .question = "q",
        .options = {"The man runs.", "The man walks."},
        .answer_option = 1,
        .record = captions},
       "caption_match"},
      {{.task = data::Task::kOpen, .question = "q", .answer_text = "12"}, "numeric"},
      {{.task = data::Task::kOpen, .question = "q", .answer_text = "a red ball"}, "rouge"}};
}

/// As the prompt asks for it.
std::string ideal_response(const data::PromptEntry& prompt, data::Sample sample) {
  auto record = sample.record.json();
  record["thinking"] = "I look at the frames in order.";
  sample.record = record;
  return data::reference_response(
      prompt, sample,
      prompt.think ? data::ReferenceTarget::kThinkAnswer : data::ReferenceTarget::kAnswer);
}

/// Whether the prompt is for questions of this kind: those with a layout of their own are for one.
bool asks_so(const data::PromptEntry& prompt, const data::Sample& sample) {
  if (prompt.answer == data::find_prompt("seed_tvg").answer)
    return sample.options.empty() && !sample.segments.empty();
  return prompt.tags != data::AnswerTags::kAnswerGlue || sample.task == data::Task::kGroundedQa;
}

/// Free text is its own words only where the prompt has it in an answer block or alone.
bool keeps_words(const data::PromptEntry& prompt, const char* accuracy) {
  return std::string(accuracy) != "rouge" ||
         prompt.answer != data::find_prompt("p_mmvu_cot").answer;
}

}  // namespace

TEST(ReferenceResponse, EarnsFullMarks) {
  int checked = 0;
  for (const auto& prompt : data::prompt_table())
    for (const auto& [sample, accuracy] : task_cases()) {
      if (!asks_so(prompt, sample) || !keeps_words(prompt, accuracy)) continue;
      const auto text = ideal_response(prompt, sample);
      const RewardFunction reward({{accuracy, 1.0}, {"format_asked", 1.0}});
      const auto read_as = data::as_read(prompt, text);
      const auto scored = reward({.sample = sample, .text = text, .prompt = &prompt});
      EXPECT_NEAR(scored.components[0].value, 1.0, 1e-12)
          << prompt.name << " on " << data::to_string(sample.task) << ": " << text;
      EXPECT_EQ(scored.components[1].value, 1.0)
          << prompt.name << " on " << data::to_string(sample.task) << ": " << text;
      EXPECT_NEAR(
          reward({.sample = sample, .text = read_as, .prompt = &prompt}).components[0].value, 1.0,
          1e-12)
          << "as its authors read it: " << read_as;
      ++checked;
    }
  EXPECT_GT(checked, 200);
  const auto& seed = data::find_prompt("seed_tvg");
  const auto grounding = task_cases()[1].sample;
  EXPECT_EQ(RewardFunction({{"format_seed_tvg", 1.0}})(
                {.sample = grounding, .text = ideal_response(seed, grounding)})
                .total,
            1.0);
}

// What the rounding of a target must not do: begin before 0, or leave nothing of a span.
TEST(ReferenceResponse, TargetsAreReadable) {
  const auto target = [](std::vector<Interval> truth, double clip_start = 0.0) {
    return data::reference_response(data::find_prompt("auto_answer"),
                                    {.task = data::Task::kTemporalGrounding,
                                     .clip_start = clip_start,
                                     .question = "q",
                                     .segments = std::move(truth)});
  };
  EXPECT_EQ(target({{-0.3, 4.0}}), "<answer>0.0 to 4.0</answer>");
  EXPECT_EQ(target({{-0.04, 4.0}}), "<answer>0.0 to 4.0</answer>");
  EXPECT_EQ(target({{8, 14}}, 10), "<answer>0.0 to 4.0</answer>")
      << "the clip begins inside the segment";
  EXPECT_EQ(target({{3.01, 3.04}}), "<answer>3.01 to 3.04</answer>");
  EXPECT_EQ(target({{3.0001, 3.0004}}), "<answer>3.0 to 3.1</answer>");
  EXPECT_EQ(target({{0, 0}}), "<answer>0.0 to 0.1</answer>");
  EXPECT_EQ(target({{1, 2}, {3, 4}}), "<answer>1.0 to 2.0, 3.0 to 4.0</answer>");
  EXPECT_THROW(target({{1, 2}}, 5), DataError);
}

}  // namespace vrlt::rewards
