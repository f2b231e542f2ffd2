// What every converter does with an odd item, whatever its format: a new row of the table needs a
// row here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/benchmark_sources.h"
#include "tests/support/table_case.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/data/converter_table.h"

namespace vrlt::data {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::HasSubstr;

/// Puts a text into a file, behind the first place where `before` stands in it; at its start for
/// "".
void insert(const fs::path& file, const std::string& before, const std::string& text) {
  auto bytes = io::read_file(file, 1 << 20);
  bytes.insert(bytes.find(before) + before.size(), text);
  test::sources::write(file, bytes);
}

/// A format, sound annotations of it, and how one odd item gets into them.
struct OddRow {
  const char* name;
  fs::path (*write)(const fs::path& root);
  void (*spoil)(const fs::path& root);
  const char* says;  ///< The item's id, or its place where it has none.
};
VRLT_PRINT_ROW_NAME(OddRow)

const OddRow kRows[] = {
    {"charades_sta", test::sources::charades_sta,
     [](const fs::path& root) { insert(root / "charades_sta_test.txt", "", "ODD1X 1.0##s\n"); },
     "charades_sta_test.txt:1: "},
    {"charades_sta_rows", test::sources::charades_sta_rows,
     [](const fs::path& root) {
       insert(root / "rows.jsonl", "",
              "{\"video\": \"odd1.mp4\", \"caption\": \"c\", \"timestamp\": \"soon\"}\n");
     },
     "rows.jsonl:1 (odd1.mp4): \"timestamp\""},
    {"charades_sta_videos", test::sources::anet_tvg,
     [](const fs::path& root) {
       insert(root / "val_2.json", "{",
              R"("odd1": {"timestamps": [[0, 1], [2, 3]], "sentences": ["one"]}, )");
     },
     "\"odd1\": 2 timestamps and 1 sentences"},
    {"anet_tvg", test::sources::anet_tvg,
     [](const fs::path& root) {
       insert(root / "val_2.json", "{",
              R"("odd1": {"timestamps": [[0, "late"]], "sentences": ["one"]}, )");
     },
     "\"odd1\", query 0: \"timestamp\""},
    {"anet_tvg_rows", test::sources::charades_sta_rows,
     [](const fs::path& root) {
       insert(root / "rows.jsonl", "", "{\"video\": \"odd1.mp4\", \"timestamp\": [0, 1]}\n");
     },
     "(odd1.mp4): \"caption\""},
    {"anet_rtl", test::sources::anet_rtl,
     [](const fs::path& root) {
       insert(root / "annot_val_1_q229.json", "[",
              R"({"question_id": "odd1", "vid": "x", "question": "q", "answer": null}, )");
     },
     "item 0 (odd1): \"answer\""},
    {"nextgqa", test::sources::nextgqa,
     [](const fs::path& root) {
       insert(root / "gsub_test.json", "{",
              R"("odd1": {"duration": 3, "location": {"3": [[0, 1]]}}, )");
       insert(root / "test.csv", "a4\n", "odd1,1,1,1,q,b,3,CW,a,b,c,d,e\n");
     },
     "test.csv:2 (odd1_3): "},
    {"nextgqa_videochat", test::sources::nextgqa_videochat,
     [](const fs::path& root) {
       insert(root / "nextgqa.json", "[",
              R"({"id": "odd1", "video": "v", "question": "q", "options": "none"}, )");
     },
     "item 0 (odd1): \"options\""},
    {"rextime", test::sources::rextime,
     [](const fs::path& root) {
       insert(
           root / "rextime_val.json", "[",
           R"({"qid": "anet_odd1", "vid": "v", "question": "q", "options": ["x", "y"], "ans": "Z"}, )");
     },
     "item 0 (anet_odd1): \"ans\""},
    {"mvbench", test::sources::mvbench,
     [](const fs::path& root) {
       insert(
           root / "json/action_antonym.json", "[",
           R"({"video": "odd1.mp4", "question": "q", "candidates": ["a", "b"], "answer": "z"}, )");
     },
     "action_antonym.json: item 0 (odd1.mp4): "},
    {"tempcompass", test::sources::tempcompass,
     [](const fs::path& root) {
       insert(root / "questions/yes_no.json", "{", R"("odd1": {"speed": "fast"}, )");
     },
     "yes_no.json: \"odd1\": "},
    {"videomme", test::sources::videomme,
     [](const fs::path& root) {
       insert(root / "rows.jsonl", "", "{\"question_id\": \"odd1\", \"vid\n");
     },
     "rows.jsonl:1: not valid JSON"},
    {"mmvu_mc", test::sources::mmvu,
     [](const fs::path& root) {
       insert(
           root / "validation.json", "[",
           R"({"id": "odd1", "question_type": "multiple-choice", "video": "a/b/1.mp4", "question": "q", "choices": {"A": "x"}, "answer": "A"}, )");
     },
     "item 0 (odd1): "},
    {"lvbench", test::sources::lvbench,
     [](const fs::path& root) {
       insert(root / "video_info.meta.jsonl", "\"qa\": [",
              R"({"uid": "odd1", "question": "Why?", "answer": "A", "question_type": ["r"]}, )");
     },
     "qa 0: \"question\""},
    {"longvideobench", test::sources::longvideobench,
     [](const fs::path& root) {
       insert(
           root / "lvb_val.json", "[",
           R"({"id": "odd1", "question": "q", "candidates": ["x", "y"], "correct_choice": 2, "video_path": "v.mp4"}, )");
     },
     "item 0 (odd1): \"correct_choice\""},
    {"mlvu", test::sources::mlvu,
     [](const fs::path& root) {
       insert(
           root / "json/6_order.json", "[",
           R"({"video": "odd1.mp4", "question": "q", "candidates": ["x", "y"], "answer": "z", "question_type": "order"}, )");
     },
     "item 0 (odd1.mp4): \"answer\""},
    {"videommmu_mc", test::sources::videommmu,
     [](const fs::path& root) {
       insert(root / "rows.jsonl", "",
              "{\"id\": \"test_Cooking_1\", \"question\": \"q\", \"question_type\": "
              "\"multiple-choice\"}\n");
     },
     "rows.jsonl:1 (test_Cooking_1): \"id\""},
    {"timelens_bench", test::sources::timelens_bench,
     [](const fs::path& root) {
       insert(root / "charades-timelens.json", "{",
              R"("odd1": {"duration": 9, "spans": [[0, 1], [2, 3]], "queries": ["one"]}, )");
     },
     "\"odd1\": 2 spans and 1 queries"},
    {"seed_train", test::sources::seed_train,
     [](const fs::path& root) {
       insert(root / "other.jsonl", "",
              "{\"dataset\": \"other\", \"video\": \"odd1.mp4\", \"problem\": \"p\", \"solution\": "
              "[0], \"video_length\": 8}\n");
     },
     "other.jsonl:1 (odd1.mp4): \"solution\""},
    {"video_r1", test::sources::video_r1,
     [](const fs::path& root) {
       insert(
           root / "Video-R1-260k.json", "[",
           R"({"problem_id": 901, "problem": "q", "data_type": "video", "problem_type": "multiple choice", "options": "A", "path": "v.mp4"}, )");
     },
     "item 0 (901): \"options\""},
    {"time_r1", test::sources::time_r1,
     [](const fs::path& root) {
       insert(root / "train_2k5.json", "[",
              R"({"video": "odd1.mp4", "sentence": "s", "timestamp": [3]}, )");
     },
     "item 0 (odd1.mp4): \"timestamp\""},
    {"timelens2", test::sources::timelens2,
     [](const fs::path& root) {
       insert(root / "timelens2.jsonl", "",
              "{\"video_path\": \"odd1.mp4\", \"query\": \"q\", \"span\": \"soon\"}\n");
     },
     "timelens2.jsonl:1: \"span\""},
    {"onethinker", test::sources::onethinker,
     [](const fs::path& root) {
       insert(root / "onethinker_rl_train.json", "[",
              R"({"problem_id": 901, "problem": "q", "problem_type": "poem", "path": "v.mp4"}, )");
     },
     "item 0 (901): \"problem_type\""},
    {"chat", test::sources::chat,
     [](const fs::path& root) {
       insert(root / "chat.jsonl", "",
              "{\"id\": \"odd1\", \"query\": \"<video><video>Who?\", \"answer\": \"I\", \"video\": "
              "\"v.mp4\"}\n");
     },
     "chat.jsonl:1 (odd1): 2 placeholders and 1 files"},
    {"table", test::sources::table,
     [](const fs::path& root) { insert(root / "table.csv", "video\n", "odd1,q,,,1,,a.mp4\n"); },
     "table.csv:2: a span needs both a start and an end"},
};

class ConverterContract : public testing::TestWithParam<OddRow> {
 protected:
  Conversion convert(bool strict = false) {
    return data::convert(find_converter(GetParam().name),
                         {.annotations = annotations_, .split = "test", .strict = strict});
  }
  test::TemporaryFolder folder_;
  fs::path annotations_ = GetParam().write(folder_.path());
};
INSTANTIATE_TEST_SUITE_P(Table, ConverterContract, testing::ValuesIn(kRows), test::row_name);

TEST(ConverterContractTable, HasARowForEveryConverter) {
  ASSERT_EQ(std::size(kRows), converter_table().size());
  for (size_t i = 0; i < std::size(kRows); ++i)
    EXPECT_STREQ(kRows[i].name, converter_table()[i].name);
}

TEST_P(ConverterContract, AnOddItemIsDroppedCountedAndNamed) {
  const auto sound = convert();
  GetParam().spoil(folder_.path());
  const auto conversion = convert();
  EXPECT_EQ(conversion.records().size(), sound.records().size()) << "all others are there";
  EXPECT_EQ(count_of(conversion.odd.dropped()), count_of(sound.odd.dropped()) + 1);
  EXPECT_EQ(count_of(conversion.odd.repaired()), count_of(sound.odd.repaired()));
  EXPECT_THAT(texts_of(conversion.odd.dropped()), Contains(HasSubstr(GetParam().says)));
}

// The sources have oddities of their own, of which one may come first.
TEST_P(ConverterContract, StrictEndsAtTheFirstOddItemWithItsPlace) {
  GetParam().spoil(folder_.path());
  const auto lenient = convert();
  auto all = texts_of(lenient.odd.dropped());
  for (auto& text : texts_of(lenient.odd.repaired())) all.push_back(std::move(text));
  try {
    convert(/*strict=*/true);
    FAIL() << "went on";
  } catch (const DataError& error) {
    EXPECT_THAT(all, Contains(std::string(error.what())));
    EXPECT_THAT(error.what(), HasSubstr(folder_.path().string())) << "its place";
  }
}

TEST(Convert, NothingThatCanBeUsedIsAnError) {
  const test::TemporaryFolder folder;
  const auto file = test::sources::write(
      folder.path() / "llava.json",
      R"([{"id": "1", "video": "a.mp4", "conversations": [{"from": "human", "value": "<video>Who?"}]}, {"id": "2"}])");
  try {
    convert(find_converter("video_r1"), {.annotations = file, .split = "train"});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("all of 2 items were dropped, the first: "));
    EXPECT_THAT(error.what(), HasSubstr("it is conversations of LLaVA or ShareGPT"));
  }
}

