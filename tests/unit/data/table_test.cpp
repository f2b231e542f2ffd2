// Tables of questions by the names of their columns.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/converters/column_map.h"
#include "tests/support/benchmark_sources.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/data/converter_table.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/column_file.h"

namespace vrlt::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Spans = std::vector<Interval>;

class Table : public testing::Test {
 protected:
  Conversion convert(const std::string& name, const std::string& text, const std::string& columns) {
    const auto path = test::sources::write(folder_.path() / name, text);
    return data::convert(find_converter("table"),
                         {.annotations = path, .split = "train", .columns = columns});
  }
  std::vector<Sample> samples(const Conversion& conversion) {
    std::vector<Sample> result;
    for (const auto& record : conversion.records()) result.push_back(parse_sample(record, "table"));
    return result;
  }
  std::string refusal(const std::string& columns) {
    try {
      convert("t.csv", "q,a,v\nWho?,he,a.mp4\n", columns);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "";
  }
  test::TemporaryFolder folder_;
};

TEST_F(Table, ColumnsBecomeFields) {
  const auto conversion =
      convert("mine.csv",
              "nr,text,a0,a1,label,file,kind\n"
              "7,\"Which, of these?\",a light,a TV,1,a.mp4,indoor\n"
              "8,Which?,yes,no,yes,b.mp4,outdoor\n",
              "id=nr,question=text,options=a0:a1,answer=label,video=file,groups=kind");
  const auto found = samples(conversion);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].id, "mine/train/7");
  EXPECT_EQ(found[0].task, Task::kMultipleChoice);
  EXPECT_EQ(found[0].question, "Which, of these?");
  EXPECT_THAT(found[0].options, ElementsAre("a light", "a TV"));
  EXPECT_EQ(found[0].answer_option, 1) << "an index from 0";
  EXPECT_EQ(found[0].groups.at("kind"), "indoor");
  EXPECT_EQ(found[1].answer_option, 0) << "the text of an option";
  EXPECT_EQ(count_of(conversion.odd.repaired()), 1) << "the index";
}

TEST_F(Table, ColumnsOfTheNameOfAFieldNeedNoEntry) {
  const auto found = samples(convert(
      "t.tsv", "question\tvideo\tstart\tend\tduration\na man falls\ta.mp4\t3\t7.5\t9\n", ""));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].task, Task::kTemporalGrounding);
  EXPECT_EQ(found[0].segments, (Spans{{3, 7.5}}));
  EXPECT_EQ(found[0].duration, 9.0);
}

TEST_F(Table, SemicolonsSeparateToo) {
  const auto found =
      samples(convert("t.csv", "question;answer;video\nHow many, do you think?;3;a.mp4\n", ""));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].question, "How many, do you think?");
  EXPECT_TRUE(found[0].asks_for_number());
}

TEST_F(Table, RowsOfJsonMayHoldColumnsInsideOthers) {
  const auto found = samples(convert(
      "t.jsonl",
      R"({"q": "Who?", "extra": {"truth": "he"}, "videos": [{"path": "a.mp4"}], "options": null})"
      "\n",
      "question=q,answer=extra.truth,video=videos.0.path"));
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].answer_text, "he");
  EXPECT_EQ(found[0].video, "a.mp4");
}

TEST_F(Table, AnIncompleteSpanIsDropped) {
  const auto conversion =
      convert("t.csv", "question,video,start,end\na,a.mp4,3,\nb,b.mp4,3,4\n", "");
  EXPECT_EQ(conversion.records().size(), 1u);
  EXPECT_EQ(conversion.odd.dropped().front().name, "a span without its other end");
}

