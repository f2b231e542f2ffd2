#include "vrlt/io/files.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

namespace fs = std::filesystem;

class InAFolder : public testing::Test {
 protected:
  fs::path path(const std::string& name) const { return folder_.path() / name; }
  test::TemporaryFolder folder_;
};

using WriteFileAtomic = InAFolder;
using MappedFiles = InAFolder;

TEST_F(WriteFileAtomic, ALinkStaysALink) {
  write_file_atomic(path("target"), "old");
  fs::create_symlink("target", path("link"));
  write_file_atomic(path("link"), "new");
  EXPECT_TRUE(fs::is_symlink(path("link")));
  EXPECT_EQ(read_file(path("target"), 100), "new");
}

TEST_F(WriteFileAtomic, ALinkToNothingIsRefused) {
  fs::create_symlink("nothing", path("link"));
  EXPECT_THROW(write_file_atomic(path("link"), "new"), DiskError);
  EXPECT_TRUE(fs::is_symlink(path("link")));
}

// As /dev/null would be by root: a link to it here, which goes the same way.
TEST_F(WriteFileAtomic, ADeviceIsWrittenInto) {
  fs::create_symlink("/dev/null", path("null"));
  write_file_atomic(path("null"), "new");
  EXPECT_TRUE(fs::is_symlink(path("null")));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  fs::create_symlink("/dev/full", path("full"));
  EXPECT_THROW(write_file_atomic(path("full"), "new"), DiskError);
}

TEST_F(MappedFiles, AFileThatShrinksEndsTheProgramWithItsName) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  constexpr size_t kBytes = 1 << 20;
  write_file_atomic(path("shrinks"), std::string(kBytes, 'x'));
  EXPECT_EXIT(
      {
        const MappedFile other(path("shrinks"));
        const MappedFile file(path("shrinks"));
        fs::resize_file(path("shrinks"), 10);
        const auto* bytes = reinterpret_cast<const volatile char*>(file.data());
        std::_Exit(bytes[kBytes - 1] == 'x' ? 0 : 1);
      },
      testing::ExitedWithCode(65), "shrinks: changed while it was being read");
}

}  // namespace
}  // namespace vrlt::io
