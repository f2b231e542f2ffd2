#include "vrlt/distributed/sharded_blocks.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/counted_group.h"
#include "tests/support/thread_ranks.h"
#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using Direction = ShardedBlocks::Direction;

constexpr int64_t kBlocks = 4;

/// Two tensors each: 30 x 7 = 210 elements, from 0 on; 5 elements, from 256 on; 320 in all, which
/// four pieces of 128 (2 x 64) hold, three of 128, two of 192.
std::vector<ShardedBlocks::Block> blocks_of() {
  std::vector<ShardedBlocks::Block> blocks;
  for (int64_t i = 0; i < kBlocks; ++i) {
    const auto name = concat("layers.", i, ".");
    blocks.push_back({name, {{name + "weight", {30, 7}}, {name + "bias", {5}}}});
  }
  return blocks;
}

/// What a tensor is to hold: other numbers in each.
at::Tensor expected(const std::string& name) {
  for (int64_t i = 0; i < kBlocks; ++i) {
    const double start = 1000.0 * static_cast<double>(i + 1);
    if (name == concat("layers.", i, ".weight"))
      return at::arange(start, start + 210, at::kFloat).view({30, 7});
    if (name == concat("layers.", i, ".bias")) return at::arange(start + 500, start + 505);
  }
  throw ContractError(name);
}

const char* kNames[] = {"weight", "bias"};

void fill(ShardedBlocks& blocks) {
  for (size_t block = 0; block < blocks.size(); ++block)
    for (const char* last : kNames) {
      const auto name = blocks.name(block) + last;
      for (const auto& [begin, values] : blocks.held(name))
        values.copy_(expected(name).flatten().narrow(0, begin, values.numel()));
    }
}

void expect_whole(const ShardedBlocks& blocks, size_t block) {
  for (const char* last : kNames) {
    const auto name = blocks.name(block) + last;
    EXPECT_TRUE(at::equal(blocks.tensor(name), expected(name))) << name;
  }
}

struct Filled {
  explicit Filled(ProcessGroup& group, int64_t inner = 0)
      : blocks(blocks_of(), at::kFloat, std::make_shared<const ShardRanks>(group, inner)) {
    fill(blocks);
  }
  ShardedBlocks blocks;
};

TEST(ShardedBlocks, ABlockIsWholeBetweenAcquireAndRelease) {
  for (const auto& [ranks, inner] : {std::pair(2, 0), {3, 0}, {4, 0}, {4, 2}})
    test::ThreadRanks(ranks).run([&](ProcessGroup& group) {
      Filled filled(group, inner);
      for (size_t block = 0; block < kBlocks; ++block) {
        filled.blocks.acquire(block, Direction::kForward);
        expect_whole(filled.blocks, block);
        filled.blocks.release(block);
      }
      filled.blocks.pass_backward([&](size_t block) { expect_whole(filled.blocks, block); });
    });
}

TEST(ShardedBlocks, ABlockThatIsNotHereSaysSo) {
  test::ThreadRanks(2).run([](ProcessGroup& group) {
    Filled filled(group);
    const auto& weight = filled.blocks.tensor("layers.2.weight");
    EXPECT_EQ(weight.sizes().vec(), (std::vector<int64_t>{30, 7}));
    const std::vector<std::function<void()>> uses = {[&] { weight.sum(); },
                                                     [&] {
                                                       at::zeros({30, 7}).copy_(weight);
                                                     },
                                                     [&] {
                                                       at::linear(at::zeros({2, 7}), weight);
                                                     },
                                                     [&] { weight.const_data_ptr<float>(); },
                                                     [&] { weight.t().contiguous(); }};
    const auto expect_absent = [&] {
      for (const auto& use : uses) try {
          use();
          ADD_FAILURE() << "weights that are not here were used";
        } catch (const std::exception& error) {
          EXPECT_THAT(error.what(), testing::HasSubstr("layers.2.* are not on this rank"));
        }
    };
    expect_absent();
    filled.blocks.acquire(2, Direction::kForward);
    for (const auto& use : uses) use();
    filled.blocks.release(2);
    expect_absent();
  });
}

TEST(ShardedBlocks, PartsOfAllRanksTileTheTensors) {
  for (const auto& [ranks, inner] : {std::pair(3, 0), {4, 2}})
    test::ThreadRanks(ranks).run([&](ProcessGroup& group) {
      Filled filled(group, inner);
      for (const char* last : kNames) {
        const auto name = filled.blocks.name(1) + last;
        auto sum = at::zeros({expected(name).numel()});
        for (const auto& [begin, values] : filled.blocks.own(name))
          sum.narrow(0, begin, values.numel()).add_(values);
        group.all_reduce_sum(sum);
        EXPECT_TRUE(at::equal(sum, expected(name).flatten().to(at::kFloat))) << name;
      }
    });
}

TEST(ShardedBlocks, WhatRanksMadeOfTheirPiecesIsSeenAfterShare) {
  for (const auto& [ranks, inner] : {std::pair(3, 0), {4, 2}})
    test::ThreadRanks(ranks).run([&](ProcessGroup& group) {
      Filled filled(group, inner);
      auto& blocks = filled.blocks;
      blocks.acquire(0, Direction::kForward);
      blocks.release(0);
      for (size_t block = 0; block < kBlocks; ++block) blocks.own_piece(block).mul_(2);
      blocks.share();
      blocks.acquire(0, Direction::kForward);
      EXPECT_TRUE(at::equal(blocks.tensor("layers.0.weight"), 2 * expected("layers.0.weight")));
      blocks.release(0);
    });
}

