// Ranks that are processes end in the weights of plain training, as threads do
// (tests/unit/optim/sharded_optimizer_test.cpp).
#include "vrlt/optim/sharded_optimizer.h"

#include <gtest/gtest.h>

#include "tests/support/on_ranks.h"
#include "tests/support/optimizer_task.h"

namespace vrlt::optim {
namespace {

using test::OptimizerTask;

void expect_plain_training(distributed::ProcessGroup& group, const ShardingConfig& config) {
  std::vector<double> norms;
  const auto expected = OptimizerTask::plain_training(&norms);
  const auto parameters = OptimizerTask::parameters_of(at::kFloat);
  ShardedOptimizer optimizer(parameters, OptimizerTask::make, group, config);
  OptimizerTask::train(optimizer, parameters, 0, OptimizerTask::kUpdates, group);
  OptimizerTask::expect_equal(parameters, expected);
  OptimizerTask::expect_equal(OptimizerTask::whole_state(optimizer, group), expected,
                              parameters.size());
}

TEST(ShardedOptimizer, ProcessesEndInTheWeightsAndTheStateOfPlainTraining) {
  test::on_ranks(
      [](distributed::ProcessGroup& group) {
        for (const char* mode : {"optimizer", "gradients"})
          for (const int64_t shard_ranks : {0, 2}) {
            if (shard_ranks == 2 && group.world_size() != 4) continue;
            SCOPED_TRACE(mode);
            expect_plain_training(group, {.shard = mode, .shard_ranks = shard_ranks});
          }
      },
      {2, 3, 4});
}

}  // namespace
}  // namespace vrlt::optim
