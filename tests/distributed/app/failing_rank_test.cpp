// A rank that ends early, for whatever reason, ends the others within seconds and is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <limits>

#include "tests/distributed/app/synthetic_run.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"

namespace vrlt::test {
namespace {

using testing::HasSubstr;
using Clock = std::chrono::steady_clock;

constexpr int kPeerGone = 69, kPeerHangs = 82, kUsage = 2, kBadData = 65, kMissingInput = 66,
              kDisk = 74, kStopped = 75, kNotFinite = 81;

int64_t count_temporary(const std::filesystem::path& folder) {
  int64_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    count += entry.path().extension() == ".tmp";
  return count;
}

class FailingRank : public SyntheticRun {
 protected:
  const std::vector<std::string> kEndless = {"sft.yaml", "name=run", "steps=1000000",
                                             "checkpoint.every=1000000"};

  /// Starts ranks that train until something ends them, and waits for their first step.
  void start_training(RankProcesses& ranks) { start_training(ranks, kEndless); }
  void start_training(RankProcesses& ranks, const std::vector<std::string>& arguments) {
    ranks.start_all(binary("vrlt-train"), arguments);
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

// Rank 0 serves the store and passes messages on: losing it is another case than losing another
// rank.
INSTANTIATE_TEST_SUITE_P(Ranks, KilledRank, testing::Values(0, 1),
                         testing::PrintToStringParamName());

constexpr const char* kCutLayers = "distributed.shard=parameters";

// It is gone in the middle of a pass, at some layer that the others wait for.
TEST_F(FailingRank, OneKilledWhileLayersComeEndsTheOthers) {
  auto arguments = kEndless;
  arguments.emplace_back(kCutLayers);
  RankProcesses ranks(3, process_options());
  start_training(ranks, arguments);
  ranks[1].send(SIGKILL);
  const auto results = ranks.wait();
  for (const size_t rank : {0, 2}) {
    EXPECT_EQ(results[rank].exit_code, kPeerGone) << results[rank].err;
    EXPECT_THAT(results[rank].err, HasSubstr("rank 1 is gone"));
  }
}

class StoppedRank : public FailingRank, public testing::WithParamInterface<int> {};

TEST_P(StoppedRank, EndsTheOthersAfterTheTimeout) {
  const int victim = GetParam();
  auto options = process_options();
  options.environment["VRLT_COMM_TIMEOUT"] = "10";  // also how long the ranks may take to start
  RankProcesses ranks(2, options);
  start_training(ranks);
  const auto stopped = Clock::now();
  ranks[victim].send(SIGSTOP);
  const auto result = ranks[1 - victim].wait();
  EXPECT_LT(Clock::now() - stopped, std::chrono::seconds(10 + 2));
  EXPECT_EQ(result.exit_code, kPeerHangs) << result.err;
  EXPECT_THAT(result.err, HasSubstr("rank " + std::to_string(victim)));
}

INSTANTIATE_TEST_SUITE_P(Ranks, StoppedRank, testing::Values(0, 1),
                         testing::PrintToStringParamName());

class RankWithAMistake : public FailingRank, public testing::WithParamInterface<int> {};

// It ends before the ranks have met: whoever waits for it is told, whichever rank serves the store.
TEST_P(RankWithAMistake, IsNamedBeforeTheRanksMeet) {
  const int victim = GetParam();
  auto mistaken = kEndless;
  mistaken.push_back("optim.lr=fast");
  RankProcesses ranks(2, process_options());
  for (int rank = 0; rank < 2; ++rank)
    ranks.start(binary("vrlt-train"), rank == victim ? mistaken : kEndless);
  const auto results = ranks.wait();
  const auto& other = results[static_cast<size_t>(1 - victim)];
  EXPECT_EQ(results[static_cast<size_t>(victim)].exit_code, kUsage);
  EXPECT_EQ(other.exit_code, kPeerGone) << other.err;
  EXPECT_THAT(other.err, HasSubstr("rank " + std::to_string(victim) + " failed: "));
  EXPECT_THAT(other.err, HasSubstr("optim.lr"));
}

INSTANTIATE_TEST_SUITE_P(Ranks, RankWithAMistake, testing::Values(0, 1),
                         testing::PrintToStringParamName());

// The other rank is never started.
TEST_F(FailingRank, WhoeverWaitsSaysForWhomAndCanBeStopped) {
  for (const int rank : {0, 1}) {
    const ReservedPort port;
    auto options = process_options();
    options.environment = {{"RANK", std::to_string(rank)},
                           {"WORLD_SIZE", "2"},
                           {"MASTER_ADDR", "127.0.0.1"},
                           {"MASTER_PORT", std::to_string(port.number())},
                           {"LOCAL_RANK", std::to_string(rank)}};
    Process process(binary("vrlt-train"), kEndless, options);
    const auto awaited = "waiting for rank " + std::to_string(1 - rank);
    ASSERT_TRUE(process.wait_until([&] {
      return process.error_output().find(awaited) != std::string::npos;
    })) << process.wait().err;
    EXPECT_THAT(process.error_output(), HasSubstr(", for at most 300 s"));
    process.send(SIGTERM);
    EXPECT_EQ(process.wait().exit_code, kStopped);
  }
}

// From the moment at which the run folder is there: the ranks have met, and read the model.
TEST_F(FailingRank, ATerminationWhileTheModelIsReadStopsAll) {
  for (const int victim : {0, 1}) {
    const auto name = "loading-" + std::to_string(victim);
    RankProcesses ranks(2, process_options());
    ranks.start_all(binary("vrlt-train"), {"sft.yaml", "name=" + name, "steps=1000000"});
    ASSERT_TRUE(ranks[victim].wait_until([&] {
      return std::filesystem::exists(run_folder(name) / "config.yaml");
    })) << ranks[victim].wait().err;
    ranks[victim].send(SIGTERM);
    for (const auto& result : ranks.wait())
      EXPECT_EQ(result.exit_code, kStopped) << result.signal << result.err;
  }
}

/// A copy of the working folder for a rank that sees other files.
class RankElsewhere : public FailingRank {
 protected:
  void expect_refused(const std::vector<std::string>& arguments, const std::string& reason,
                      int exit_code = kBadData) {
    RankProcesses ranks(2, process_options());
    ranks.start(binary(arguments.front()), {arguments.begin() + 1, arguments.end()});
    ranks.start(binary(arguments.front()), {arguments.begin() + 1, arguments.end()},
                elsewhere_.path());
    for (const auto& result : ranks.wait()) {
      EXPECT_EQ(result.exit_code, exit_code) << result.err;
      EXPECT_THAT(result.err, HasSubstr(reason));
    }
  }
  /// The one thing that both see.
  std::string shared_output() const { return "output=" + (folder_.path() / "runs").string(); }
  void copy() {
    std::filesystem::copy(folder_.path(), elsewhere_.path(),
                          std::filesystem::copy_options::recursive);
  }
  TemporaryFolder elsewhere_;
};

TEST_F(RankElsewhere, RecordsInAnotherOrderAreRefused) {
  copy();
  const auto text = contents(folder_.path() / "data/train.jsonl");
  const auto first_end = text.find('\n') + 1;
  io::write_file_atomic(elsewhere_.path() / "data/train.jsonl",
                        text.substr(first_end) + text.substr(0, first_end));
  expect_refused({"vrlt-train", "sft.yaml", "name=order"},
                 "rank 1 reads other records than rank 0: data/train.jsonl differs");
}

TEST_F(RankElsewhere, OtherWeightsAreRefused) {
  warm_up();
  copy();
  const auto weights = elsewhere_.path() / ("runs/warm/checkpoints/step-0000" +
                                            std::string(kWarmSteps) + "/model/model.safetensors");
  auto bytes = contents(weights);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);  // the last bit of one number
  io::write_file_atomic(weights, bytes);
  expect_refused({"vrlt-train", "grpo.yaml", "name=weights", shared_output()},
                 "rank 1 has other weights than rank 0 at the start");
  expect_refused({"vrlt-eval", "eval.yaml", "name=weights-eval"},
                 "rank 1 has other weights than rank 0");
}

// Rank 1 alone reads numbers that are not finite, in its part of a layer that the others wait for.
TEST_F(RankElsewhere, BrokenPartsOfLayersEndAllAndNameTheRank) {
  warm_up();
  copy();
  const auto model =
      elsewhere_.path() / ("runs/warm/checkpoints/step-0000" + std::string(kWarmSteps) + "/model");
  checkpoint::NamedTensors tensors;
  for (const auto& [name, tensor] : checkpoint::load_sharded(model)) {
    tensors.emplace_back(name, tensor.clone());
    if (name == "model.layers.1.mlp.up_proj.weight")
      tensors.back().second.fill_(std::numeric_limits<double>::quiet_NaN());
  }
  checkpoint::save_sharded(model, tensors);
  const std::vector<std::string> arguments = {"grpo.yaml", "name=broken", shared_output(),
                                              kCutLayers, "rollout.weights=layers"};
  RankProcesses ranks(2, process_options());
  ranks.start(binary("vrlt-train"), arguments);
  ranks.start(binary("vrlt-train"), arguments, elsewhere_.path());
  const auto results = ranks.wait();
  EXPECT_EQ(results[0].exit_code, kPeerGone) << results[0].err;
  EXPECT_THAT(results[0].err, HasSubstr("rank 1 failed: "));
  EXPECT_EQ(results[1].exit_code, kNotFinite) << results[1].err;
  EXPECT_THAT(results[1].err, HasSubstr("model.layers.1.mlp.up_proj.weight holds"));
}

TEST_F(RankElsewhere, ARunFolderThatNotAllSeeIsRefused) {
  copy();
  expect_refused({"vrlt-train", "sft.yaml", "name=apart"},
                 "runs/apart: this rank does not see what rank 0 writes into its run folder",
                 kUsage);
  EXPECT_EQ(count_temporary(run_folder("apart")), 0);
}

// Rank 1 may not write as much as its share of a checkpoint, which the others can.
TEST_F(FailingRank, ADiskThatIsFullForOneRankEndsAllAndKeepsTheOlderCheckpoint) {
  run_on(2, "vrlt-train", {"sft.yaml", "name=full", "steps=1"});
  RankProcesses ranks(2, process_options());
  const std::vector<std::string> arguments = {"sft.yaml", "name=full", "steps=2"};
  ranks.start(binary("vrlt-train"), arguments);
  ranks.start(binary("vrlt-train"), arguments, {}, /*max_file_bytes=*/10'000);
  for (const auto& result : ranks.wait()) {
    EXPECT_EQ(result.exit_code, kDisk) << result.err;
    EXPECT_THAT(result.err, HasSubstr("step-000002.tmp/"));
    EXPECT_THAT(result.err, HasSubstr(std::strerror(EFBIG)));
  }
  EXPECT_EQ(count_temporary(run_folder("full") / "checkpoints"), 0);
  run_on(2, "vrlt-train", {"sft.yaml", "name=full", "steps=2", "--resume", "must"});
  EXPECT_TRUE(std::filesystem::exists(run_folder("full") / "checkpoints/step-000002"));
}

TEST_F(RankElsewhere, AnotherFileBesideTheWeightsIsRefused) {
  warm_up();
  copy();
  const auto model =
      elsewhere_.path() / ("runs/warm/checkpoints/step-0000" + std::string(kWarmSteps) + "/model");
  auto config = io::read_json(model / "config.json");
  config["rms_norm_eps"] = 100.0;
  io::write_file_atomic(model / "config.json", config.dump());
  for (const char* program : {"train", "eval"})
    expect_refused({std::string("vrlt-") + program,
                    std::string(program) == "train" ? "grpo.yaml" : "eval.yaml",
                    std::string("name=shapes-") + program, shared_output()},
                   "rank 1 has another config.json than rank 0");
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
    EXPECT_THAT(
        result.err,
        HasSubstr("rank 1 runs another config than rank 0: seed is 1 there and 0 on rank 0"));
  }
}

// A launcher may signal one rank before the other: they stop after the same step, with a
// checkpoint.
class StopSignal : public FailingRank, public testing::WithParamInterface<int> {};

TEST_P(StopSignal, OfOneRankStopsAll) {
  RankProcesses ranks(2, process_options());
  start_training(ranks);
  ranks[1].send(GetParam());
  for (const auto& result : ranks.wait()) EXPECT_EQ(result.exit_code, kStopped) << result.err;
  const auto metrics = contents(run_folder("run") / "metrics.jsonl");
  const auto steps = std::count(metrics.begin(), metrics.end(), '\n');
  char name[32];
  std::snprintf(name, sizeof name, "step-%06d", static_cast<int>(steps));
  EXPECT_TRUE(std::filesystem::exists(run_folder("run") / "checkpoints" / name / "manifest.json"))
      << name;
}

// Batch systems send SIGUSR1 before the time is up, torchrun passes SIGINT on.
INSTANTIATE_TEST_SUITE_P(Signals, StopSignal, testing::Values(SIGTERM, SIGINT, SIGUSR1, SIGUSR2),
                         [](const auto& info) { return "Signal" + std::to_string(info.param); });

TEST_F(FailingRank, LeftoverVariablesOfAnotherLauncherAreAConfigError) {
  auto options = process_options();
  options.environment = {{"OMPI_COMM_WORLD_RANK", "1"},
                         {"OMPI_COMM_WORLD_SIZE", "2"},
                         {"RANK", "0"},
                         {"WORLD_SIZE", "1"}};
  const auto result = Process(binary("vrlt-train"), kEndless, options).wait();
  EXPECT_EQ(result.exit_code, kUsage) << result.err;
  EXPECT_THAT(result.err, HasSubstr("OMPI_COMM_WORLD_RANK"));
}

}  // namespace
}  // namespace vrlt::test
