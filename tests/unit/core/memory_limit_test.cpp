#include "vrlt/core/memory_limit.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace vrlt {
namespace {

class MemoryOfControlGroups : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories((folder_.path() / name).parent_path());
    std::ofstream(folder_.path() / name) << text;
  }
  std::optional<double> bytes(const std::string& membership) const {
    return control_group_memory(membership, folder_.path());
  }
  test::TemporaryFolder folder_;
};

TEST_F(MemoryOfControlGroups, IsTheTightestOfAGroupAndItsParents) {
  write("memory.max", "8000000000\n");
  write("slice/memory.max", "2000000000\n");
  write("slice/job/memory.max", "max\n");
  EXPECT_DOUBLE_EQ(*bytes("0::/slice/job\n"), 2e9);
}

TEST_F(MemoryOfControlGroups, OfTheFirstVersionStandsInAnotherFile) {
  write("memory/docker/a/memory.limit_in_bytes", "500000000\n");
  EXPECT_DOUBLE_EQ(*bytes("5:memory:/docker/a\n4:cpu,cpuacct:/docker/a\n"), 5e8);
}

// Without a limit the first version says the largest number of whole pages.
TEST_F(MemoryOfControlGroups, NoLimitIsNone) {
  write("memory.max", "max\n");
  write("memory/memory.limit_in_bytes", "9223372036854771712\n");
  for (const char* membership : {"0::/\n", "4:memory:/\n", "4:cpu:/\n", "", "nonsense"})
    EXPECT_FALSE(bytes(membership)) << membership;
}

TEST(MemoryLimit, OfThisProcessIsSome) { EXPECT_GT(memory_limit().value(), 1e8); }

}  // namespace
}  // namespace vrlt
