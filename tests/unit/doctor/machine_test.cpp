#include "vrlt/doctor/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "tests/support/temporary_folder.h"

namespace vrlt::doctor {
namespace {

using ::testing::HasSubstr;

class OnAMachine : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  Finding look(const std::string& part) const {
    const auto findings =
        look_at_machine({.proc = folder_.path() / "proc",
                         .dev = folder_.path() / "dev",
                         .work = folder_.path(),
                         .environment = [this](const char* name) -> const char* {
                           const auto found = environment_.find(name);
                           return found == environment_.end() ? nullptr : found->second.c_str();
                         }});
    const auto found = std::ranges::find(findings, part, &Finding::part);
    return found == findings.end() ? Finding{} : *found;
  }
  test::TemporaryFolder folder_;
  std::map<std::string, std::string> environment_;
};

TEST_F(OnAMachine, TheProcessorsVectorUnitsAreNamed) {
  write("proc/cpuinfo", "processor\t: 0\nmodel name\t: Some CPU\nflags\t\t: fpu avx2 amx_bf16\n");
  const auto finding = look("processor");
  EXPECT_EQ(finding.what, "Some CPU; avx2, amx_bf16");
  EXPECT_EQ(finding.state, State::kGood);
}

TEST_F(OnAMachine, AProcessorWithoutAvx2IsSlow) {
  write("proc/cpuinfo", "model name\t: Old CPU\nflags\t\t: fpu sse2\n");
  EXPECT_EQ(look("processor").state, State::kNote);
}

TEST_F(OnAMachine, OmpNumThreadsIsNamedWhereItDecides) {
  // No machine has so many for a process of its own.
  environment_.emplace("OMP_NUM_THREADS", "12345");
  EXPECT_THAT(look("cores").what, HasSubstr("12345 threads, as OMP_NUM_THREADS says"));
}

TEST_F(OnAMachine, WithoutADriverThereIsANoteAndNothingFails) {
  EXPECT_EQ(look("GPU driver").state, State::kNote);
}

// As in a container that was started without its GPUs.
TEST_F(OnAMachine, ADriverWhoseDevicesCannotBeOpenedWouldNotWork) {
  write("proc/driver/nvidia/version", "NVRM version: 580.65\n");
  write("proc/driver/nvidia/gpus/0000:01:00.0/information", "Model: \t\t NVIDIA H200\n");
  const auto closed = look("GPU driver");
  EXPECT_EQ(closed.state, State::kBad);
  EXPECT_THAT(closed.what, HasSubstr("1 GPU: NVIDIA H200; NVRM version: 580.65"));
  EXPECT_THAT(closed.advice, HasSubstr("--gpus all"));
  write("dev/nvidiactl", "");
  EXPECT_EQ(look("GPU driver").state, State::kGood);
}

TEST_F(OnAMachine, ALauncherThatContradictsItselfWouldNotWork) {
  EXPECT_EQ(look("launcher").what, "none: one process");
  environment_.emplace("RANK", "1");  // and no WORLD_SIZE
  EXPECT_EQ(look("launcher").state, State::kBad);
}

// Ranks on several GPUs need it, one process does not.
TEST_F(OnAMachine, MissingSharedMemoryIsANote) {
  EXPECT_EQ(look("shared memory").state, State::kNote);
  EXPECT_THAT(look("shared memory").advice, HasSubstr("--ipc=host"));
}

}  // namespace
}  // namespace vrlt::doctor
