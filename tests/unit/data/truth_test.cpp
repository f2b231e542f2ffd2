#include "vrlt/data/truth.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/data/bad_truths.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

using testing::HasSubstr;

Sample grounding(std::vector<Interval> segments) {
  return {.id = "s", .task = Task::kTemporalGrounding, .segments = std::move(segments)};
}

std::string kind_of(const Sample& sample) {
  const auto problem = truth_problem(sample);
  return problem ? problem->kind : "";
}

TEST(TruthProblem, NoLength) {
  EXPECT_EQ(kind_of(grounding({{4, 4}})), "the truth has no length");
  EXPECT_EQ(kind_of(grounding({{4, 4}, {5, 6}})), "") << "one of them can be met";
  EXPECT_EQ(kind_of(grounding({})), "");
}

TEST(TruthProblem, OutsideTheClipOrTheVideo) {
  auto sample = grounding({{4, 8}});
  sample.clip_start = 8;
  EXPECT_EQ(kind_of(sample), "the truth is outside the clip") << "it ends where the clip begins";
  sample.clip_start = 7;
  EXPECT_EQ(kind_of(sample), "");
  sample.clip_start = 0;
  sample.clip_end = 4;
  EXPECT_EQ(kind_of(sample), "the truth is outside the clip");
  sample.clip_end.reset();
  sample.duration = 4;
  EXPECT_EQ(kind_of(sample), "the truth is after the end of the video");
  sample.duration = 5;
  EXPECT_EQ(kind_of(sample), "") << "it begins in time, as annotated truths that end late do";
}

class LoadedTruths : public testing::Test {
 protected:
  std::string line(const std::string& id, const std::string& segments,
                   const std::string& more = "") {
    return concat(R"({"schema":"vs/1","id":")", id,
                  R"(","task":"tvg","video":"v.mp4","question":"q","segments":)", segments, more,
                  "}\n");
  }
  std::vector<Sample> load(const std::string& lines, BadTruths rule) {
    io::write_file_atomic(file_, lines);
    return load_samples({file_}, rule);
  }
  test::TemporaryFolder folder_;
  std::filesystem::path file_ = folder_.path() / "r.jsonl";
};

TEST_F(LoadedTruths, OneBadTruthIsLeftOutCountedAndNamed) {
  testing::internal::CaptureStderr();
  const auto samples = load(line("good", "[[1,2]]") + line("bad", "[[3,3]]") +
                                line("late", "[[9,12]]", R"(,"duration":5)"),
                            BadTruths::kLeaveOut);
  const auto log = testing::internal::GetCapturedStderr();
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].id, "good");
  EXPECT_THAT(log, HasSubstr("1 of 3 samples are left out: the truth has no length: bad (the truth "
                             "[[3.0,3.0]] has no length)"));
  EXPECT_THAT(
      log, HasSubstr("1 of 3 samples are left out: the truth is after the end of the video: late"));
}

TEST_F(LoadedTruths, AllBadIsAnError) {
  try {
    load(line("a", "[[3,3]]") + line("b", "[[4,4]]"), BadTruths::kLeaveOut);
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no sample is left of 2: the truth has no length: a (the "
                                        "truth [[3.0,3.0]] has no length), b"));
  }
}

// Tables of published splits count these samples, with 0: ReXTime's validation split has two.
TEST_F(LoadedTruths, PublishedSplitsStayWholeInEvaluation) {
  const auto published = line("p", "[[3,3]]", R"(,"bench":"rextime","split":"val")"),
             own = line("o", "[[3,3]]");
  EXPECT_EQ(load(published + own, BadTruths::kKeepPublished).size(), 1u);
  EXPECT_EQ(load(published + own, BadTruths::kKeep).size(), 2u);
  EXPECT_THROW(load(own, BadTruths::kKeepPublished), DataError);
}

TEST_F(LoadedTruths, MisspeltFieldsAreSaidOnceWithTheirNumber) {
  testing::internal::CaptureStderr();
  load(line("a", "[[1,2]]", R"(,"durations":5,"mine":1)") +
           line("b", "[[1,2]]", R"(,"durations":5)"),
       BadTruths::kKeep);
  const auto log = testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("\"durations\": unknown key, which nothing reads, in 2 records; did "
                             "you mean \"duration\"? " +
                             file_.string() + ":1, "));
  EXPECT_THAT(log, testing::Not(HasSubstr("mine"))) << "a name of the user's own";
}

}  // namespace
}  // namespace vrlt::data
