#include "vrlt/report/score_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::report {
namespace {

using testing::HasSubstr;

io::Json estimate(double value, int64_t n) {
  return {{"value", value}, {"se", 0.015}, {"ci95", {value - 0.03, value + 0.03}}, {"n", n}};
}

io::Json strict(double value, int64_t n) {
  auto json = estimate(value, n);
  json["unanswered_as_zero"] = estimate(value / 2, 2 * n);
  return json;
}

class ScoreRows : public testing::Test {
 protected:
  void write(const std::string& task, const io::Json& results) {
    io::create_folders(run() / task);
    io::write_file_atomic(run() / task / "results.json", results.dump());
  }
  std::filesystem::path run() const { return folder_.path() / "mine"; }
  test::TemporaryFolder folder_;
};

io::Json mvbench() {
  return {{"prompt", "p_mvb_lmms"},
          {"parse_failure_rate", 0.125},
          {"macro_over", "sub_task"},
          {"not_comparable", "10 samples, the benchmark has \"4000\""},
          {"metrics", {{"accuracy", strict(0.5, 10)}}},
          {"compat_profile", "mcq.mvb_lmms"},
          {"compat",
           {{"mcq.mvb_lmms",
             {{"metrics", {{"accuracy", estimate(0.625, 8)}}},
              {"macro", {{"accuracy", {{"value", 0.75}, {"n_groups", 2}}}}}}},
            {"mcq.mvb_off", {{"metrics", {{"accuracy", estimate(0.7, 10)}}}}}}},
          {"blind", {{"always_A", {{"accuracy", 0.2}}}, {"always_B", {{"accuracy", 0.3}}}}}};
}

}  // namespace

TEST_F(ScoreRows, EveryWayOfScoring) {
  write("mvbench", mvbench());
  const auto rows = read_score_rows({run()});
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].run, "mine");
  EXPECT_EQ(rows[0].profile, "mcq.mvb_lmms");
  EXPECT_EQ(rows[0].value, 0.625);
  EXPECT_EQ(rows[0].count, 8);
  EXPECT_EQ(rows[0].strict, 0.25) << "samples without an answer are wrong";
  EXPECT_EQ(rows[0].blind, 0.3) << "of the better constant";
  EXPECT_TRUE(rows[0].headline);
  EXPECT_EQ(rows[1].metric, "accuracy over sub_task");
  EXPECT_EQ(rows[1].value, 0.75);
  EXPECT_EQ(rows[1].count, 2);
  EXPECT_FALSE(rows[1].standard_error.has_value());
  EXPECT_EQ(rows[2].profile, "mcq.mvb_off");
  EXPECT_FALSE(rows[2].headline);
  EXPECT_EQ(rows[3].profile, "strict");
  EXPECT_EQ(rows[3].value, 0.25);
  EXPECT_FALSE(rows[3].headline);
}

TEST_F(ScoreRows, Csv) {
  write("mvbench", mvbench());
  const auto csv = to_csv(read_score_rows({run()}));
  EXPECT_THAT(csv, testing::StartsWith("run,task,prompt,profile,headline,metric,value,se,ci95_low,"
                                       "ci95_high,n,strict,parse_failure_rate,blind,note\n"
                                       "mine,mvbench,p_mvb_lmms,mcq.mvb_lmms,1,accuracy,0.625,0."
                                       "015,0.595,0.655,8,0.25,0.125,0.3,\"10 samples, the "
                                       "benchmark has \"\"4000\"\"\"\n"));
  EXPECT_THAT(csv, HasSubstr("mcq.mvb_lmms,1,accuracy over sub_task,0.75,,,,2,,0.125,,"));
  EXPECT_THAT(csv, HasSubstr("strict,0,accuracy,0.25,"));
}

TEST_F(ScoreRows, MarkdownHasTheHeadlines) {
  auto results = mvbench();
  results["not_comparable"] = "a|b\nc";
  write("mvbench", results);
  const auto text = to_markdown(read_score_rows({run()}));
  EXPECT_THAT(text, HasSubstr("| mine | mvbench | p_mvb_lmms | mcq.mvb_lmms | 0 | accuracy | ↑ | "
                              "62.50 | ± | 1.50 | 8 | [59.50, 65.50] | 25.00 | 12.50 "
                              "| 30.00 | a\\|b c |\n"));
  EXPECT_THAT(text, HasSubstr("| accuracy over sub_task | ↑ | 75.00 | ± | N/A | 2 | N/A | N/A |"));
  EXPECT_THAT(text, testing::Not(HasSubstr("mcq.mvb_off")));
}

// A kind of task that is no benchmark has the strict score only; a run that only predicted has
// none.
TEST_F(ScoreRows, WithoutProfilesAndWithoutScores) {
  write("tvg", {{"parse_failure_rate", 0.0}, {"metrics", {{"mIoU", strict(0.5, 4)}}}});
  write("predicted", {{"n_done", 4}, {"parse_failure_rate", 0.0}, {"predict_only", true}});
  const auto rows = read_score_rows({run()});
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].task, "tvg");
  EXPECT_TRUE(rows[0].headline);
  EXPECT_EQ(rows[0].profile, "strict");
}

TEST_F(ScoreRows, WhatIsNoEvaluationIsTold) {
  EXPECT_THROW(read_score_rows({run()}), MissingInputError);
  io::create_folders(run());
  EXPECT_THROW(read_score_rows({run()}), DataError);
  write("tvg", {{"metrics", 7}});
  EXPECT_THROW(read_score_rows({run()}), DataError);
  write("tvg", {{"parse_failure_rate", 0.0}, {"metrics", {{"mIoU", "high"}}}});
  EXPECT_THROW(read_score_rows({run()}), DataError);
}

}  // namespace vrlt::report
