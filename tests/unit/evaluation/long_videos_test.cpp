// Scores of benchmarks of long videos, by the rules of their authors worked out by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/compat_profile.h"

namespace vrlt::evaluation {
namespace {

/// The second of three options is right.
data::Sample choice() {
  return {.id = "q",
          .task = data::Task::kMultipleChoice,
          .options = {"a cup", "a hat", "a dog"},
          .answer_option = 1};
}

/// What the profile extracts, and "+" where it is right.
std::string read(const char* profile, const std::string& response) {
  const auto score = find_compat(profile).score(choice(), response, /*seed=*/3);
  const auto& option = score.parsed["option"];
  return (option.is_null() ? std::string("none") : option.get<std::string>()) +
         (score.metrics.at(0).second == 1.0 ? "+" : "");
}

}  // namespace

// lmms-eval: lead-ins are removed anywhere, in their order; then re.search("[ABCDE]").
TEST(LongVideoBench, ReadsTheFirstCapital) {
  EXPECT_EQ(read("mcq.longvideobench", "B"), "B+");
  EXPECT_EQ(read("mcq.longvideobench", "The answer is (B) a hat."), "B+");
  EXPECT_EQ(read("mcq.longvideobench", "Best option: B"), "B+");
  // "The best option is" goes, then "Definitely" gives its D
  EXPECT_EQ(read("mcq.longvideobench", "The best option is Definitely B"), "D");
  EXPECT_EQ(read("mcq.longvideobench", "E"), "E") << "though there are three options";
  // nothing of A to E: random.choice, here by the seed and the id
  const auto guess = find_compat("mcq.longvideobench").score(choice(), "no idea", 3);
  EXPECT_EQ(guess.reason, "no_option");
  EXPECT_THAT(guess.parsed["option"].get<std::string>(), ::testing::AnyOf("A", "B", "C"));
}

// polish_answer, step by step.
TEST(LvBench, ReadsTheFirstCharacter) {
  EXPECT_EQ(read("mcq.lvbench", " B "), "B+");
  EXPECT_EQ(read("mcq.lvbench", "(B) a hat"), "B+");        // "(B" -> "B"
  EXPECT_EQ(read("mcq.lvbench", "B) a hat (blue)"), "B+");  // "B"
  EXPECT_EQ(read("mcq.lvbench", "It is (B)."), "B+");       // "It is (B" -> "B"
  EXPECT_EQ(read("mcq.lvbench", "Answer: B"), "A");         // "Answer:" -> "A"
  EXPECT_EQ(read("mcq.lvbench", "b"), "b") << "equal to the letter or wrong";
  EXPECT_EQ(read("mcq.lvbench", "()"), "none");
  EXPECT_EQ(read("mcq.lvbench", ""), "none");
}

// check_ans: pred[:pred.index(")")] == "B", behind a prompt that has begun with "(".
TEST(Mlvu, ComparesWhatStandsBeforeTheBracket) {
  EXPECT_EQ(read("mcq.mlvu", "(B) a hat"), "B+");
  EXPECT_EQ(read("mcq.mlvu", "B"), "B+");
  EXPECT_EQ(read("mcq.mlvu", "((B)"), "none") << "a bracket of the answer's own is compared";
  EXPECT_EQ(read("mcq.mlvu", "B."), "none");
  EXPECT_EQ(read("mcq.mlvu", "(A) a cup"), "A");
}

// parse_videommmu_multi_choice_response, step by step.
TEST(VideoMmmu, ReadsLettersByTheirForms) {
  EXPECT_EQ(read("mcq.videommmu", "B"), "B+");  // "B " of " B "
  EXPECT_EQ(read("mcq.videommmu", "B. a hat"), "B+");
  // "A." stands at 4 of " No A. So B: yes ", "B." nowhere: periods decide, and rfind gives -1
  EXPECT_EQ(read("mcq.videommmu", "No A. So B: yes"), "A");
  EXPECT_EQ(read("mcq.videommmu", "(A) or (B)"), "B+");     // the last bracket
  EXPECT_EQ(read("mcq.videommmu", "A. or B. then"), "B+");  // the last period
  // "A " and "B " are both there; " B " stands behind " A "
  EXPECT_EQ(read("mcq.videommmu", "A and B are"), "B+");
  EXPECT_EQ(read("mcq.videommmu", "a hat"), "none") << "two words: texts are not looked for";
  EXPECT_EQ(read("mcq.videommmu", "I think that it must be a hat"), "B+");
  EXPECT_EQ(read("mcq.videommmu", "it is not a hat but rather a dog"), "C") << "the last text";
  EXPECT_EQ(read("mcq.videommmu", "D"), "none") << "there are three";
  EXPECT_TRUE(find_compat("mcq.videommmu").score(choice(), "", 3).metrics.empty())
      << "an empty response is left out";
}

// Its formula: the two times of "in <start> - <end> seconds" against the truth, IoU by the hull.
TEST(TimeLensBench, IsTheIntersectionOverTheUnion) {
  const data::Sample sample = {.id = "t",
                               .task = data::Task::kTemporalGrounding,
                               .bench = data::SharedText("charades_timelens"),
                               .duration = 30.0,
                               .segments = {{10.0, 20.0}}};
  const auto* row = find_benchmark(sample);
  ASSERT_NE(row, nullptr);
  const auto names = profile_names(*row, /*think=*/false, "p_tvg_tl");
  EXPECT_EQ(names.front(), "tvg.timelens");
  // 10 to 20 and 14 to 24: 6 of 14
  const auto score =
      find_compat(names.front()).score(sample, "The event happens in 14.0 - 24.0 seconds.", 0);
  const std::map<std::string, double> metrics(score.metrics.begin(), score.metrics.end());
  EXPECT_NEAR(metrics.at("mIoU"), 6.0 / 14.0, 1e-12);
  EXPECT_EQ(metrics.at("R1@0.3"), 1.0);
  EXPECT_EQ(metrics.at("R1@0.5"), 0.0);
}

}  // namespace vrlt::evaluation
