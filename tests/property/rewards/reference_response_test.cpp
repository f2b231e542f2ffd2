// What supervised fine-tuning teaches is what the rewards ask for: the reference response of every prompt earns full marks.
#include <gtest/gtest.h>

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
  return {{{.task = data::Task::kMultipleChoice, .question = "q", .options = options, .answer_option = 1}, "choice"},
          {{.task = data::Task::kTemporalGrounding, .question = "q", .segments = {{2.5, 15}}}, "temporal_iou"},
          {{.task = data::Task::kGroundedQa, .question = "q", .options = options, .answer_option = 0, .segments = {{2.5, 15}}}, "grounded_qa"}};
}

/// As the prompt asks for it.
std::string ideal_response(const data::PromptEntry& prompt, data::Sample sample) {
  sample.record = {{"thinking", "I look at the frames in order."}};
  return data::reference_response(prompt, sample, prompt.think ? data::ReferenceTarget::kThinkAnswer : data::ReferenceTarget::kAnswer);
}

}  // namespace

TEST(ReferenceResponse, EarnsFullMarks) {
  for (const auto& prompt : data::prompt_table())
    for (const auto& [sample, accuracy] : task_cases()) {
      const bool is_seed_layout = prompt.answer == data::find_prompt("seed_tvg").answer;  // for grounding only
      if (is_seed_layout && sample.task != data::Task::kTemporalGrounding) continue;
      const auto text = ideal_response(prompt, sample);
      const RewardFunction reward({{accuracy, 1.0}, {prompt.think ? "format" : "format_answer", 1.0}});
      EXPECT_EQ(reward({.sample = sample, .text = text}).total, 2.0) << prompt.name << " on " << data::to_string(sample.task) << ": " << text;
    }
  const auto& seed = data::find_prompt("seed_tvg");
  const auto grounding = task_cases()[1].sample;
  EXPECT_EQ(RewardFunction({{"format_seed_tvg", 1.0}})({.sample = grounding, .text = ideal_response(seed, grounding)}).total, 1.0);
}

}  // namespace vrlt::rewards
