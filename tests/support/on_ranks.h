#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "tests/support/rank_processes.h"
#include "vrlt/distributed/rank_loss.h"

namespace vrlt::test {

/// Runs `body` in so many processes: this same test, started again with the variables of a
/// launcher.
inline void on_ranks(const std::function<void(distributed::ProcessGroup&)>& body,
                     const std::vector<int>& world_sizes = {2, 3}) {
  const auto launch = distributed::detect_launch();
  if (launch.world_size > 1) {
    const auto group = distributed::meet_ranks(launch, "cpu", [](const distributed::Loss&) {});
    body(*group);
    group->barrier();
    group->leave();
    return;
  }
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  for (const int world_size : world_sizes) {
    RankProcesses ranks(world_size);
    ranks.start_all("/proc/self/exe", {std::string("--gtest_filter=") + test->test_suite_name() +
                                       "." + test->name()});
    for (const auto& result : ranks.wait())
      EXPECT_EQ(result.exit_code, 0) << world_size << " ranks\n" << result.out << result.err;
  }
}

}  // namespace vrlt::test
