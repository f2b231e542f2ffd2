#include "vrlt/data/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

using testing::HasSubstr;
using testing::Not;

Sample choice() {
  return {.id = "m",
          .task = Task::kMultipleChoice,
          .question = "Which color?",
          .options = {"red", "blue"},
          .answer_option = 1};
}
Sample grounding() {
  return {.id = "t",
          .task = Task::kTemporalGrounding,
          .clip_start = 10,
          .question = "a ball rolls",
          .segments = {{12.54, 17.86}}};
}
Sample grounded() {
  return {.id = "g",
          .task = Task::kGroundedQa,
          .question = "Which color?",
          .options = {"red", "blue"},
          .answer_option = 0,
          .segments = {{1, 2}}};
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
  EXPECT_EQ(reference_response(find_prompt("auto_think"), choice()), "<answer>B</answer>")
      << "no thinking is made up";
  EXPECT_EQ(reference_response(find_prompt("seed_tvg"), grounding()),
            R"(<answer>{"start_time": "2.5", "end_time": "7.9"}</answer>)");
}

TEST(PromptTable, ThinkingIsThatOfTheRecord) {
  auto sample = choice();
  const auto response = [&] {
    return reference_response(find_prompt("auto_think"), sample, ReferenceTarget::kThinkAnswer);
  };
  sample.record = {{"thinking", "The ball is blue."}};
  EXPECT_EQ(response(), "<think>The ball is blue.</think><answer>B</answer>");
  for (const auto& thinking :
       std::vector<io::Json>{io::Json(), io::Json(" \n"), io::Json(7), io::Json("a</think>")}) {
    sample.record = {{"thinking", thinking}};
    EXPECT_THROW(response(), DataError) << thinking;
  }
}

TEST(PromptTable, AResponseOfTheRecordIsLearntAsItIs) {
  auto sample = choice();
  sample.answer_option.reset();
  sample.record = {{"thinking", "unused"},
                   {"response", "<think>Blue.</think> <answer>B</answer>\n"}};
  for (const auto target : {ReferenceTarget::kAnswer, ReferenceTarget::kThinkAnswer})
    EXPECT_EQ(reference_response(find_prompt("auto_think"), sample, target),
              "<think>Blue.</think> <answer>B</answer>\n");
  for (const auto& response : std::vector<io::Json>{io::Json(), io::Json(" \n"), io::Json(7)}) {
    sample.record = {{"response", response}};
    EXPECT_THROW(reference_response(find_prompt("auto_answer"), sample), DataError) << response;
  }
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
    // The answer in the tags that the prompt asks for, and in no others.
    EXPECT_EQ(response.starts_with("<answer>"), prompt.tags != AnswerTags::kNone)
        << prompt.name << ": " << response;
    EXPECT_EQ(response.find("</answer>") != std::string::npos, prompt.tags != AnswerTags::kNone)
        << prompt.name << ": " << response;
    if (response.ends_with("</glue>"))
      EXPECT_EQ(prompt.tags, AnswerTags::kAnswerGlue) << prompt.name << ": " << response;
  }
}

// The texts of docs/spec/benchmarks.md#prompts, where not only words count.
TEST(PublishedPrompts, AreTheSameToTheLetter) {
  const auto text = [](const char* name, const Sample& sample) {
    return render_prompt(find_prompt(name), sample);
  };
  EXPECT_EQ(text("p_mvb_lmms", choice()),
            "Question:Which color?\nOption:\n(A) red\n(B) blue\nOnly give the best option.\n");
  EXPECT_EQ(text("p_mvb_off", choice()),
            "Question: Which color?\nOptions:\n(A) red\n(B) blue\nOnly give the best option.");
  EXPECT_EQ(text("p_mmvu_lmms", choice()),
            "\nQuestion:Which color?\nA: red\nB: blue\nVisual Information: processed video\nDo not "
            "generate any intermediate reasoning process. "
            "Answer directly with the option letter from the\ngiven choices.\n");
  EXPECT_EQ(text("p_vmme_off", choice()),
            "Select the best answer to the following multiple-choice question based on the video. "
            "Respond with only the letter (A, B, C, or D) of "
            "the correct option.\nWhich color?\nA. red\nB. blue\nThe best answer is:");
  EXPECT_THAT(text("p_vmme_lmms", choice()),
              testing::EndsWith(
                  "B. blue\n\nAnswer with the option's letter from the given choices directly."));
  EXPECT_EQ(text("p_tempcompass", choice()),
            "Which color?\nA. red\nB. blue\nPlease directly give the best option:");
  EXPECT_EQ(
      text("p_tvg_seed", grounding()),
      "Give the query: \"a ball rolls\", when does the described content occur in the video?.");
  EXPECT_THAT(text("p_tvg_lmms", grounding()), HasSubstr("24.3 - 30.4 seonds"));
  EXPECT_THAT(text("p_tvg_t1_r", grounding()),
              HasSubstr("</timestep> tags.\n\nThen, provide the start and end times"));
  EXPECT_THAT(text("p_gqa_vcr1", grounded()),
              HasSubstr("Select the answer from :['(A) red', '(B) blue'].\n\nOutput your thought"));
  EXPECT_THAT(text("p_vr1", choice()),
              testing::StartsWith(
                  "Which color?Options:\nA. red\nB. blue\n\nPlease think about this question"));
  EXPECT_THAT(text("p_vr1", choice()),
              testing::EndsWith("Please provide only the single option letter (e.g., A, B, C, D, "
                                "etc.) within the <answer> </answer> tags."));
}

