#include "vrlt/data/video_files.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::data {
namespace {

TEST(VideoFiles, OfFoldersGoByTheirNamesAndNamedOnesAreTaken) {
  const test::TemporaryFolder folder;
  const auto put = [&](const char* name) {
    std::filesystem::create_directories((folder.path() / name).parent_path());
    io::write_file_atomic(folder.path() / name, "x");
    return folder.path() / name;
  };
  const auto notes = put("notes.txt"), b = put("clips/b.MP4"), a = put("clips/deep/a.webm");
  put("clips/list.json");
  EXPECT_EQ(video_files({notes, folder.path() / "clips"}), (std::vector{notes, b, a}));
  EXPECT_THROW(video_files({folder.path() / "none.mp4"}), MissingInputError);
  std::filesystem::create_directory(folder.path() / "empty");
  EXPECT_THROW(video_files({folder.path() / "empty"}), MissingInputError);
}

}  // namespace
}  // namespace vrlt::data
