// One reading: over generated answers a reward pays exactly when the strict score does, and both
// say the same reason.
#include <gtest/gtest.h>

#include <map>

#include "tests/support/generated_answers.h"
#include "tests/support/hostile_texts.h"
#include "tests/support/reading_rows.h"
#include "tests/support/score_one.h"
#include "vrlt/evaluation/strict_score.h"

namespace vrlt::evaluation {
namespace {

struct Question {
  data::Sample sample;
  const char* reward;
  const char* metric;  ///< Of the strict score, equal to the reward's value.
};

std::vector<Question> questions() {
  const std::vector<std::string> options = {"a red ball", "a blue box", "both", "B"};
  const auto captions = data::Record::of({{"answer_raw", "Sentence B: The man walks."}});
  return {
      {{.task = data::Task::kMultipleChoice, .options = options, .answer_option = 1},
       "choice",
       "accuracy"},
      {{.task = data::Task::kTemporalGrounding, .segments = {{2, 15}}}, "temporal_iou", "mIoU"},
      {{.task = data::Task::kTemporalGrounding, .clip_start = 1, .segments = {{2, 5}, {7, 9}}},
       "temporal_iou",
       "mIoU"},
      {{.task = data::Task::kReasoningLocalization, .segments = {{2, 15}}}, "temporal_iou", "mIoU"},
      {{.task = data::Task::kGroundedQa,
        .options = options,
        .answer_option = 1,
        .segments = {{2, 15}}},
       "grounded_qa_option",
       "accuracy"},
      {{.task = data::Task::kGroundedQa,
        .options = options,
        .answer_option = 1,
        .segments = {{2, 15}}},
       "grounded_qa_iou",
       "mIoU"},
      {{.task = data::Task::kGroundedQa,
        .options = options,
        .answer_option = 1,
        .segments = {{2, 5}, {7, 9}}},
       "grounded_qa_iou",
       "mIoU_set"},
      {{.task = data::Task::kYesNo, .answer_text = "yes"}, "yes_no", "accuracy"},
      {{.task = data::Task::kCaptionMatch,
        .options = {"The man runs.", "The man walks."},
        .answer_option = 1,
        .record = captions},
       "caption_match",
       "accuracy"}};
}

double metric(const SampleScore& score, const std::string& name) {
  for (const auto& [known, value] : score.metrics)
    if (known == name) return value;
  ADD_FAILURE() << "no metric " << name;
  return 0.0;
}

/// The whole's reason where the reward speaks of both halves of a grounded answer.
bool speaks_of_the_whole(const Question& question) {
  return question.sample.task != data::Task::kGroundedQa;
}

void expect_equal_credit(const Question& question, const std::string& text) {
  const auto reward = test::score_one(question.reward, question.sample, text);
  const auto strict = find_strict(question.sample.task).score(question.sample, text);
  ASSERT_EQ(reward.value, metric(strict, question.metric)) << question.reward << " on " << text;
  if (speaks_of_the_whole(question)) {
    ASSERT_EQ(reward.reason, strict.reason) << question.reward << " on " << text;
  }
  ASSERT_EQ(reward.value > 0, reward.reason == "ok")
      << question.reward << " says " << reward.reason << " on " << text;
}

}  // namespace

TEST(EqualCredit, RewardsAndStrictScores) {
  constexpr int kAnswers = 100'000;
  const auto all = questions();
  test::AnswerGenerator generate(11);
  std::map<std::string, int> paid, failed;
  for (int i = 0; i < kAnswers; ++i) {
    const auto text = generate();
    // Each answer on two of the questions, in turn: the tasks' readings share everything but their
    // last step.
    for (size_t k :
         {static_cast<size_t>(i) % all.size(), (static_cast<size_t>(i) * 7 + 3) % all.size()}) {
      expect_equal_credit(all[k], text);
      if (HasFatalFailure()) return;
      const auto reward = test::score_one(all[k].reward, all[k].sample, text);
      ++(reward.value > 0 ? paid : failed)[all[k].reward];
    }
  }
  for (const auto& question : all) {
    EXPECT_GT(paid[question.reward], 0) << "nothing was ever paid by " << question.reward;
    EXPECT_GT(failed[question.reward], 0);
  }
  for (const auto& [name, count] : paid)
    std::printf("%s: paid %d, not paid %d\n", name.c_str(), count, failed[name]);
}

TEST(EqualCredit, OnTextOfNoGrammarToo) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 5'000; ++i)
    for (const auto& question : questions()) {
      expect_equal_credit(question,
                          "<answer>" + test::random_pieces(random, random() % 20) + "</answer>");
      if (HasFatalFailure()) return;
    }
}

// A reading does not see the truth: whatever is right, the same is read, so an answer is paid under
// one truth at most.
TEST(EqualCredit, TheTruthIsNotSeen) {
  const std::vector<std::string> options = {"a red ball", "a blue box", "both", "B"};
  test::AnswerGenerator generate(13);
  for (int i = 0; i < 10'000; ++i) {
    const auto text = generate();
    data::Sample sample{.task = data::Task::kGroundedQa,
                        .options = options,
                        .answer_option = 0,
                        .segments = {{2, 15}}};
    const auto first = find_strict(sample.task).score(sample, text).parsed;
    int paid = 0;
    for (int64_t truth = 0; truth < 4; ++truth) {
      sample.answer_option = truth;
      sample.segments = {
          {3.0 * static_cast<double>(truth), 3.0 * static_cast<double>(truth) + 1.0}};
      const auto score = find_strict(sample.task).score(sample, text);
      ASSERT_EQ(score.parsed, first) << text;
      paid += metric(score, "accuracy") > 0;
    }
    ASSERT_LE(paid, 1) << text;
  }
}

// The options of rewards that are wider or narrower are the only exceptions, and a wider one says
// so.
TEST(EqualCredit, OptionsOfTheUserAreTheExceptions) {
  const auto question = questions()[1];
  const auto value = [&](const char* text, const rewards::RewardOptions& options) {
    return test::score_one("temporal_iou", question.sample, text, options).value;
  };
  EXPECT_EQ(value("<answer>2 to 15, 20 to 25</answer>", {.span = "first"}), 1.0);
  EXPECT_EQ(value("<answer>15 to 2</answer>", {.inverted = "swap"}), 1.0);
  EXPECT_EQ(value("<answer>2 to 15</answer><answer>1 to 2</answer>", {.answer_block = "first"}),
            1.0);
  EXPECT_EQ(value("2 to 15", {.answer_block = "single"}), 0.0);
  EXPECT_TRUE(rewards::wider_than_strict({}).empty());
  EXPECT_TRUE(
      rewards::wider_than_strict({.answer_block = "single", .out_of_range = "zero"}).empty())
      << "narrower";
  EXPECT_EQ(
      rewards::wider_than_strict({.answer_block = "first", .span = "last", .inverted = "swap"})
          .size(),
      3u);
}

}  // namespace vrlt::evaluation
