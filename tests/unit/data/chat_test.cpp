// Questions as other trainers read them, and what their answers make of them. What is expected is
// read off the rows by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/converters/answer_text.h"
#include "data/converters/option_lines.h"
#include "tests/support/benchmark_sources.h"
#include "tests/support/table_case.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/data/converter_table.h"
#include "vrlt/data/sample.h"

namespace vrlt::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Spans = std::vector<Interval>;

/// A row as its project documents it, and what its record holds.
struct LayoutRow {
  const char* name;
  const char* row;
  const char* expected;  ///< Fields of the record.
};
VRLT_PRINT_ROW_NAME(LayoutRow)

const LayoutRow kLayouts[] = {
    {"llava",
     R"({"id": "000001", "video": "s10.mp4", "conversations": [{"from": "human", "value": "<video>\nWhat is turned on?\nA. a light\nB. a TV"}, {"from": "gpt", "value": "A"}]})",
     R"({"id": "rows/train/000001", "task": "mcq", "video": "s10.mp4", "question": "What is turned on?", "options": ["a light", "a TV"], "answer": 0})"},
    {"llava_video",
     R"({"video": "s10.mp4", "conversations": [{"from": "human", "value": "<image>\nWhat is on?\nA. a light.\nB. a TV.\nPlease respond with only the letter of the correct answer."}, {"from": "gpt", "value": "B."}]})",
     R"({"task": "mcq", "question": "What is on?", "options": ["a light.", "a TV."], "answer": 1})"},
    {"sharegpt_with_its_files_apart",
     R"({"conversations": [{"from": "human", "value": "<image><image>Same?"}, {"from": "gpt", "value": "No"}], "images": ["a.png", "b.png"]})",
     R"({"task": "yes_no", "video": null, "images": ["a.png", "b.png"], "question": "Same?", "answer": "no"})"},
    {"ms_swift_messages",
     R"({"messages": [{"role": "user", "content": "<video>What is turned on?\nA. a light\nB. a TV"}], "videos": ["/data/clips/s10.mp4"], "solution": "<answer>A</answer>"})",
     R"({"task": "mcq", "video": "clips/s10.mp4", "question": "What is turned on?", "answer": 0})"},
    {"ms_swift_query",
     R"({"query": "<video>How many?", "response": "<think>one, two</think><answer>2</answer>", "videos": ["s10.mp4"]})",
     R"({"task": "open", "question": "How many?", "answer": "2", "thinking": "one, two", "problem_type": "numerical"})"},
    {"llama_factory_alpaca",
     R"({"instruction": "<video>Describe", "input": "in a word", "output": "A cat.", "videos": ["s10.mp4"]})",
     R"({"task": "open", "question": "Describe\nin a word", "answer": "A cat."})"},
    {"llama_factory_messages",
     R"({"messages": [{"role": "user", "content": "<video>Who?"}, {"role": "assistant", "content": "a man"}], "videos": ["s10.mp4"]})",
     R"({"task": "open", "question": "Who?", "answer": "a man"})"},
    {"trl_prompt_and_completion",
     R"({"prompt": [{"role": "user", "content": [{"type": "video", "video": "file:///data/s10.mp4"}, {"type": "text", "text": "Who?"}]}], "completion": [{"role": "assistant", "content": "a man"}]})",
     R"({"task": "open", "video": "s10.mp4", "question": "Who?", "answer": "a man"})"},
    {"trl_with_a_solution", R"({"prompt": "Who?", "solution": "\\boxed{a man}", "image": "a.png"})",
     R"({"task": "open", "images": ["a.png"], "answer": "a man"})"},
    {"openai_parts",
     R"({"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "a.png"}}, {"type": "text", "text": "What?"}]}, {"role": "assistant", "content": "a cat"}]})",
     R"({"images": ["a.png"], "question": "What?", "answer": "a cat"})"},
    {"easyr1", R"({"videos": ["s10.mp4"], "problem": "<video>What? A. a light B. a TV", "answer": "A"})",
     R"({"task": "mcq", "question": "What?", "options": ["a light", "a TV"], "answer": 0})"},
    {"verl",
     R"({"data_source": "x", "prompt": [{"role": "user", "content": "<video>When does it ring?"}], "videos": [{"video": "s10.mp4", "video_start": 1, "video_end": 9}], "reward_model": {"style": "rule", "ground_truth": "3.0 to 7.5"}, "extra_info": {"split": "train", "index": 0}})",
     R"({"id": "rows/train/0", "task": "tvg", "clip_start": 1.0, "clip_end": 9.0, "segments": [[3.0, 7.5]], "answer": null, "groups": {"data_source": "x"}})"},
    {"options_apart_with_a_span",
     R"row({"video": "s10.mp4", "question": "What is on?", "options": ["(A) a light", "(B) a TV"], "answer": "(B)", "glue": [[1, 2], [4, 5]], "duration": 8})row",
     R"({"task": "gqa", "options": ["a light", "a TV"], "answer": 1, "segments": [[1.0, 2.0], [4.0, 5.0]], "duration": 8.0})"},
    {"choices_by_letter",
     R"({"video": "s10.mp4", "question": "What is on?", "choices": {"A": "a light", "B": "a TV"}, "answer": 1})",
     R"({"task": "mcq", "options": ["a light", "a TV"], "answer": 1})"},
    {"a_sentence_to_find",
     R"({"video": "s10.mp4", "query": "Give the query: \"a person laughs\", when does it occur?", "solution": [3, 7]})",
     R"({"task": "tvg", "question": "a person laughs", "segments": [[3.0, 7.0]]})"},
};

