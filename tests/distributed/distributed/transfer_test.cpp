#include "vrlt/distributed/transfer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/on_ranks.h"
#include "tests/support/thread_ranks.h"
#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

/// Runs `body` alone, on threads, and in processes: 1, 2 and 3 ranks of each kind of group.
void on_all_groups(const std::function<void(ProcessGroup&)>& body) {
  if (detect_launch().world_size == 1) {
    body(single_process());
    for (const int world_size : {1, 2, 3}) test::ThreadRanks(world_size).run(body);
  }
  test::on_ranks(body);
}

constexpr at::ScalarType kTypes[] = {at::kFloat, at::kDouble, at::kBFloat16, at::kLong, at::kByte};

/// What a rank has: `count` small numbers that any of the types holds, sums of three included, and
/// that differ between ranks.
at::Tensor values_of(int64_t rank, int64_t count, at::ScalarType dtype) {
  return (at::arange(count) * 7 + rank * 13).remainder(41).to(dtype);
}

at::Tensor piece(const at::Tensor& whole, int64_t rank, int64_t world_size) {
  return whole.chunk(world_size)[rank];
}

TEST(Transfer, AllGatherPutsThePieceOfEachRankInItsPlace) {
  on_all_groups([](ProcessGroup& group) {
    for (const auto dtype : kTypes)
      for (const int64_t count : {1, 5, 1000}) {
        std::vector<at::Tensor> pieces;
        for (int rank = 0; rank < group.world_size(); ++rank)
          pieces.push_back(values_of(rank, count, dtype));
        const auto expected = at::cat(pieces), own = values_of(group.rank(), count, dtype);
        const auto whole = at::zeros_like(expected);
        group.all_gather_into(whole, own);
        EXPECT_TRUE(at::equal(whole, expected)) << dtype << " " << count;

        const auto in_place = at::zeros_like(expected),
                   place = piece(in_place, group.rank(), group.world_size());
        place.copy_(own);
        group.all_gather_into(in_place, place);
        EXPECT_TRUE(at::equal(in_place, expected)) << "own is its piece of whole";
      }
  });
}

TEST(Transfer, ExchangeBringsWhatEachRankHasForThisOne) {
  on_all_groups([](ProcessGroup& group) {
    for (const auto dtype : kTypes)
      for (const int64_t count : {1, 5, 1000}) {
        std::vector<at::Tensor> expected;
        for (int rank = 0; rank < group.world_size(); ++rank)
          expected.push_back(piece(values_of(rank, count * group.world_size(), dtype), group.rank(),
                                   group.world_size()));
        const auto parts = values_of(group.rank(), count * group.world_size(), dtype),
                   received = at::zeros_like(parts);
        group.exchange(received, parts);
        EXPECT_TRUE(at::equal(received, at::cat(expected))) << dtype << " " << count;
      }
  });
}

TEST(Transfer, ReduceScatterLeavesEachRankTheSumOfItsPieces) {
  on_all_groups([](ProcessGroup& group) {
    for (const auto dtype : kTypes)
      for (const int64_t count : {1, 5, 1000}) {
        const auto all = count * group.world_size();
        auto sum = at::zeros({all}, dtype);
        for (int rank = 0; rank < group.world_size(); ++rank) sum += values_of(rank, all, dtype);
        const auto expected = piece(sum, group.rank(), group.world_size());
        const auto parts = values_of(group.rank(), all, dtype), own = at::zeros({count}, dtype);
        group.reduce_scatter_sum(own, parts);
        EXPECT_TRUE(at::equal(own, expected)) << dtype << " " << count;
        EXPECT_TRUE(at::equal(parts, values_of(group.rank(), all, dtype)))
            << "parts stay as they are";

        group.reduce_scatter_sum(piece(parts, group.rank(), group.world_size()), parts);
        EXPECT_TRUE(at::equal(piece(parts, group.rank(), group.world_size()), expected))
            << "own is its piece of parts";
      }
  });
}

TEST(Transfer, SumsAreAddedInTheOrderOfRanks) {
  on_all_groups([](ProcessGroup& group) {
    // 0.1, 1e16 and -1e16: the sum depends on the order.
    const std::vector<double> values = {0.1, 1e16, -1e16};
    const double expected = group.world_size() == 1   ? 0.1
                            : group.world_size() == 2 ? 0.1 + 1e16
                                                      : (0.1 + 1e16) - 1e16;
    const auto own = at::zeros({4}, at::kDouble);
    group.reduce_scatter_sum(own, at::full({4 * group.world_size()},
                                           values[static_cast<size_t>(group.rank())], at::kDouble));
    EXPECT_TRUE(at::equal(own, at::full({4}, expected, at::kDouble))) << own;
  });
}

