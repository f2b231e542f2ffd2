#include "vrlt/core/usable_processors.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "tests/support/temporary_folder.h"

namespace vrlt {
namespace {

class ControlGroups : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  std::optional<double> processors(const std::string& membership) const {
    return control_group_processors(membership, folder_.path());
  }
  test::TemporaryFolder folder_;
};

TEST_F(ControlGroups, QuotaOverPeriod) {
  write("job/cpu.max", "150000 100000\n");
  EXPECT_DOUBLE_EQ(*processors("0::/job\n"), 1.5);
}

TEST_F(ControlGroups, TheTightestOfAGroupAndItsParentsCounts) {
  write("cpu.max", "800000 100000\n");
  write("slice/cpu.max", "200000 100000\n");
  write("slice/job/cpu.max", "max 100000\n");
  EXPECT_DOUBLE_EQ(*processors("0::/slice/job\n"), 2.0);
}

// A container that sees its own group as the root may still be told its path outside.
TEST_F(ControlGroups, APathThatIsNotThereLeavesTheRoot) {
  write("cpu.max", "100000 50000\n");
  EXPECT_DOUBLE_EQ(*processors("0::/kubepods/pod1/container\n"), 2.0);
}

TEST_F(ControlGroups, TheFirstVersionHasTwoFiles) {
  write("cpu,cpuacct/docker/a/cpu.cfs_quota_us", "50000\n");
  write("cpu,cpuacct/docker/a/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(*processors("5:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n0::/\n"), 0.5);
  write("cpu/job/cpu.cfs_quota_us", "300000\n");
  write("cpu/job/cpu.cfs_period_us", "100000\n");
  EXPECT_DOUBLE_EQ(*processors("4:cpuacct,cpu:/job\n"), 3.0) << "mounted under its short name";
}

TEST_F(ControlGroups, NoLimitIsNone) {
  write("cpu.max", "max 100000\n");
  write("cpu/cpu.cfs_quota_us", "-1\n");
  write("cpu/cpu.cfs_period_us", "100000\n");
  for (const char* membership :
       {"0::/\n", "4:cpu:/\n", "4:cpuset:/\n", "", "nonsense", "::", "0::/\n1:cpu:/"})
    EXPECT_FALSE(processors(membership)) << membership;
  for (const char* broken : {"", "abc", "100000", "0 0", "-5 100000", "1e400 1"}) {
    write("cpu.max", broken);
    EXPECT_FALSE(processors("0::/\n")) << broken;
  }
}

int64_t ranks(const std::map<std::string, std::string>& variables) {
  return ranks_on_this_machine([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

TEST(RanksOnThisMachine, AsTheLauncherSays) {
  EXPECT_EQ(ranks({}), 1);
  EXPECT_EQ(ranks({{"LOCAL_WORLD_SIZE", "8"}, {"WORLD_SIZE", "16"}}), 8);
  EXPECT_EQ(ranks({{"OMPI_COMM_WORLD_LOCAL_SIZE", "4"}}), 4);
  EXPECT_EQ(ranks({{"MPI_LOCALNRANKS", "2"}}), 2);
  EXPECT_EQ(ranks({{"SLURM_PROCID", "0"}, {"SLURM_STEP_TASKS_PER_NODE", "4(x2),1"}}), 4);
  EXPECT_EQ(ranks({{"SLURM_PROCID", "0"},
                   {"SLURM_STEP_TASKS_PER_NODE", "4"},
                   {"SLURM_CPUS_PER_TASK", "3"}}),
            1)
      << "each has its own three";
  EXPECT_EQ(ranks({{"SLURM_STEP_TASKS_PER_NODE", "4"}}), 1)
      << "a shell of the job, not a task of a step";
}

TEST(RanksOnThisMachine, ByHandOnOneMachine) {
  EXPECT_EQ(ranks({{"WORLD_SIZE", "3"}, {"MASTER_ADDR", "127.0.0.1"}}), 3);
  EXPECT_EQ(ranks({{"WORLD_SIZE", "3"}, {"MASTER_ADDR", "gpu01"}}), 1)
      << "nobody says how many are here";
}

TEST(FairThreads, WholeProcessorsOfAShareAndAtLeastOne) {
  EXPECT_EQ(fair_threads(8, {}, 1), 8);
  EXPECT_EQ(fair_threads(8, 2.5, 1), 2) << "half a processor would keep the other threads waiting";
  EXPECT_EQ(fair_threads(8, 16.0, 1), 8);
  EXPECT_EQ(fair_threads(8, 0.2, 1), 1);
  EXPECT_EQ(fair_threads(8, {}, 3), 2);
  EXPECT_EQ(fair_threads(2, {}, 8), 1);
}

}  // namespace
}  // namespace vrlt