// Our own loader has the last word on each record.
TEST(Convert, ARecordThatTheLoaderRefusesIsDropped) {
  const test::TemporaryFolder folder;
  const auto file =
      test::sources::write(folder.path() / "rows.jsonl",
                           "{\"video\": \"../a.mp4\", \"caption\": \"c\", \"timestamp\": [0, 1]}\n"
                           "{\"video\": \"b.mp4\", \"caption\": \"c\", \"timestamp\": [0, 1]}\n");
  const auto conversion =
      convert(find_converter("charades_sta_rows"), {.annotations = file, .split = "test"});
  EXPECT_EQ(conversion.records().size(), 1u);
  EXPECT_THAT(texts_of(conversion.odd.dropped()),
              testing::ElementsAre(HasSubstr("\"video\" is \"../a.mp4\"")));
}

TEST(OddItems, AreCountedByKindAndNamedUpToAHundred) {
  OddItems odd;
  for (int i = 0; i < 250; ++i)
    EXPECT_FALSE(
        odd.item([&] { throw OddItemError(i % 2 == 0 ? "even" : "uneven", std::to_string(i)); }));
  EXPECT_TRUE(odd.item([] {}));
  ASSERT_EQ(odd.dropped().size(), 2u);
  EXPECT_EQ(odd.dropped()[0].name, "even");
  EXPECT_EQ(odd.dropped()[0].count, 125) << "half of 250";
  EXPECT_EQ(odd.dropped()[0].first.size(), 100u);
  EXPECT_EQ(count_of(odd.dropped()), 250);
  EXPECT_THROW(odd.item([] { throw MissingInputError("a file that is not there is no odd item"); }),
               MissingInputError);
}

}  // namespace
}  // namespace vrlt::data
