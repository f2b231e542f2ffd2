#include "vrlt/io/folders.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/replacing_file.h"

namespace vrlt::io {
namespace {

namespace fs = std::filesystem;

TEST(Folders, WhatIsNotThereIsNoError) {
  const test::TemporaryFolder folder;
  EXPECT_FALSE(io::exists(folder.path() / "none"));
  EXPECT_FALSE(io::is_folder(folder.path() / "none" / "below"));
  EXPECT_TRUE(list_folder(folder.path() / "none").empty());
  EXPECT_TRUE(list_files_below(folder.path() / "none").empty());
  EXPECT_NO_THROW(io::remove_all(folder.path() / "none"));
  EXPECT_THROW(io::file_size(folder.path() / "none"), MissingInputError);
}

// A link to itself stands for any failure of the system: whoever asks must not hear "nothing
// there".
TEST(Folders, AFailureIsNeverTakenForAbsence) {
  const test::TemporaryFolder folder;
  const auto loop = folder.path() / "loop";
  fs::create_symlink("loop", loop);
  EXPECT_THROW(io::exists(loop), DiskError);
  EXPECT_THROW(io::is_folder(loop), DiskError);
  EXPECT_THROW(list_folder(loop), DiskError);
  EXPECT_THROW(list_files_below(loop), DiskError);
  EXPECT_THROW(io::file_size(loop), DiskError);
  fs::create_symlink("unmounted", folder.path() / "disk");
  EXPECT_THROW(list_folder(folder.path() / "disk"), DiskError) << "the link is there";
  write_file_atomic(folder.path() / "file", "x");
  EXPECT_THROW(list_folder(folder.path() / "file"), DiskError) << "a file where a folder should be";
}

TEST(Folders, ListsInTheOrderOfNames) {
  const test::TemporaryFolder folder;
  create_folders(folder.path() / "b" / "c");
  write_file_atomic(folder.path() / "b" / "c" / "deep", "123");
  write_file_atomic(folder.path() / "a", "");
  EXPECT_EQ(list_folder(folder.path()),
            (std::vector<fs::path>{folder.path() / "a", folder.path() / "b"}));
  EXPECT_EQ(list_files_below(folder.path()), (std::vector<fs::path>{"a", "b/c/deep"}));
  EXPECT_EQ(io::file_size(folder.path() / "b/c/deep"), 3U);
}

TEST(ReplacingFile, TakesItsPlaceWhenItIsWholeOrLeavesNothing) {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "lines";
  write_file_atomic(path, "before");
  {
    ReplacingFile given_up(path);
    given_up.write("half");
  }
  EXPECT_EQ(read_file(path, 100), "before");
  EXPECT_EQ(list_folder(folder.path()).size(), 1U);
  ReplacingFile file(path);
  file.write("one\n");
  file.write("two\n");
  EXPECT_EQ(read_file(path, 100), "before");
  file.replace();
  EXPECT_EQ(read_file(path, 100), "one\ntwo\n");
  EXPECT_EQ(list_folder(folder.path()).size(), 1U);
}

}  // namespace
}  // namespace vrlt::io
