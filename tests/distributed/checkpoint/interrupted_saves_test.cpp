// Ranks that are killed, or cannot write, while all of them save.
#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>
#include <random>

#include "tests/support/rank_processes.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/core/error.h"
#include "vrlt/distributed/all_or_none.h"
#include "vrlt/distributed/rank_loss.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::checkpoint {
namespace {

namespace fs = std::filesystem;
using distributed::ProcessGroup;

constexpr const char* kRunVariable = "VRLT_TEST_RUN_FOLDER";

/// What a checkpoint of a step holds: some megabytes, no two steps alike.
NamedTensors tensors_of(int64_t step) {
  return {{"weights", (at::arange(1'000'000) * 7 + step).remainder(1009).to(at::kFloat)},
          {"half", (at::arange(100'000) + step).remainder(251).to(at::kBFloat16)},
          {"step", at::scalar_tensor(static_cast<double>(step))}};
}

void save(const fs::path& run, int64_t step, ProcessGroup& group) {
  const auto tensors = tensors_of(step);
  const auto share = share_of(tensors, group.rank(), group.world_size());
  const Content content = {
      .fill =
          [&](const fs::path& folder) {
            io::write_file_atomic(folder / "state.json", std::to_string(step));
          },
      .tensors = {{RangedFiles("model/model", specs_of(tensors), 1'000'000), share},
                  {RangedFiles("optimizer", specs_of(tensors)), share}}};
  save_checkpoint(run, step, content, group);
  distributed::all_or_none(group, [&] {
    if (group.is_first()) prune_checkpoints(run, /*keep=*/2, step);
  });
}

void expect_whole(const Checkpoint& checkpoint) {
  const SafetensorsFolder model(checkpoint.folder / "model"),
      optimizer(checkpoint.folder, "optimizer");
  for (const auto& [name, tensor] : tensors_of(checkpoint.step))
    for (const auto* files : {&model, &optimizer})
      EXPECT_TRUE(at::equal(files->tensor(name), tensor)) << checkpoint.folder << " " << name;
  EXPECT_EQ(io::read_file(checkpoint.folder / "state.json", 100), std::to_string(checkpoint.step));
}

int64_t count_unfinished(const fs::path& run) {
  int64_t count = 0;
  for (const auto& entry : io::list_folder(run / "checkpoints"))
    count += entry.extension() == ".tmp";
  return count;
}

/// Runs `body` as one of the ranks and ends the process as a program of ours would.
[[noreturn]] void be_a_rank(const std::function<void(const fs::path& run, ProcessGroup&)>& body) {
  ::signal(SIGPIPE, SIG_IGN);  // as begin_process(): a peer that is gone is an error of a call
  try {
    const auto group = distributed::meet_ranks(
        distributed::detect_launch(), "cpu",
        [](const distributed::Loss& loss) { std::_Exit(static_cast<int>(loss.code)); });
    body(std::getenv(kRunVariable), *group);
    group->barrier();
    group->leave();
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::_Exit(static_cast<int>(error.exit_code()));
  }
  std::_Exit(testing::Test::HasFailure() ? 1 : 0);
}

bool is_a_rank() { return distributed::detect_launch().world_size > 1; }

/// This same test as so many ranks.
class Ranks : public test::RankProcesses {
 public:
  Ranks(int world_size, const fs::path& run)
      : RankProcesses(world_size, {.environment = {{kRunVariable, run.string()}}}) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    start_all("/proc/self/exe",
              {std::string("--gtest_filter=") + test->test_suite_name() + "." + test->name()});
  }
};

/// Goes on from what is there and saves step after step, without an end.
void save_for_ever(const fs::path& run, ProcessGroup& group) {
  distributed::all_or_none(group, [&] {
    if (group.is_first()) remove_unfinished(run);
  });
  EXPECT_EQ(count_unfinished(run), 0);
  const auto latest = find_latest_checkpoint(run, {}, group);
  if (latest) expect_whole(*latest);
  distributed::all_or_none(group, [] {
    if (testing::Test::HasFailure()) throw CheckpointError("what was found is not whole");
  });
  for (int64_t step = latest ? latest->step + 1 : 1;; ++step) save(run, step, group);
}

int64_t newest(const fs::path& run) {
  const auto listed = list_checkpoints(run);
  return listed.empty() ? 0 : listed.front().step;
}

/// Of the environment, for longer tries than a test.
int number_of(const char* variable, int otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::atoi(text);
}

// At any moment of a save: ranks reserve, write, hash, sync, commit and prune, two to four of them.
TEST(InterruptedSaves, ByKillsOfAnyRankLoseNothingAndTearNothing) {
  if (is_a_rank()) be_a_rank(save_for_ever);
  const test::TemporaryFolder folder;
  const int num_kills = number_of("VRLT_KILLS", 12);
  // Fixed: the same plan of kills every time.
  std::mt19937 random(static_cast<unsigned>(number_of("VRLT_KILL_SEED", 1)));
  const auto below = [&](int64_t bound) {
    return static_cast<int64_t>(random() % static_cast<uint32_t>(bound));
  };
  int unfinished = 0;
  for (int kill = 0; kill < num_kills; ++kill) {
    SCOPED_TRACE(kill);
    const int world_size = 2 + static_cast<int>(below(3));
    const auto victim = static_cast<int>(below(world_size));
    const int64_t before = newest(folder.path());
    Ranks ranks(world_size, folder.path());
    ASSERT_TRUE(ranks[0].wait_until([&] { return newest(folder.path()) > before; }))
        << ranks[0].wait().err;
    ASSERT_TRUE(ranks[victim].run_for(below(400)));
    const int64_t committed = newest(folder.path());
    ranks[victim].send(SIGKILL);
    const auto results = ranks.wait();
    for (int rank = 0; rank < world_size; ++rank) {
      if (rank == victim) continue;
      const auto& result = results[static_cast<size_t>(rank)];
      EXPECT_EQ(result.exit_code, 69) << rank << ": signal " << result.signal << result.err;
    }
    unfinished += count_unfinished(folder.path()) > 0;
    const auto latest = find_latest_checkpoint(folder.path());
    ASSERT_TRUE(latest);
    EXPECT_GE(latest->step, committed) << "a committed one is lost";
    const auto listed = list_checkpoints(folder.path());
    EXPECT_EQ(latest->step, listed.front().step) << "what has the name of one is torn";
    for (const auto& checkpoint : listed) expect_whole(checkpoint);
    if (testing::Test::HasFailure()) return;
  }
  std::printf("%d kills, the newest checkpoint is of step %lld; %d left an unfinished one\n",
              num_kills, static_cast<long long>(newest(folder.path())), unfinished);
}

/// A file system that is full for one rank alone stands in for a quota, or a disk of its node.
void save_with_a_full_disk(const fs::path& run, ProcessGroup& group) {
  save(run, 1, group);
  if (group.rank() == group.world_size() - 1) {
    ::signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit { 100'000, 100'000 };
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  save(run, 2, group);
}

TEST(InterruptedSaves, ByAFullDiskOfOneRankEndAllOfThemWithTheOlderOneIntact) {
  if (is_a_rank()) be_a_rank(save_with_a_full_disk);
  for (const int world_size : {2, 3}) {
    const test::TemporaryFolder folder;
    for (const auto& result : Ranks(world_size, folder.path()).wait()) {
      EXPECT_EQ(result.exit_code, 74) << result.err;
      EXPECT_NE(result.err.find("step-000002.tmp/"), std::string::npos) << result.err;
      EXPECT_NE(result.err.find(std::strerror(EFBIG)), std::string::npos) << result.err;
    }
    EXPECT_EQ(count_unfinished(folder.path()), 0) << "its space is given back";
    const auto latest = find_latest_checkpoint(folder.path());
    ASSERT_TRUE(latest);
    EXPECT_EQ(latest->step, 1);
    expect_whole(*latest);
  }
}

}  // namespace
}  // namespace vrlt::checkpoint
