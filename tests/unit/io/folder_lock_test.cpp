#include "vrlt/io/folder_lock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

TEST(FolderLock, IsHeldByOneAtATime) {
  const test::TemporaryFolder folder;
  std::optional<FolderLock> first(folder.path());
  try {
    FolderLock second(folder.path());
    ADD_FAILURE();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(),
                testing::HasSubstr("another process works in " + folder.path().string()));
  }
  const FolderLock moved(std::move(*first));
  first.reset();
  EXPECT_THROW(FolderLock(folder.path()), ConfigError) << "moving does not let go";
}

TEST(FolderLock, EndsWithItsHolder) {
  const test::TemporaryFolder folder;
  { FolderLock lock(folder.path()); }
  EXPECT_NO_THROW(FolderLock(folder.path()));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "it leaves no file";
}

TEST(FolderLock, NeedsAFolder) { EXPECT_THROW(FolderLock("no/such/folder"), DiskError); }

}  // namespace
}  // namespace vrlt::io
