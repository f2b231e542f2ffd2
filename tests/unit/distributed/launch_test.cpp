#include "vrlt/distributed/launch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using testing::HasSubstr;
using Variables = std::map<std::string, std::string>;

Launch detect(const Variables& variables) {
  return detect_launch([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

Variables with(Variables variables, const Variables& more) {
  for (const auto& [name, value] : more) variables[name] = value;
  return variables;
}

std::string problem_of(const Variables& variables) {
  try {
    detect(variables);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

const Variables kTorchrun = {{"RANK", "3"},
                             {"WORLD_SIZE", "4"},
                             {"LOCAL_RANK", "1"},
                             {"MASTER_ADDR", "node7"},
                             {"MASTER_PORT", "29500"}};
const Variables kMpirun = {{"OMPI_COMM_WORLD_RANK", "1"},
                           {"OMPI_COMM_WORLD_SIZE", "2"},
                           {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                           {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"},
                           {"PMIX_NAMESPACE", "1234567"}};
const Variables kSrun = {{"SLURM_PROCID", "9"},  {"SLURM_NTASKS", "16"},
                         {"SLURM_LOCALID", "1"}, {"SLURM_JOB_ID", "4711"},
                         {"SLURM_NNODES", "2"},  {"SLURM_JOB_NODELIST", "gpu[007-008]"}};

TEST(DetectLaunch, NothingSetIsASingleRank) {
  const auto launch = detect({});
  EXPECT_EQ(launch.rank, 0);
  EXPECT_EQ(launch.world_size, 1);
  EXPECT_EQ(launch.launcher, "");
}

TEST(DetectLaunch, Torchrun) {
  const auto launch = detect(kTorchrun);
  EXPECT_EQ(launch.launcher, "torchrun");
  EXPECT_EQ(launch.rank, 3);
  EXPECT_EQ(launch.world_size, 4);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.master_address, "node7");
  EXPECT_EQ(launch.master_port, 29500);
  EXPECT_FALSE(launch.store_is_served);
}

// torchrun's agent already listens at MASTER_PORT; each restart has keys of its own.
TEST(DetectLaunch, TorchrunServesTheStore) {
  const auto launch = detect(with(kTorchrun, {{"TORCHELASTIC_USE_AGENT_STORE", "True"},
                                              {"TORCHELASTIC_RESTART_COUNT", "2"},
                                              {"TORCHELASTIC_RUN_ID", "none"}}));
  EXPECT_TRUE(launch.store_is_served);
  EXPECT_EQ(launch.store_prefix, "/worker/attempt_2");
}

TEST(DetectLaunch, MpirunOnOneMachineNeedsNoMaster) {
  const auto launch = detect(kMpirun);
  EXPECT_EQ(launch.launcher, "mpirun");
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.world_size, 2);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.master_address, "127.0.0.1");
  EXPECT_EQ(
      launch.master_port,
      detect(with(kMpirun, {{"OMPI_COMM_WORLD_RANK", "0"}, {"OMPI_COMM_WORLD_LOCAL_RANK", "0"}}))
          .master_port)
      << "ranks must meet";
  EXPECT_NE(launch.master_port, detect(with(kMpirun, {{"PMIX_NAMESPACE", "1234568"}})).master_port)
      << "two runs must not";
}

TEST(DetectLaunch, MpirunOnSeveralMachinesAsksForTheMaster) {
  const auto two_machines =
      with(kMpirun, {{"OMPI_COMM_WORLD_LOCAL_SIZE", "1"}, {"OMPI_COMM_WORLD_LOCAL_RANK", "0"}});
  EXPECT_THAT(problem_of(two_machines), HasSubstr("MASTER_ADDR"));
  EXPECT_EQ(detect(with(two_machines, {{"MASTER_ADDR", "node1"}})).master_address, "node1");
}

TEST(DetectLaunch, SrunMeetsAtTheFirstHost) {
  const auto launch = detect(kSrun);
  EXPECT_EQ(launch.launcher, "srun");
  EXPECT_EQ(launch.rank, 9);
  EXPECT_EQ(launch.world_size, 16);
  EXPECT_EQ(launch.local_rank, 1);
  EXPECT_EQ(launch.master_address, "gpu007");
  EXPECT_GE(launch.master_port, 1024);
  EXPECT_LT(launch.master_port, 32768) << "the ports above are handed out by the system";
}

TEST(DetectLaunch, TheTasksOfAStepCountNotThoseOfTheJob) {
  EXPECT_EQ(detect(with(kSrun, {{"SLURM_STEP_NUM_TASKS", "12"}})).world_size, 12);
}

TEST(DetectLaunch, AnAllocationWithoutSrunIsASingleRank) {
  EXPECT_EQ(detect({{"SLURM_NTASKS", "4"}, {"SLURM_JOB_ID", "1"}}).world_size, 1);
}

TEST(DetectLaunch, MpirunInsideASlurmJobGoesFirst) {
  EXPECT_EQ(detect(with(kSrun, kMpirun)).world_size, 2);
}

TEST(DetectLaunch, MpichGivesRanksToo) {
  const auto launch = detect({{"PMI_RANK", "1"},
                              {"PMI_SIZE", "2"},
                              {"MPI_LOCALRANKID", "1"},
                              {"MPI_LOCALNRANKS", "2"},
                              {"MASTER_PORT", "5000"}});
  EXPECT_EQ(launch.rank, 1);
  EXPECT_EQ(launch.world_size, 2);
  EXPECT_EQ(launch.master_address, "127.0.0.1");
}

TEST(DetectLaunch, ContradictionsAreNamed) {
  EXPECT_THAT(problem_of(with(kTorchrun, {{"RANK", "4"}})),
              HasSubstr("RANK is 4 but WORLD_SIZE is 4"));
  EXPECT_THAT(problem_of(with(kTorchrun, {{"LOCAL_RANK", "4"}})), HasSubstr("LOCAL_RANK is 4"));
  EXPECT_THAT(problem_of({{"RANK", "0"}}), HasSubstr("WORLD_SIZE"));
  EXPECT_THAT(problem_of({{"WORLD_SIZE", "2"}}), HasSubstr("RANK"));
  EXPECT_THAT(problem_of({{"RANK", "0"}, {"WORLD_SIZE", "2"}}), HasSubstr("MASTER_ADDR"));
  EXPECT_THAT(problem_of({{"RANK", "0"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}}),
              HasSubstr("MASTER_PORT"));
  EXPECT_THAT(problem_of(with(kTorchrun, {{"RANK", "one"}})), HasSubstr("RANK is \"one\""));
  EXPECT_THAT(problem_of(with(kTorchrun, {{"RANK", "-1"}})), HasSubstr("RANK is \"-1\""));
  EXPECT_THAT(problem_of(with(kTorchrun, {{"WORLD_SIZE", "4x"}})),
              HasSubstr("WORLD_SIZE is \"4x\""));
  EXPECT_THAT(problem_of(with(kTorchrun, {{"MASTER_PORT", "65536"}})),
              HasSubstr("MASTER_PORT is \"65536\""));
  EXPECT_THAT(problem_of({{"VRLT_COMM_TIMEOUT", "soon"}}), HasSubstr("VRLT_COMM_TIMEOUT"));
}

// A leftover RANK=0 WORLD_SIZE=1 in the shell would make each of mpirun's processes a run of its
// own in the same folder.
TEST(DetectLaunch, LeftoverVariablesUnderAnotherLauncherAreRefused) {
  EXPECT_THAT(problem_of(with(kMpirun, {{"RANK", "0"}, {"WORLD_SIZE", "1"}})),
              HasSubstr("OMPI_COMM_WORLD_RANK"));
  EXPECT_EQ(
      detect(with(kMpirun,
                  {{"RANK", "1"}, {"WORLD_SIZE", "2"}, {"MASTER_ADDR", "a"}, {"MASTER_PORT", "1"}}))
          .rank,
      1)
      << "equal is fine";
  // torchrun started once per machine by srun
  EXPECT_EQ(detect(with(with(kSrun, kTorchrun), {{"TORCHELASTIC_RUN_ID", "x"},
                                                 {"SLURM_STEP_NUM_TASKS", "2"},
                                                 {"SLURM_PROCID", "1"}}))
                .rank,
            3);
}

TEST(DetectLaunch, Timeout) {
  EXPECT_EQ(detect({}).timeout_seconds, 1800);
  EXPECT_EQ(detect({{"VRLT_COMM_TIMEOUT", "90"}}).timeout_seconds, 90);
}

TEST(FirstHost, ReadsSlurmsLists) {
  EXPECT_EQ(first_host("node1"), "node1");
  EXPECT_EQ(first_host("login,gpu[1-2]"), "login");
  EXPECT_EQ(first_host("gpu[07-12,20],login1"), "gpu07");
  EXPECT_EQ(first_host("gpu[3,5]"), "gpu3");
  EXPECT_EQ(first_host("rack[1-2]-ib"), "rack1-ib");
  for (const char* malformed : {"", ",", "gpu[", "gpu[]", "gpu[a-b]", "r[1-2]n[1-2]"})
    EXPECT_THROW(first_host(malformed), ConfigError) << malformed;
}

}  // namespace
}  // namespace vrlt::distributed