class Chat : public testing::Test {
 protected:
  Conversion convert(const std::string& rows, ConversionRequest request = {}) {
    request.annotations = test::sources::write(folder_.path() / "rows.jsonl", rows);
    request.split = "train";
    return data::convert(find_converter("chat"), request);
  }
  test::TemporaryFolder folder_;
};
class ChatLayouts : public Chat, public testing::WithParamInterface<LayoutRow> {};
INSTANTIATE_TEST_SUITE_P(Rows, ChatLayouts, testing::ValuesIn(kLayouts), test::row_name);

TEST_P(ChatLayouts, BecomeRecords) {
  const auto conversion = convert(GetParam().row, {.path_prefix = "/data"});
  ASSERT_EQ(conversion.records().size(), 1u);
  const auto& record = conversion.records().front();
  const auto expected = io::parse_json(GetParam().expected, "expected");
  for (const auto& [name, value] : expected.items())
    EXPECT_EQ(record.value(name, io::Json()), value) << name;
}

TEST_F(Chat, EachTurnStandsOnItsOwnAndIsCounted) {
  const auto conversion = convert(
      R"({"id": "7", "video": "s.mp4", "conversations": [{"from": "human", "value": "<video>Who?"}, {"from": "gpt", "value": "he"}, {"from": "human", "value": "Why?"}, {"from": "gpt", "value": "so"}, {"from": "human", "value": "And?"}]})");
  ASSERT_EQ(conversion.records().size(), 2u);
  EXPECT_EQ(conversion.records()[0]["id"], "rows/train/7");
  EXPECT_EQ(conversion.records()[1]["id"], "rows/train/7-2");
  EXPECT_EQ(conversion.records()[1]["question"], "Why?");
  EXPECT_EQ(conversion.odd.repaired().front().name, "a turn asked on its own");
  EXPECT_EQ(conversion.odd.repaired().front().count, 3) << "the last of them has no answer";
  EXPECT_EQ(conversion.odd.dropped().front().name, "no answer");
}

TEST_F(Chat, OneIdOfSeveralRowsGetsNumbers) {
  const std::string row = R"({"id": "7", "query": "Who?", "response": "he", "image": "a.png"})";
  const auto conversion = convert(row + "\n" + row + "\n");
  ASSERT_EQ(conversion.records().size(), 2u);
  EXPECT_EQ(conversion.records()[1]["id"], "rows/train/7#2");
  EXPECT_EQ(count_of(conversion.odd.repaired()), 1);
}

/// A row that cannot be used, and the kind that it is counted under.
struct DroppedRow {
  const char* name;
  const char* row;
  const char* kind;
};
VRLT_PRINT_ROW_NAME(DroppedRow)

