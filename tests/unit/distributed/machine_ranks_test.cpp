#include "vrlt/distributed/machine_ranks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using Hosts = std::vector<std::string>;

TEST(MachineRanks, GroupsLieWithinMachines) {
  EXPECT_EQ(ranks_within_machines(Hosts{"a", "a", "b", "b", "c", "c"}), 2);
  EXPECT_EQ(ranks_within_machines(Hosts{"a", "a", "a", "a", "b", "b"}), 2)
      << "a machine of four is two groups";
  EXPECT_EQ(ranks_within_machines(Hosts(8, "a")), 8);
}

TEST(MachineRanks, WithoutAnythingToGroupAllRanksAreOne) {
  EXPECT_EQ(ranks_within_machines(Hosts{"a"}), 1);
  EXPECT_EQ(ranks_within_machines(Hosts{"a", "b", "c"}), 3);
  EXPECT_EQ(ranks_within_machines(Hosts{"a", "a", "b", "b", "b"}), 5) << "2 and 3 share no size";
}

TEST(MachineRanks, RanksOfAMachineMustBeNeighbours) {
  try {
    ranks_within_machines(Hosts{"a", "b", "a", "b"});
    ADD_FAILURE() << "shuffled";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("ranks 0 and 2 are on a"));
  }
}

TEST(MachineRanks, ThoseOfThisProcessAreOneMachine) {
  EXPECT_EQ(ranks_within_machines(single_process()), 1);
}

}  // namespace
}  // namespace vrlt::distributed
