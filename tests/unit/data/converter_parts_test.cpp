#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/converters/csv.h"
#include "data/converters/option_lines.h"
#include "data/converters/sampling_strategy.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Indices = std::vector<int64_t>;

std::vector<std::string> read_csv(const std::string& text, const char* column, bool strict = true) {
  const test::TemporaryFolder folder;
  io::write_file_atomic(folder.path() / "a.csv", text);
  Conversion conversion(strict);
  std::vector<std::string> cells;
  for_each_csv_row(folder.path() / "a.csv", "a table", conversion,
                   [&](const CsvRow& row) { cells.push_back(row.at(column)); });
  return cells;
}

std::string csv_error(const std::string& text, const char* column = "b") {
  try {
    read_csv(text, column);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(Csv, ReadsQuotedCells) {
  EXPECT_THAT(read_csv("a,b\r\n1,2\r\n\"x,\"\"y\"\"\n\",3\n\n4,", "a"),
              ElementsAre("1", "x,\"y\"\n", "4"));
  EXPECT_THAT(read_csv("\xEF\xBB\xBF"
                       "a,b\n1,2",
                       "a"),
              ElementsAre("1"))
      << "a byte order mark is no part of the first name";
}

TEST(Csv, NamesTheLineOfABadRow) {
  // The quoted cell holds a line feed, so the row after it begins in line 4.
  EXPECT_THAT(csv_error("a,b\n\"1\n\",2\n3\n"), HasSubstr("a.csv:4: 1 cells, expected 2"));
  EXPECT_THAT(csv_error("a,b\n1,\"2\n"), HasSubstr("a.csv:2: a quote is opened"));
  EXPECT_THAT(csv_error("a,c\n1,2\n"), HasSubstr("a.csv:2: no column \"b\""));
  EXPECT_THAT(csv_error("a,b\n\"1\"x,2\n"), HasSubstr("a.csv:2: 1 cells"));
}

// A quote that opens by mistake costs its own row; what follows is read.
TEST(Csv, AStrayQuoteSwallowsNoRows) {
  EXPECT_THAT(read_csv("a,b\n1,\"2\n3,4\n5,6\n", "a", /*strict=*/false), ElementsAre("3", "5"));
  EXPECT_THAT(read_csv("a,b\n1,\"2\n3,4\n5,\"6\n7,8\n", "a", /*strict=*/false),
              ElementsAre("3", "7"))
      << "two of them, far apart";
}

TEST(OptionLines, AreReadWithStrayBlanks) {
  EXPECT_EQ(parse_lettered_option("A. running")->text, "running");
  EXPECT_EQ(parse_lettered_option("C.Barking")->text, "Barking");
  EXPECT_EQ(parse_lettered_option(" D. 3.5 m ")->text, "3.5 m");
  EXPECT_FALSE(parse_lettered_option("a. running"));
  EXPECT_FALSE(parse_lettered_option("A running"));
  EXPECT_EQ(parse_lettered_option("(B) two")->label, "B");
  EXPECT_EQ(parse_lettered_option("B) two")->text, "two");
  EXPECT_FALSE(parse_lettered_option("(B. two"));
  EXPECT_EQ(parse_captioned_option("Option 1: a: b")->label, "Option 1");
  EXPECT_EQ(parse_captioned_option("Option 1: a: b")->text, "a: b");
  EXPECT_FALSE(parse_captioned_option("no colon"));
}

using Texts = std::vector<std::string>;

TEST(OptionLines, LettersAreTakenOffWhereMostOptionsHaveThem) {
  EXPECT_EQ(without_letters({"A. x", "(B) y", "C: z"}).texts, (Texts{"x", "y", "z"}));
  const auto odd = without_letters({"A. x", "B. y", "B. z"});
  EXPECT_EQ(odd.texts, (Texts{"x", "y", "B. z"}));
  EXPECT_THAT(odd.kept, ElementsAre(2u));
  EXPECT_EQ(without_letters({"A. Lincoln", "G. Washington"}).texts,
            (Texts{"A. Lincoln", "G. Washington"}))
      << "initials, not letters";
}

TEST(OptionIndex, IsNothingWhereTwoOptionsAreMeant) {
  EXPECT_EQ(option_index("A", {"B", "A"}), std::nullopt)
      << "the letter says the first, the text the second";
  EXPECT_EQ(option_index("x", {"x", "x"}), std::nullopt);
  EXPECT_EQ(option_index("C", {"x", "y"}), std::nullopt);
  EXPECT_EQ(option_index("", {"x", "y"}), std::nullopt);
  EXPECT_EQ(option_index("A. y", {"x", "y"}), std::nullopt)
      << "the letter of one with the text of another";
}

TEST(SplitLettered, TakesOptionsOffTheEnd) {
  EXPECT_EQ(split_lettered("What is on?\nA. a light\nB) a TV").options, (Texts{"a light", "a TV"}));
  EXPECT_EQ(split_lettered("What is on? A. a light B. a TV").options, (Texts{"a light", "a TV"}));
  EXPECT_EQ(split_lettered("What is on? A. a light B. a TV").question, "What is on?");
  EXPECT_TRUE(split_lettered("Is vitamin A. good?").options.empty());
}

TEST(SamplingStrategy, TakesWhatTheSeedTakes) {
  EXPECT_EQ(sampled_indices("all", 3, "k", "p"), (Indices{0, 1, 2}));
  EXPECT_EQ(sampled_indices("first:2", 3, "k", "p"), (Indices{0, 1}));
  EXPECT_EQ(sampled_indices("first:9", 3, "k", "p"), (Indices{0, 1, 2}));
  EXPECT_EQ(sampled_indices("end:2", 3, "k", "p"), (Indices{1, 2}));
  EXPECT_EQ(sampled_indices("first:34%", 3, "k", "p"), (Indices{0, 1}))
      << "ceil(34 * 3 / 100) = ceil(1.02) = 2";
  EXPECT_EQ(sampled_indices("end:0", 3, "k", "p"), (Indices{}))
      << "none; the seed's slice takes all";
  const auto random = sampled_indices("random:3", 10, "k", "p");
  EXPECT_EQ(random.size(), 3u);
  EXPECT_EQ(random, sampled_indices("random:3", 10, "k", "p"));
  EXPECT_NE(random, sampled_indices("random:3", 10, "other", "p"));
  for (const char* bad :
       {"", "first", "first:", "first:-1", "first:1.5", "last:3", "first:10%%", "first:101%"})
    EXPECT_THROW(sampled_indices(bad, 3, "k", "p"), DataError) << bad;
}

Sample sample_of(const char* bench, const char* split, const std::string& video) {
  return {.id = video, .bench = SharedText(bench), .split = SharedText(split), .video = video};
}

TEST(BenchmarkSizes, DifferencesNameBoth) {
  EXPECT_THAT(
      size_differences({sample_of("rextime", "val", "a"), sample_of("rextime", "val", "a")}),
      ElementsAre("rextime val: 2 samples, published with 921",
                  "rextime val: 1 videos, published with 696"));
  EXPECT_TRUE(size_differences({sample_of("my_own", "val", "a")}).empty());
  std::vector<Sample> whole;
  for (int i = 0; i < 229; ++i) whole.push_back(sample_of("anet_rtl", "val", std::to_string(i)));
  EXPECT_TRUE(size_differences(whole).empty());
}

// The parts of a split must add up to it where all of them are listed.
TEST(BenchmarkSizes, PartsAddUp) {
  std::map<std::pair<std::string, std::string>, int64_t> whole, parts;
  for (const auto& size : benchmark_sizes())
    (*size.group == '\0' ? whole : parts)[{size.bench, size.split}] += size.samples;
  for (const auto& [split, sum] : parts) EXPECT_EQ(sum, whole[split]) << split.first;
}

TEST(SampleCounts, AreByBenchSplitAndTask) {
  const auto counts =
      count_samples({sample_of("b", "s", "v"), sample_of("b", "s", "v"), sample_of("a", "s", "w")});
  ASSERT_EQ(counts.size(), 2u);
  EXPECT_EQ(counts[0].bench, "a");
  EXPECT_EQ(counts[1].samples, 2);
  EXPECT_EQ(counts[1].videos, 1);
}

}  // namespace
}  // namespace vrlt::data
