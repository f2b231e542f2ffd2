#include "vrlt/scoring/backtest.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::scoring {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;

/// Runs with two prompts of two answers. The right option is A. Of prompt a the answers are "A" and
/// "B", of b both "A", the second without its tags: choice, which the run had, varies in a alone.
class Backtest : public ::testing::Test {
 protected:
  void SetUp() override {
    io::create_folders(run());
    put("records.jsonl", record("a") + record("b"));
  }
  static std::string record(const std::string& id) {
    return R"({"schema": "vs/1", "id": ")" + id +
           R"(", "task": "mcq", "video": "v.mp4", "question": "q", "options": ["x", "y"], "answer": 0})"
           "\n";
  }
  static io::Json response(const std::string& text, double choice) {
    return {{"text", text},
            {"tokens", 3},
            {"finish", "stop"},
            {"reward", choice},
            {"components", {{"choice", {{"value", choice}, {"reason", "ok"}}}}}};
  }
  /// As a selection stores them: with the accuracy beside the reward.
  static std::string stored(const std::string& lines) {
    std::string text = lines;
    for (const char* value : {"1.0", "0.0"}) {
      const auto reward = concat("\"reward\":", value),
                 both = concat("\"accuracy\":", value, ",", reward);
      for (size_t at = text.find(reward); at != text.npos; at = text.find(reward, at + both.size()))
        text.replace(at, reward.size(), both);
    }
    return text;
  }
  static std::string lines() {
    return io::to_line({{"id", "a"},
                        {"step", 1},
                        {"responses",
                         {response("<answer>A</answer>", 1), response("<answer>B</answer>", 0)}}}) +
           "\n" +
           io::to_line({{"id", "b"},
                        {"step", 1},
                        {"responses", {response("<answer>A</answer>", 1), response("A", 1)}}}) +
           "\n";
  }
  std::filesystem::path run() const { return folder_.path() / "run"; }
  void put(const std::string& name, const std::string& text) {
    io::write_file_atomic(folder_.path() / name, text);
  }
  void put_run(const std::string& more) {
    put("run/config.yaml",
        "name: run\nmodel: {path: none}\nrewards: [choice]\ndata: {prompt: auto_answer, records: "
        "[" +
            (folder_.path() / "records.jsonl").string() + "], root: videos}\n" + more);
    put("run/rollouts.jsonl", lines());
  }
  std::string printed(const std::vector<rewards::RewardTerm>& terms) {
    ::testing::internal::CaptureStdout();
    const auto done = [&] { return run_backtest({.run = run(), .terms = terms}); };
    try {
      EXPECT_EQ(done(), 0);
    } catch (...) {
      ::testing::internal::GetCapturedStdout();
      throw;
    }
    return ::testing::internal::GetCapturedStdout();
  }

  test::TemporaryFolder folder_;
};

TEST_F(Backtest, OfATrainingByItsOwnRewardsNothingChanges) {
  put_run("trainer: grpo\nsteps: 1\n");
  const auto text = printed({});
  EXPECT_THAT(text, HasSubstr("4 answers in 2 groups"));
  // (1 + 0 + 1 + 1) / 4
  EXPECT_THAT(text, ContainsRegex("mean reward +0\\.7500 +0\\.7500"));
  EXPECT_THAT(text, ContainsRegex("groups that vary +50\\.0% +50\\.0%"));
  EXPECT_THAT(text, HasSubstr("cosine 1.000; 0.0 % of 2 answers change sides"));
}

TEST_F(Backtest, OtherRewardsVaryInOtherGroups) {
  put_run("trainer: grpo\nsteps: 1\n");
  // format_answer is 1 for tags: 1, 1 of a and 1, 0 of b, so that b varies and a does not.
  const auto text = printed({{"format_answer", 1.0}});
  EXPECT_THAT(text, ContainsRegex("mean reward +0\\.7500 +0\\.7500"));
  EXPECT_THAT(text, ContainsRegex("  choice +0\\.7500 +-"));
  EXPECT_THAT(text, ContainsRegex("  format_answer +- +0\\.7500"));
  EXPECT_THAT(text, ContainsRegex("groups that vary +50\\.0% +50\\.0%\n +only with these +1 +1"));
  EXPECT_THAT(text, HasSubstr("of 0 answers change sides"));
}

// The same answers turned round: what was best of a is worst.
TEST_F(Backtest, AdvantagesThatTurnAreCounted) {
  put_run("trainer: grpo\nsteps: 1\n");
  put("records.jsonl",
      record("a").replace(record("a").find("\"answer\": 0"), 11, "\"answer\": 1") + record("b"));
  const auto text = printed({{"choice", 1.0}});
  EXPECT_THAT(text, HasSubstr("cosine -1.000; 100.0 % of 2 answers change sides"));
  EXPECT_THAT(text, HasSubstr("the best answer of before is not the best in 100.0 % of 1 groups"));
}

TEST_F(Backtest, OfASelectionSaysHowManyWouldBeSelected) {
  put_run("filter: {require: [mixed], min_correct: 1, min_wrong: 1, keep: 1.0}\n");
  put("run/rollouts.jsonl", stored(lines()));
  EXPECT_THAT(printed({{"choice", 1.0}}), ContainsRegex("samples selected +1 +1"));
  // A reward of layout measures no answer: all accuracies are 0.
  EXPECT_THAT(printed({{"format_answer", 1.0}}),
              ContainsRegex("samples selected +1 +0\n +only with these +1 +0"));
}

TEST_F(Backtest, MistakesAreErrors) {
  EXPECT_THROW(printed({}), MissingInputError);
  put_run("trainer: grpo\nsteps: 1\n");
  put("records.jsonl", record("a"));
  EXPECT_THROW(printed({}), DataError) << "b has no record";
  put("run/rollouts.jsonl", R"({"id": "a", "responses": [{"text": "x"}]})"
                            "\n");
  EXPECT_THROW(printed({}), DataError);
  put("run/rollouts.jsonl", "");
  EXPECT_THROW(printed({}), DataError);
}

}  // namespace
}  // namespace vrlt::scoring
