#include "vrlt/distributed/process_group.h"

#include <ATen/ops/arange.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <numeric>

#include "tests/support/on_ranks.h"
#include "vrlt/core/error.h"
#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {
namespace {

using test::on_ranks;
using testing::HasSubstr;
using namespace std::chrono_literals;

/// 0 + 1 + ... over the ranks.
int sum_of_ranks(const ProcessGroup& group) {
  return group.world_size() * (group.world_size() - 1) / 2;
}

TEST(ProcessGroup, AddsTensors) {
  on_ranks([](ProcessGroup& group) {
    for (const auto dtype : {at::kFloat, at::kDouble, at::kLong}) {
      // Rank r gives r, r+1, ..., r+4: the sum at i is (0+1+...) + i * world_size.
      auto tensor = at::arange(5, dtype) + group.rank();
      group.all_reduce_sum(tensor);
      EXPECT_TRUE(
          at::equal(tensor, at::arange(5, dtype) * group.world_size() + sum_of_ranks(group)))
          << tensor;
    }
  });
}

TEST(ProcessGroup, AddsNumbersToTheSameBitsEverywhere) {
  on_ranks([](ProcessGroup& group) {
    // 0.1, 1e16 and -1e16: the sum depends on the order, which must be that of the ranks.
    const std::vector<double> values = {0.1, 1e16, -1e16};
    const auto sums =
        group.all_reduce_sum(std::vector<double>{values[static_cast<size_t>(group.rank())], 1.0});
    EXPECT_EQ(sums[0], group.world_size() == 2 ? 0.1 + 1e16 : (0.1 + 1e16) - 1e16);
    EXPECT_EQ(sums[1], group.world_size());
    EXPECT_EQ(group.all_reduce_sum(int64_t{1} << 60), int64_t{group.world_size()} << 60)
        << "beyond what a double holds exactly";
    EXPECT_TRUE(group.any(group.rank() == 1));
    EXPECT_FALSE(group.any(false));
  });
}

TEST(ProcessGroup, GathersBytesOfAnyLength) {
  on_ranks([](ProcessGroup& group) {
    // Rank r gives r times so many bytes, zero bytes among them: rank 0 none. 4096 fit into the
    // first round.
    for (const size_t unit : {1000U, 4096U, 4097U, 50000U}) {
      const auto bytes_of = [&](int rank) {
        std::string bytes(static_cast<size_t>(rank) * unit, '\0');
        std::iota(bytes.begin(), bytes.end(), static_cast<char>(rank));
        return bytes;
      };
      const auto all = group.all_gather(bytes_of(group.rank()));
      ASSERT_EQ(static_cast<int>(all.size()), group.world_size());
      for (int rank = 0; rank < group.world_size(); ++rank)
        EXPECT_EQ(all[static_cast<size_t>(rank)], bytes_of(rank)) << unit << " " << rank;
    }
    for (const auto& nothing : group.all_gather("")) EXPECT_EQ(nothing, "");
  });
}

TEST(ProcessGroup, BroadcastsFromRankZero) {
  on_ranks([](ProcessGroup& group) {
    auto tensor = at::full({2, 3}, group.rank() + 7.0);
    group.broadcast(tensor);
    EXPECT_TRUE(at::equal(tensor, at::full({2, 3}, 7.0)));
    EXPECT_EQ(group.broadcast("from rank " + std::to_string(group.rank())), "from rank 0");
    EXPECT_EQ(group.broadcast(group.is_first() ? "" : "not me"), "");
  });
}

TEST(ProcessGroup, AFailureReachesTheOthersWithItsReason) {
  on_ranks([](ProcessGroup& group) {
    if (group.rank() == 1) {
      group.fail("no space left\nbacktrace that nobody wants");
    } else {
      // Rank 1 never comes to this barrier.
      try {
        group.barrier();
        ADD_FAILURE() << "the barrier returned";
      } catch (const CommError& error) {
        EXPECT_STREQ(error.what(), "rank 1 failed: no space left");
      }
    }
    std::fflush(nullptr);
    // as a failed program does: the group is gone, there is no barrier any more
    std::_Exit(testing::Test::HasFailure() ? 1 : 0);
  });
}

TEST(ProcessGroup, ABusyRankIsEndedToo) {
  const auto launch = detect_launch();
  if (launch.world_size > 1) {
    std::promise<std::string> lost;
    auto reason = lost.get_future();
    const auto group =
        meet_ranks(launch, "cpu", [&](const Loss& loss) { lost.set_value(loss.reason); });
    if (launch.rank == 1) std::_Exit(0);  // dies without a word
    // This rank makes no call: its group alone must notice, within the 5 s after which a run counts
    // as stuck.
    ASSERT_EQ(reason.wait_for(5s), std::future_status::ready);
    EXPECT_THAT(reason.get(), HasSubstr("rank 1 is gone"));
    return;
  }
  on_ranks([](ProcessGroup&) {});
}

TEST(ProcessGroup, ARankThatNeverComesIsNamed) {
  const auto launch = detect_launch();
  if (launch.world_size > 1) {
    if (launch.rank == 1) return;
    // The third rank waits less long than rank 0 does: it must not take rank 0 for lost meanwhile.
    auto impatient = launch;
    impatient.timeout_seconds = launch.rank == 0 ? 5 : 4;
    try {
      meet_ranks(impatient, "cpu", [](const Loss&) {});
      ADD_FAILURE() << "the group was made";
    } catch (const CommError& error) {
      EXPECT_THAT(error.what(), HasSubstr("rank 1 did not come"));
    }
    return;
  }
  on_ranks([](ProcessGroup&) {});
}

TEST(ProcessGroup, ASingleProcessNeedsNobody) {
  auto& group = single_process();
  EXPECT_EQ(group.world_size(), 1);
  EXPECT_TRUE(group.is_first());
  auto tensor = at::full({2}, 3.0);
  group.all_reduce_sum(tensor);
  EXPECT_TRUE(at::equal(tensor, at::full({2}, 3.0)));
  EXPECT_EQ(group.all_gather("a"), std::vector<std::string>{"a"});
  EXPECT_EQ(group.broadcast("b"), "b");
  EXPECT_FALSE(group.any(false));
}

TEST(MakeProcessGroup, OneGpuForSeveralRanksIsRefused) {
  const Launch launch{.launcher = "torchrun",
                      .rank = 0,
                      .world_size = 2,
                      .master_address = "127.0.0.1",
                      .master_port = 1};
  try {
    meet_ranks(launch, "cuda:1", [](const Loss&) {});
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("write cuda"));
  }
}

}  // namespace
}  // namespace vrlt::distributed