TEST(PublishedPrompts, VideoR1AsksForWhatTheKindOfProblemWants) {
  const auto ask = [](const char* type) {
    return render_prompt(find_prompt("p_vr1"), parse_sample({{"schema", "vs/1"},
                                                             {"id", "1"},
                                                             {"task", "open"},
                                                             {"images", {"a.png"}},
                                                             {"question", "What?"},
                                                             {"problem_type", type}},
                                                            "r:1"));
  };
  EXPECT_THAT(ask("numerical"), testing::StartsWith("What?\nPlease think")) << "no options";
  for (const char* type : {"numerical", "regression"})
    EXPECT_THAT(ask(type), testing::EndsWith(" Please provide the numerical value (e.g., 42 or "
                                             "3.14) within the <answer> </answer> tags."));
  EXPECT_THAT(ask("OCR"), HasSubstr("Please transcribe text from the image/video clearly"));
  EXPECT_THAT(
      ask("free-form"),
      testing::EndsWith(" Please provide your text answer within the <answer> </answer> tags."));
}

TEST(PublishedPrompts, SystemTexts) {
  EXPECT_THAT(find_prompt("p_tvg_seed_r1").system,
              testing::StartsWith("You FIRST think about the reasoning process"));
  EXPECT_THAT(find_prompt("p_mvb_off").system, testing::StartsWith("Carefully watch the video"));
  EXPECT_STREQ(find_prompt("p_tvg_seed").system, "");
}

// docs/spec/benchmarks.md#prompts: the lead and the subtitles, each with its feed, before the
// question.
TEST(PublishedPrompts, Subtitles) {
  EXPECT_EQ(render_prompt(find_prompt("p_vmme_off_sub"), choice(), "Hi.\nBye."),
            "This video's subtitles are listed below:\nHi.\nBye.\n" +
                render_prompt(find_prompt("p_vmme_off"), choice()));
  EXPECT_EQ(render_prompt(find_prompt("p_vmme_lmms_sub"), choice(), "No subtitles available"),
            "This video's subtitles are listed below: \nNo subtitles available\nSelect the best "
            "answer to the following multiple-choice question based "
            "on the video and the subtitles. Respond with only the letter (A, B, C, or D) of the "
            "correct option.\nWhich color?\nA. red\nB. blue\n"
            "The best answer is:");
  EXPECT_EQ(render_prompt(find_prompt("p_vmme_off"), choice(), "Hi."),
            render_prompt(find_prompt("p_vmme_off"), choice()))
      << "shows none";
}

// docs/spec/benchmarks.md#prompts: the notebook begins the answer, and reads "(" and the first line
// of what follows.
TEST(PublishedPrompts, AnswerThatIsBegun) {
  const auto& prompt = find_prompt("p_mvb_off");
  EXPECT_STREQ(prompt.answer_prefix, "Best option:(");
  EXPECT_EQ(as_read(prompt, "B) blue"), "(B) blue");
  EXPECT_EQ(as_read(prompt, "\n B) blue \nbecause (A) is wrong\n"), "(B) blue ")
      << "only the whole text is stripped";
  EXPECT_EQ(as_read(prompt, ""), "(");
  EXPECT_EQ(as_read(prompt, " \n"), "(");
  EXPECT_EQ(as_read(find_prompt("p_mvb_lmms"), " B\nx"), " B\nx");
}

TEST(PublishedPrompts, MmvuStepByStep) {
  EXPECT_EQ(render_prompt(find_prompt("p_mmvu_cot"), choice()),
            "\nQuestion: Which color?\nA: red\nB: blue\n\nAnswer the given multiple-choice "
            "question step by step. Begin by explaining your reasoning "
            "process clearly. Conclude by stating the final answer using the following format: "
            "'Therefore, the final answer is: $LETTER' (without "
            "quotes), where $LETTER is one of the options. Think step by step before answering.");
}

TEST(PublishedPrompts, TempCompassFollowsTheTask) {
  const auto& prompt = find_prompt("p_tempcompass");
  EXPECT_EQ(render_prompt(prompt, {.task = Task::kYesNo, .question = "Is it fast?"}),
            "Is it fast?\nPlease answer yes or no:");
  EXPECT_EQ(render_prompt(prompt, {.task = Task::kCaption, .question = "Describe."}), "Describe.");
  Sample caption = {
      .task = Task::kCaptionMatch, .question = "Which fits?", .options = {"He runs.", "He walks."}};
  caption.record = {{"answer_raw", "Caption B: He walks."}};
  EXPECT_EQ(render_prompt(prompt, caption),
            "Which fits?\nCaption A: He runs.\nCaption B: He walks.\nPlease directly give the best "
            "option:");
}

TEST(PublishedPrompts, OptionsAsAPythonList) {
  auto sample = grounded();
  sample.options = {"it's", "say \"it's\"", "a\\b"};
  EXPECT_THAT(render_prompt(find_prompt("p_qa_vcr1"), sample),
              HasSubstr(R"(["(A) it's", '(B) say "it\'s"', '(C) a\\b'])"));
}

}  // namespace vrlt::data