TEST(Transfer, SeveralAreUnderWayAtOnceAndWaitedForInAnyOrder) {
  on_all_groups([](ProcessGroup& group) {
    const int64_t count = 1000, ranks = group.world_size();
    std::vector<at::Tensor> pieces;
    auto sum = at::zeros({count * ranks}, at::kDouble);
    for (int rank = 0; rank < ranks; ++rank) {
      pieces.push_back(values_of(rank, count, at::kFloat));
      sum += values_of(rank, count * ranks, at::kDouble);
    }
    const auto first = at::zeros({count * ranks}), second = at::zeros({count * ranks}),
               own = at::zeros({count}, at::kDouble);
    auto gather = group.start_all_gather(first, pieces[static_cast<size_t>(group.rank())]);
    auto reduce =
        group.start_reduce_scatter_sum(own, values_of(group.rank(), count * ranks, at::kDouble));
    auto again = group.start_all_gather(second, pieces[static_cast<size_t>(group.rank())]);
    EXPECT_EQ(group.all_reduce_sum(int64_t{1}), ranks) << "an ordinary call in between";
    again->wait();
    reduce->wait();
    gather->wait();
    EXPECT_TRUE(at::equal(first, at::cat(pieces)));
    EXPECT_TRUE(at::equal(second, first));
    EXPECT_TRUE(at::equal(own, piece(sum, group.rank(), ranks)));
  });
}

TEST(Transfer, TensorsOfAnyShapeAndNoneAtAll) {
  on_all_groups([](ProcessGroup& group) {
    const auto whole = at::zeros({group.world_size(), 2, 3});
    group.all_gather_into(whole, at::full({2, 3}, group.rank() + 1.0));
    for (int rank = 0; rank < group.world_size(); ++rank)
      EXPECT_TRUE(at::equal(whole[rank], at::full({2, 3}, rank + 1.0)));
    const auto nothing = at::zeros({0});
    group.all_gather_into(nothing, nothing);
    group.exchange(nothing, nothing);
    group.reduce_scatter_sum(nothing, nothing);
  });
}

TEST(Transfer, LengthsThatDoNotFitAreTheCallersFault) {
  auto& group = single_process();
  EXPECT_THROW(group.all_gather_into(at::zeros({3}), at::zeros({2})), ContractError);
  EXPECT_THROW(group.all_gather_into(at::zeros({2}), at::zeros({2}, at::kDouble)), ContractError);
  EXPECT_THROW(group.reduce_scatter_sum(at::zeros({2}), at::zeros({4})), ContractError);
  EXPECT_THROW(group.exchange(at::zeros({2}), at::zeros({2, 2}).t()[0]), ContractError)
      << "not contiguous";
  test::ThreadRanks(2).run([](ProcessGroup& ranks) {
    EXPECT_THROW(ranks.exchange(at::zeros({3}), at::zeros({3})), ContractError);
  });
}

TEST(Split, RanksOfOneNumberAreAGroupOfTheirOwn) {
  on_all_groups([](ProcessGroup& group) {
    // Of ranks 0, 1, 2 the even ones and the odd one; where there is one rank it is alone.
    const auto part = group.split(group.rank() % 2);
    const int members =
        group.rank() % 2 == 0 ? (group.world_size() + 1) / 2 : group.world_size() / 2;
    EXPECT_EQ(part->world_size(), members);
    EXPECT_EQ(part->rank(), group.rank() / 2);
    std::vector<std::string> expected;
    auto sum = at::zeros({2}, at::kDouble);
    for (int rank = group.rank() % 2; rank < group.world_size(); rank += 2) {
      expected.push_back(std::to_string(rank));
      sum += rank + 1;
    }
    EXPECT_EQ(part->all_gather(std::to_string(group.rank())), expected);
    auto values = at::full({2}, group.rank() + 1.0, at::kDouble);
    part->all_reduce_sum(values);
    EXPECT_TRUE(at::equal(values, sum));
    const auto own = at::zeros({2}, at::kDouble);
    part->reduce_scatter_sum(own, at::full({2 * members}, group.rank() + 1.0, at::kDouble));
    EXPECT_TRUE(at::equal(own, sum));
    part->barrier();
    EXPECT_EQ(group.all_reduce_sum(int64_t{1}), group.world_size()) << "the whole group goes on";
  });
}

TEST(Split, AGroupIsSplitInSeveralWaysAndItsPartsAgain) {
  on_all_groups([](ProcessGroup& group) {
    const auto all = group.split(7), pairs = group.split(group.rank() / 2);
    EXPECT_EQ(all->world_size(), group.world_size());
    EXPECT_EQ(all->rank(), group.rank());
    EXPECT_EQ(pairs->world_size(), std::min(2, group.world_size() - group.rank() / 2 * 2));
    const auto alone = pairs->split(pairs->rank());
    EXPECT_EQ(alone->world_size(), 1);
    EXPECT_EQ(all->all_reduce_sum(int64_t{1}), group.world_size());
    EXPECT_EQ(pairs->all_reduce_sum(int64_t{1}), pairs->world_size());
    EXPECT_EQ(alone->all_reduce_sum(int64_t{1}), 1);
  });
}

TEST(Split, AFailureReachesARankThatWaitsInAPart) {
  test::on_ranks([](ProcessGroup& group) {
    const auto part = group.split(0);
    group.barrier();  // all have connected
    if (group.rank() == 1) {
      group.fail("no space left");
    } else {
      const auto whole = at::zeros({group.world_size()});
      try {
        part->start_all_gather(whole, at::zeros({1}))->wait();
        ADD_FAILURE() << "the transfer ended";
      } catch (const CommError& error) {
        EXPECT_STREQ(error.what(), "rank 1 failed: no space left");
      }
    }
    std::fflush(nullptr);
    std::_Exit(testing::Test::HasFailure() ? 1 : 0);  // as a failed program does
  });
}

}  // namespace
}  // namespace vrlt::distributed
