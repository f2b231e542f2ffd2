#include "vrlt/optim/parameter_slices.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/counted_group.h"
#include "tests/support/thread_ranks.h"
#include "vrlt/core/error.h"

namespace vrlt::optim {
namespace {

NamedTensors parameters_of(at::ScalarType dtype = at::kFloat) {
  NamedTensors parameters;
  for (const auto& [name, size] : std::vector<std::pair<std::string, int64_t>>{
           {"embed", 700}, {"layers.0.a", 130}, {"layers.0.b", 5}, {"layers.1.a", 64}, {"norm", 9}})
    parameters.emplace_back(name, at::zeros({size}, dtype).requires_grad_());
  return parameters;
}

TEST(ParameterSlices, OfOneRankAreTheParametersThemselves) {
  const auto parameters = parameters_of();
  const ParameterSlices slices(parameters, distributed::single_process());
  ASSERT_EQ(slices.own().size(), parameters.size());
  for (size_t i = 0; i < parameters.size(); ++i) {
    EXPECT_EQ(slices.own()[i].first, parameters[i].first);
    EXPECT_TRUE(slices.own()[i].second.is_same(parameters[i].second));
    EXPECT_EQ(slices.slices()[i].parameter, i);
    EXPECT_EQ(slices.slices()[i].count, parameters[i].second.numel());
  }
  slices.gather();
}

// The layers are units, and what is outside of them: embed and norm, 704 + 9 elements. Over two
// ranks the latter are cut at 384 (713 rounded up to 768, halved): rank 0 has 384 of embed, rank 1
// 316 and norm.
TEST(ParameterSlices, EachUnitIsCutOverAllRanks) {
  test::ThreadRanks(2).run([](distributed::ProcessGroup& group) {
    const ParameterSlices slices(parameters_of(), group);
    ASSERT_EQ(slices.units().size(), 3u);
    EXPECT_FALSE(slices.units()[0].in_every_pass);
    EXPECT_EQ(slices.units()[0].parameters, (std::vector<size_t>{0, 4}));
    EXPECT_TRUE(slices.units()[1].in_every_pass);
    EXPECT_EQ(slices.units()[1].parameters, (std::vector<size_t>{1, 2}));
    std::vector<std::pair<std::string, int64_t>> own;
    for (const auto& [name, part] : slices.own()) own.emplace_back(name, part.numel());
    // layers.0: 192 + 5 elements are 256 when rounded up, 128 each: 128 of a; the other 2, and b.
    // layers.1: 64 elements, all of the first rank.
    const std::vector<std::pair<std::string, int64_t>> expected[] = {
        {{"embed", 384}, {"layers.0.a", 128}, {"layers.1.a", 64}},
        {{"embed", 316}, {"layers.0.a", 2}, {"layers.0.b", 5}, {"norm", 9}}};
    EXPECT_EQ(own, expected[group.rank()]);
  });
}

TEST(ParameterSlices, GatherBringsThePartOfEachRankToAll) {
  for (const auto dtype : {at::kFloat, at::kBFloat16})
    for (const int world_size : {1, 2, 3, 4})
      for (const int64_t shard_ranks : {int64_t{0}, int64_t{2}}) {
        if (shard_ranks > 0 && world_size % shard_ranks != 0) continue;
        test::ThreadRanks(world_size).run([&](distributed::ProcessGroup& group) {
          const auto parameters = parameters_of(dtype);
          const ParameterSlices slices(parameters, group, shard_ranks);
          for (size_t i = 0; i < slices.own().size(); ++i) {
            const at::NoGradGuard no_grad;
            auto own = slices.own()[i].second;
            own.copy_((at::arange(own.numel()) + slices.slices()[i].begin).remainder(251));
          }
          slices.gather();
          for (const auto& [name, parameter] : parameters)
            EXPECT_TRUE(at::equal(parameter.detach(),
                                  at::arange(parameter.numel()).remainder(251).to(dtype)))
                << name << " on rank " << group.rank() << " of " << world_size;
        });
      }
}

// What a rank must send of its part, to each of the others, is all that a gather sends but the
// padding: units of 713, 197 and 64 elements, cut in two, are rounded up to 384, 128 and 64 each.
TEST(ParameterSlices, AGatherSendsEachPartOnce) {
  test::ThreadRanks(2).run([](distributed::ProcessGroup& group) {
    test::CountedGroup counted(group);
    const ParameterSlices slices(parameters_of(), counted);
    slices.gather();
    EXPECT_EQ(counted.gathered(), (384 + 128 + 64) * 4);
    EXPECT_EQ(counted.exchanged(), 0);
  });
}

// As of whole parameters: each rank adds its number to what it updates, and all see it.
TEST(ParameterSlices, OfBlocksThatAreCutOverRanksAreTheSame) {
  for (const auto& [ranks, shard_ranks] : {std::pair(3, 0), {4, 2}})
    test::ThreadRanks(ranks).run([&](distributed::ProcessGroup& group) {
      const auto whole = parameters_of();
      distributed::ShardedBlocks blocks(
          {{"layers.0.", {{"layers.0.a", {130}}, {"layers.0.b", {5}}}},
           {"layers.1.", {{"layers.1.a", {64}}}}},
          at::kFloat, std::make_shared<const distributed::ShardRanks>(group, shard_ranks));
      auto cut = parameters_of();
      for (auto& [name, tensor] : cut)
        if (blocks.block_of(name)) tensor = blocks.tensor(name);
      const ParameterSlices of_whole(whole, group, shard_ranks), of_cut(cut, blocks);
      ASSERT_EQ(of_cut.own().size(), of_whole.own().size());
      for (const auto* slices : {&of_whole, &of_cut}) {
        for (const auto& [name, own] : slices->own()) own.add_(group.rank() + 1);
        slices->gather();
      }
      const distributed::WholeBlocks all(&blocks);
      for (size_t i = 0; i < whole.size(); ++i)
        EXPECT_TRUE(at::equal(cut[i].second, whole[i].second)) << whole[i].first;
    });
}

TEST(ParameterSlices, BlocksOfWhichNotAllTrainsAreRefused) {
  test::ThreadRanks(2).run([](distributed::ProcessGroup& group) {
    distributed::ShardedBlocks blocks(
        {{"layers.0.", {{"layers.0.a", {130}}, {"layers.0.b", {500}}}}}, at::kFloat,
        std::make_shared<const distributed::ShardRanks>(group));
    EXPECT_THROW(ParameterSlices({{"layers.0.b", blocks.tensor("layers.0.b")}}, blocks),
                 ContractError);
  });
}

TEST(ParameterSlices, GroupsThatDoNotDivideTheRanksAreRefused) {
  test::ThreadRanks(4).run([](distributed::ProcessGroup& group) {
    for (const int64_t shard_ranks : {3, -1})
      EXPECT_THROW(ParameterSlices(parameters_of(), group, shard_ranks), ConfigError)
          << shard_ranks;
    EXPECT_EQ(ParameterSlices(parameters_of(), group, 8).inner().world_size(), 4)
        << "one config for any number of ranks";
  });
}

}  // namespace
}  // namespace vrlt::optim