// A backward pass has views that were made in the forward pass, as of a transposed weight.
TEST(ShardedBlocks, AViewSeesTheNumbersThatAreBack) {
  test::ThreadRanks(2).run([](ProcessGroup& group) {
    Filled filled(group);
    auto& blocks = filled.blocks;
    blocks.acquire(0, Direction::kForward);
    const auto view = blocks.tensor("layers.0.weight").t();
    blocks.release(0);
    for (size_t block = 1; block < kBlocks; ++block) {
      blocks.acquire(block, Direction::kForward);
      blocks.release(block);
    }
    blocks.pass_backward([&](size_t block) {
      if (block == 0) {
        EXPECT_TRUE(at::equal(view, expected("layers.0.weight").t()));
      }
    });
  });
}

TEST(ShardedBlocks, AllAreHereUntilTheyAreDropped) {
  test::ThreadRanks(3).run([](ProcessGroup& group) {
    test::CountedGroup counted(group);
    Filled filled(counted);
    auto& blocks = filled.blocks;
    for (int round = 0; round < 2; ++round) {
      {
        const WholeBlocks whole(&blocks);
        const auto before = counted.gathered();
        for (size_t block = 0; block < kBlocks; ++block) expect_whole(blocks, block);
        blocks.pass_forward();
        EXPECT_EQ(counted.gathered(), before) << "a pass over whole blocks transfers nothing";
      }
      EXPECT_THROW(blocks.tensor("layers.3.weight").sum(), c10::Error);
      blocks.pass_forward();
    }
  });
}

// Forward brings each block once. Backward has the last two from there, and brings the others.
TEST(ShardedBlocks, APassBringsEachBlockAsSeldomAsItCan) {
  test::ThreadRanks(2).run([](ProcessGroup& group) {
    test::CountedGroup counted(group);
    Filled filled(counted);
    constexpr int64_t kSent = 192 * sizeof(float);  // of a block, to the other rank
    filled.blocks.pass_forward();
    EXPECT_EQ(counted.gathered(), kBlocks * kSent);
    filled.blocks.pass_backward([](size_t) {});
    EXPECT_EQ(counted.gathered(), (2 * kBlocks - 2) * kSent);
  });
}

// Rank r has 3 - r passes; each rank goes along with those of the others.
TEST(ShardedBlocks, InLockstepRanksHaveAnyNumberOfPasses) {
  test::ThreadRanks(3).run([](ProcessGroup& group) {
    Filled filled(group);
    auto& blocks = filled.blocks;
    blocks.begin_lockstep();
    for (int pass = 0; pass < 3 - group.rank(); ++pass) {
      blocks.begin_pass();
      for (size_t block = 0; block < kBlocks; ++block) {
        blocks.acquire(block, Direction::kForward);
        expect_whole(blocks, block);
        blocks.release(block);
      }
    }
    blocks.end_lockstep();
    blocks.begin_pass();  // nobody is asked from here on
  });
}

/// Goes forward and back through all blocks, and breaks off at one of them in one direction.
/// @param visited  gets those that were gone back through.
void break_off(ShardedBlocks& blocks, size_t at, Direction direction,
               std::vector<size_t>& visited) {
  for (size_t block = 0; block < kBlocks; ++block) {
    blocks.acquire(block, Direction::kForward);
    if (direction == Direction::kForward && block == at) return;
    blocks.release(block);
  }
  for (size_t block = kBlocks; block-- > 0;) {
    blocks.acquire(block, Direction::kBackward);
    if (block == at) return;
    visited.push_back(block);
    blocks.release(block);
  }
}

// The other rank has what it needs in all of its pass, and both are in step afterwards.
TEST(ShardedBlocks, APassThatBreaksOffIsEndedForTheOthers) {
  for (const auto direction : {Direction::kForward, Direction::kBackward})
    for (size_t at = 0; at < kBlocks; ++at)
      test::ThreadRanks(2).run([&](ProcessGroup& group) {
        Filled filled(group);
        auto& blocks = filled.blocks;
        std::vector<size_t> visited;
        blocks.expect_pass();
        if (group.is_first()) {
          for (size_t block = 0; block < kBlocks; ++block) {
            blocks.acquire(block, Direction::kForward);
            expect_whole(blocks, block);
            blocks.release(block);
          }
          blocks.pass_backward([&](size_t block) {
            expect_whole(blocks, block);
            visited.push_back(block);
          });
        } else {
          break_off(blocks, at, direction, visited);
          blocks.end_pass([&](size_t block) { visited.push_back(block); });
        }
        EXPECT_EQ(visited, (std::vector<size_t>{3, 2, 1, 0})) << "broken off at " << at;
        for (size_t block = 0; block < kBlocks; ++block) {
          blocks.acquire(block, Direction::kForward);
          expect_whole(blocks, block);
          blocks.release(block);
        }
      });
}

}  // namespace
}  // namespace vrlt::distributed
