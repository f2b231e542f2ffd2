// A unit goes in as many transfers as its size asks for; what arrives is the same.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "optim/slice_gather.h"
#include "optim/slice_sums.h"
#include "tests/support/thread_ranks.h"

namespace vrlt::optim {
namespace {

/// 1700 elements in three tensors: over two ranks pieces of 896.
NamedTensors parameters_of() {
  return {{"a", at::zeros({900})}, {"b", at::zeros({100})}, {"c", at::zeros({700})}};
}

/// Of a rank, in a pass: numbers whose sums are exact.
at::Tensor values_of(int64_t parameter, int64_t size, int64_t rank, int64_t pass) {
  return (at::arange(size) * (parameter + 1) + rank * 1000 + pass * 10).to(at::kFloat);
}

// 128 elements over two pieces are one vector of 64 from each; 300 are 128; the last is more than
// there are.
constexpr int64_t kTransferSizes[] = {1, 128, 300, 100'000};

TEST(SliceTransfers, SumsOfAnyNumberOfTransfersAreTheSame) {
  for (const int64_t elements : kTransferSizes)
    for (const int64_t shard_ranks : {0, 2})
      test::ThreadRanks(4).run([&](distributed::ProcessGroup& group) {
        const auto parameters = parameters_of();
        const ParameterSlices slices(parameters, group, shard_ranks);
        SliceSums sums(slices, {at::kDouble}, elements);
        for (int64_t pass = 0; pass < 3; ++pass) {
          std::vector<at::Tensor> values;
          for (int64_t i = 0; i < 3; ++i)
            values.push_back(values_of(i, parameters[static_cast<size_t>(i)].second.numel(),
                                       group.rank(), pass));
          if (pass == 1) values[1] = at::Tensor();  // b has no gradient in the second pass
          sums.add(0, values);
        }
        const auto own = sums.take(0);
        for (const auto& slice : slices.slices()) {
          const auto size = parameters[slice.parameter].second.numel();
          auto expected = at::zeros({size}, at::kDouble);
          for (int64_t rank = 0; rank < 4; ++rank)
            for (const int64_t pass : {0, 1, 2})
              if (slice.parameter != 1 || pass != 1)
                expected += values_of(static_cast<int64_t>(slice.parameter), size, rank, pass);
          EXPECT_TRUE(at::equal(own.narrow(0, slice.offset, slice.count),
                                expected.narrow(0, slice.begin, slice.count)))
              << elements << " elements at once, rank " << group.rank();
        }
      });
}

TEST(SliceTransfers, GathersOfAnyNumberOfTransfersAreTheSame) {
  for (const int64_t elements : kTransferSizes)
    for (const int64_t shard_ranks : {0, 2})
      test::ThreadRanks(4).run([&](distributed::ProcessGroup& group) {
        const auto parameters = parameters_of();
        const ParameterSlices slices(parameters, group, shard_ranks);
        for (size_t i = 0; i < slices.own().size(); ++i) {
          auto own = slices.own()[i].second;
          own.copy_(at::arange(own.numel()) + slices.slices()[i].begin);
        }
        SliceGather(slices, elements).run();
        for (const auto& [name, parameter] : parameters)
          EXPECT_TRUE(at::equal(parameter, at::arange(parameter.numel()).to(at::kFloat)))
              << name << ", " << elements << " elements at once, rank " << group.rank();
      });
}

}  // namespace
}  // namespace vrlt::optim