TEST_F(Table, WhatIsWrongWithTheMapIsSaid) {
  EXPECT_THAT(refusal("question=q,answr=a"),
              HasSubstr("there is no field \"answr\"; did you mean \"answer\"?"));
  EXPECT_THAT(refusal("question=Q"),
              HasSubstr("--map question=Q: there is no column \"Q\"; the columns are q, a, v"));
  EXPECT_THAT(refusal(""), HasSubstr("nothing says which column holds the question"));
  EXPECT_THAT(refusal("question"), HasSubstr("expected FIELD=COLUMN"));
  EXPECT_THAT(refusal("question=q:a"), HasSubstr("question is of one column, found 2"));
  EXPECT_THAT(refusal("question=q,question=a"), HasSubstr("question is named twice"));
}

TEST(ListedTexts, AreReadInEverySpelling) {
  for (const auto& value : {io::Json({"a", "b, c"}), io::Json(R"(["a", "b, c"])"),
                            io::Json("['a', \"b, c\"]"), io::Json("a\nb, c"), io::Json("a|b, c")})
    EXPECT_THAT(listed_texts(value), ElementsAre("a", "b, c")) << value;
  EXPECT_THAT(listed_texts("['it\\'s', 'b']"), ElementsAre("it's", "b"));
  EXPECT_THAT(listed_texts("[not a list"), ElementsAre("[not a list"));
}

// As verl and EasyR1 keep their rows: lists of objects in columns.
TEST_F(Table, ParquetOfVerlAndEasyR1IsReadByTheProgramItself) {
  if (!io::reads_column_files()) return;
  const auto tables = test::golden_dir() / "tables";
  const auto verl = data::convert(find_converter("chat"),
                                  {.annotations = tables / "verl.parquet", .split = "train"});
  ASSERT_EQ(verl.records().size(), 2u);
  EXPECT_EQ(verl.records()[0]["video"], "clips/clip_0.mp4");
  EXPECT_EQ(verl.records()[0]["answer"], 1);
  EXPECT_EQ(verl.records()[1]["segments"], io::Json({{1.0, 2.5}}));
  EXPECT_THAT(verl.odd.repaired().front().first.front(),
              HasSubstr("verl.parquet: row 1: the prompt of the run brings its own text"));
  const auto easyr1 = data::convert(find_converter("chat"),
                                    {.annotations = tables / "easyr1.parquet", .split = "train"});
  ASSERT_EQ(easyr1.records().size(), 2u);
  EXPECT_EQ(easyr1.records()[0]["options"], io::Json({"a light", "a TV"}));
  EXPECT_EQ(easyr1.records()[1]["images"], io::Json({"a.png"}));
  const auto mapped =
      data::convert(find_converter("table"),
                    {.annotations = tables / "verl.parquet",
                     .split = "train",
                     .columns = "question=prompt.0.content,answer=reward_model.ground_truth,"
                                "video=videos.0.video"});
  ASSERT_EQ(mapped.records().size(), 2u);
  EXPECT_EQ(mapped.records()[0]["question"], "What is turned on?");
  EXPECT_EQ(mapped.records()[1]["question"], "Think first.") << "the first of two messages";
}

// All tables of a folder, in the order of their names.
TEST_F(Table, AFolderOfTablesIsRead) {
  if (!io::reads_column_files()) return;
  const auto tables = test::golden_dir() / "tables";
  std::filesystem::create_directories(folder_.path() / "data/part");
  std::filesystem::copy(tables / "verl.parquet", folder_.path() / "data/b.parquet");
  std::filesystem::copy(tables / "easyr1.parquet", folder_.path() / "data/part/a.parquet");
  const auto conversion = data::convert(find_converter("chat"),
                                        {.annotations = folder_.path() / "data", .split = "train"});
  EXPECT_EQ(conversion.records().size(), 4u);
  EXPECT_EQ(conversion.sources.size(), 2u);
  std::filesystem::create_directories(folder_.path() / "empty");
  EXPECT_THROW(data::convert(find_converter("chat"),
                             {.annotations = folder_.path() / "empty", .split = "train"}),
               DataError);
}

}  // namespace
}  // namespace vrlt::data