const DroppedRow kDropped[] = {
    {"absolute", R"({"query": "q", "answer": "a", "video": "/home/x/s.mp4"})", "an absolute path"},
    {"network", R"({"query": "q", "answer": "a", "image": "https://x/a.png"})", "no file"},
    {"bytes", R"({"query": "q", "answer": "a", "images": [{"bytes": "iVBO"}]})",
     "a picture without a file"},
    {"several_videos", R"({"query": "q", "answer": "a", "videos": ["a.mp4", "b.mp4"]})",
     "several videos"},
    {"no_answer", R"({"query": "q", "video": "a.mp4"})", "no answer"},
    {"another_letter", R"({"query": "q\nA. x\nB. y", "answer": "C", "video": "a.mp4"})",
     "odd answer"},
    {"tool",
     R"({"messages": [{"role": "user", "content": "q"}, {"role": "tool", "content": "1"}], "video": "a.mp4"})",
     "a turn of another speaker"},
    {"preferences", R"({"prompt": "q", "chosen": "x", "rejected": "y", "image": "a.png"})",
     "a pair of preferences"},
    {"placeholders", R"({"query": "<video><image>q", "answer": "a", "video": "a.mp4"})",
     "a placeholder without its file"},
};

class ChatDrops : public Chat, public testing::WithParamInterface<DroppedRow> {};
INSTANTIATE_TEST_SUITE_P(Rows, ChatDrops, testing::ValuesIn(kDropped), test::row_name);

TEST_P(ChatDrops, AreCountedByTheirKind) {
  const auto conversion = convert(std::string(GetParam().row) + "\n" +
                                  R"({"query": "q", "answer": "a", "video": "a.mp4"})");
  EXPECT_EQ(conversion.records().size(), 1u);
  ASSERT_EQ(conversion.odd.dropped().size(), 1u);
  EXPECT_EQ(conversion.odd.dropped().front().name, GetParam().kind);
}

TEST_F(Chat, TextAloneIsKeptAndCounted) {
  const auto conversion = convert(R"({"query": "2 + 2?", "answer": "4"})");
  ASSERT_EQ(conversion.records().size(), 1u);
  const auto sample = parse_sample(conversion.records().front(), "record");
  EXPECT_EQ(sample.video, "");
  EXPECT_EQ(sample.question, "2 + 2?");
  EXPECT_EQ(conversion.odd.repaired().front().name,
            "neither a video nor images, asked as text alone");
}

TEST_F(Chat, ATaskCanBeSaid) {
  const std::string row = R"({"query": "Who?", "answer": "3 to 5", "video": "a.mp4"})";
  EXPECT_EQ(convert(row).records().front()["task"], "open") << "it may count something";
  EXPECT_EQ(convert(row, {.task = "tvg"}).records().front()["task"], "tvg");
  EXPECT_THROW(convert(row, {.task = "grounding"}), ConfigError);
}

TEST_F(Chat, PathsBelowTheDataRootBecomeRelative) {
  const std::string row = R"({"query": "Who?", "answer": "he", "video": "/data/clips/../v/a.mp4"})";
  EXPECT_EQ(convert(row, {.data_root = "/data"}).records().front()["video"], "v/a.mp4");
  EXPECT_THROW(convert(row, {.data_root = "/other"}), DataError);
}

TEST(SpansOfText, ReadsTimesAndNothingElse) {
  const Spans expected = {{3, 7}};
  for (const char* text :
       {"3.0 to 7.0", "From 3s to 7 seconds.", "[3, 7]", "00:03 - 00:07", "3-7", "3.0 - 7.0s",
        R"({"start_time": 3, "end_time": 7})", "The event happens in 3.0 - 7.0 seconds.",
        "0:00:03.0 until 0:00:07", "3.0–7.0"})
    EXPECT_EQ(spans_of_text(text), expected) << text;
  EXPECT_EQ(spans_of_text("[[3, 7], [9, 11]]"), (Spans{{3, 7}, {9, 11}}));
  for (const char* text : {"", "7", "3 to 7 birds", "2nd to 3rd", "3 to 7 to 9", "-3.0 to 7.0",
                           "1:2:3:4 to 5", "3 7 9 11", "soon"})
    EXPECT_THAT(spans_of_text(text), IsEmpty()) << text;
}

TEST(UnwrapAnswer, TakesOffTagsAndBoxes) {
  EXPECT_EQ(unwrap_answer(" <answer> B </answer>").answer, "B");
  EXPECT_EQ(unwrap_answer("so \\boxed{\\frac{1}{2}}.").answer, "\\frac{1}{2}");
  EXPECT_EQ(unwrap_answer("<answer>B").answer, "<answer>B") << "not closed: as it stands";
  const auto thought = unwrap_answer("<think>x < y</think>\n<answer>yes</answer>");
  EXPECT_EQ(thought.thinking, "x < y");
  EXPECT_EQ(thought.answer, "yes");
}

TEST(SplitLetteredInside, LeavesWhatStandsBehindTheOptions) {
  const auto asked =
      split_lettered_inside("Which?\nOptions:\nA) x\nB) y\nAnswer with a letter.\nThanks.");
  EXPECT_EQ(asked.question, "Which?");
  EXPECT_THAT(asked.options, ElementsAre("x", "y"));
  EXPECT_EQ(asked.behind, "Answer with a letter.\nThanks.");
  EXPECT_EQ(split_lettered_inside("Vitamin\nA. x\nnot more").question, "Vitamin\nA. x\nnot more");
}

}  // namespace
}  // namespace vrlt::data
