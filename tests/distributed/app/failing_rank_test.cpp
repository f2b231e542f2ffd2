// A rank that ends early, for whatever reason, ends the others within seconds and is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>

#include "tests/distributed/app/synthetic_run.h"

namespace vrlt::test {
namespace {

using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr int kPeerGone = 69, kPeerHangs = 82, kUsage = 2, kMissingInput = 66, kStopped = 75;

class FailingRank : public SyntheticRun {
 protected:
  const std::vector<std::string> kEndless = {"sft.yaml", "name=run", "steps=1000000", "checkpoint.every=1000000"};

  /// Starts ranks that train until something ends them, and waits for their first step.
  void start_training(RankProcesses& ranks) {
    ranks.start_all(binary("vrlt-train"), kEndless);
    ASSERT_TRUE(ranks[0].wait_until([&] {
      std::error_code error;
      const auto size = std::filesystem::file_size(run_folder("run") / "metrics.jsonl", error);
      return !error && size > 0;
    })) << ranks[0].wait().err;
  }
};

class KilledRank : public FailingRank, public testing::WithParamInterface<int> {};

TEST_P(KilledRank, EndsTheOthersWithinFiveSeconds) {
  const int victim = GetParam();
  RankProcesses ranks(3, process_options());
  start_training(ranks);
  const auto killed = Clock::now();
  ranks[victim].send(SIGKILL);
  const auto results = ranks.wait();
  EXPECT_LT(Clock::now() - killed, std::chrono::seconds(5));
  for (int rank = 0; rank < 3; ++rank) {
    const auto& result = results[static_cast<size_t>(rank)];
    if (rank == victim) {
      EXPECT_EQ(result.signal, SIGKILL);
    } else {
      EXPECT_EQ(result.exit_code, kPeerGone) << result.err;
      EXPECT_THAT(result.err, HasSubstr("rank " + std::to_string(victim) + " is gone"));
    }
  }
}

// Rank 0 serves the store and passes messages on: losing it is another case than losing another rank.
INSTANTIATE_TEST_SUITE_P(Ranks, KilledRank, testing::Values(0, 1), testing::PrintToStringParamName());

TEST_F(FailingRank, AHangingRankEndsTheOthers) {
  auto options = process_options();
  options.environment["VRLT_COMM_TIMEOUT"] = "10";  // also how long the ranks may take to start
  RankProcesses ranks(2, options);
  start_training(ranks);
  ranks[1].send(SIGSTOP);
  const auto result = ranks[0].wait();
  EXPECT_EQ(result.exit_code, kPeerHangs) << result.err;
  // A rank that stops between two calls is named; of one that stops inside a call the others know only that it had come.
  EXPECT_THAT(result.err, testing::AnyOf(HasSubstr("for rank 1 (last seen in call"), HasSubstr("one of them stopped inside it")));
}

// Rank 1 starts in a folder without the data: its own error, its own exit code.
TEST_F(FailingRank, TheReasonReachesTheOthers) {
  RankProcesses ranks(2, process_options());
  TemporaryFolder elsewhere;
  std::filesystem::copy_file(folder_.path() / "sft.yaml", elsewhere.path() / "sft.yaml");
  ranks.start(binary("vrlt-train"), kEndless);
  ranks.start(binary("vrlt-train"), kEndless, elsewhere.path());
  const auto results = ranks.wait();
  EXPECT_EQ(results[1].exit_code, kMissingInput) << results[1].err;
  EXPECT_EQ(results[0].exit_code, kPeerGone) << results[0].err;
  EXPECT_THAT(results[0].err, HasSubstr("rank 1 failed: data.root data/videos: no such folder"));
}

TEST_F(FailingRank, AnotherConfigIsRefused) {
  RankProcesses ranks(2, process_options());
  auto other = kEndless;
  other.push_back("seed=1");
  ranks.start(binary("vrlt-train"), kEndless);
  ranks.start(binary("vrlt-train"), other);
  for (const auto& result : ranks.wait()) {
    EXPECT_EQ(result.exit_code, kUsage) << result.err;
    EXPECT_THAT(result.err, HasSubstr("rank 1 runs another config"));
  }
}

// A launcher may signal one rank before the other: they stop after the same step, with a checkpoint.
TEST_F(FailingRank, AStopOfOneRankStopsAll) {
  RankProcesses ranks(2, process_options());
  start_training(ranks);
  ranks[1].send(SIGTERM);
  for (const auto& result : ranks.wait()) EXPECT_EQ(result.exit_code, kStopped) << result.err;
  const auto metrics = contents(run_folder("run") / "metrics.jsonl");
  const auto steps = std::count(metrics.begin(), metrics.end(), '\n');
  char name[32];
  std::snprintf(name, sizeof name, "step-%06d", static_cast<int>(steps));
  EXPECT_TRUE(std::filesystem::exists(run_folder("run") / "checkpoints" / name / "manifest.json")) << name;
}

TEST_F(FailingRank, LeftoverVariablesOfAnotherLauncherAreAConfigError) {
  auto options = process_options();
  options.environment = {{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}, {"RANK", "0"}, {"WORLD_SIZE", "1"}};
  const auto result = Process(binary("vrlt-train"), kEndless, options).wait();
  EXPECT_EQ(result.exit_code, kUsage) << result.err;
  EXPECT_THAT(result.err, HasSubstr("OMPI_COMM_WORLD_RANK"));
}

}  // namespace
}  // namespace vrlt::test
