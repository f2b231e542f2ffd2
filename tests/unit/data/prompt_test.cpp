#include "vrlt/data/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

using testing::HasSubstr;
using testing::Not;

Sample choice() { return {.id = "m", .task = Task::kMultipleChoice, .question = "Which color?", .options = {"red", "blue"}, .answer_option = 1}; }
Sample grounding() {
  return {.id = "t", .task = Task::kTemporalGrounding, .clip_start = 10, .question = "a ball rolls", .segments = {{12.54, 17.86}}};
}
Sample grounded() {
  return {.id = "g", .task = Task::kGroundedQa, .question = "Which color?", .options = {"red", "blue"}, .answer_option = 0, .segments = {{1, 2}}};
}

}  // namespace

TEST(PromptTable, AsksForWhatTheTaskNeeds) {
  const auto& think = find_prompt("auto_think");
  EXPECT_TRUE(think.think);
  EXPECT_THAT(render_prompt(think, choice()), HasSubstr("Which color?\nA. red\nB. blue\n"));
  EXPECT_THAT(render_prompt(think, choice()), HasSubstr("<think>"));
  EXPECT_THAT(render_prompt(think, choice()), HasSubstr("letter"));
  EXPECT_THAT(render_prompt(think, grounding()), HasSubstr("\"a ball rolls\""));
  EXPECT_THAT(render_prompt(think, grounding()), HasSubstr("seconds"));
  EXPECT_THAT(render_prompt(think, grounded()), HasSubstr("letter"));
  EXPECT_THAT(render_prompt(think, grounded()), HasSubstr("time span"));

  const auto& answer = find_prompt("auto_answer");
  EXPECT_FALSE(answer.think);
  EXPECT_THAT(render_prompt(answer, choice()), Not(HasSubstr("<think>")));
}

// Seconds count from the start of the clip, to one decimal.
TEST(PromptTable, ReferenceResponses) {
  const auto& answer = find_prompt("auto_answer");
  EXPECT_EQ(reference_response(answer, choice()), "<answer>B</answer>");
  EXPECT_EQ(reference_response(answer, grounding()), "<answer>2.5 to 7.9</answer>");
  EXPECT_EQ(reference_response(answer, grounded()), "<answer>A, 1.0 to 2.0</answer>");
  EXPECT_THAT(reference_response(find_prompt("auto_think"), choice()), testing::MatchesRegex("<think>.+</think><answer>B</answer>"));
  EXPECT_THAT(reference_response(find_prompt("seed_tvg"), grounding()),
              testing::EndsWith(R"(<answer>{"start_time": "2.5", "end_time": "7.9"}</answer>)"));
}

TEST(PromptTable, NothingToLearnFromIsAnError) {
  auto unlabelled = choice();
  unlabelled.answer_option.reset();
  EXPECT_THROW(reference_response(find_prompt("auto_answer"), unlabelled), DataError);
}

TEST(PromptTable, UnknownNameListsTheKnownOnes) {
  try {
    find_prompt("auto");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("auto_think"));
  }
}

TEST(PromptTable, EveryRowAsksAndAnswers) {
  ASSERT_FALSE(prompt_table().empty());
  for (const auto& prompt : prompt_table()) {
    EXPECT_EQ(&find_prompt(prompt.name), &prompt);
    EXPECT_THAT(render_prompt(prompt, grounding()), HasSubstr("a ball rolls")) << prompt.name;
    const auto response = reference_response(prompt, grounding());
    EXPECT_EQ(response.find("<think>") != std::string::npos, prompt.think) << prompt.name;
    EXPECT_THAT(response, testing::EndsWith("</answer>")) << prompt.name;
  }
}

}  // namespace vrlt::data
