#include "vrlt/video/frame_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/video/clip.h"
#include "vrlt/video/encoder.h"

namespace vrlt::video {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr data::FrameFolder kThreePerSecond = {.pattern = "%05d.jpg", .first = 1, .fps = 3.0};

class FrameFolders : public testing::Test {
 protected:
  /// One grey picture; its value tells which frame it is.
  void write(const std::string& name, uint8_t value, int64_t height = 28, int64_t width = 56) {
    const RgbFrame frame{
        .height = height,
        .width = width,
        .pixels = std::vector<uint8_t>(static_cast<size_t>(height * width * 3), value)};
    io::write_file_atomic(folder_.path() / name, encode_jpeg(frame, 2));
  }
  std::vector<int> values(FrameFolderReader& reader, const std::vector<int64_t>& indices) {
    std::vector<int> result;
    reader.read_frames(
        indices, [&](size_t, const RgbFrame& frame) { result.push_back(frame.pixels.front()); });
    return result;
  }
  const std::filesystem::path& folder() const { return folder_.path(); }
  test::TemporaryFolder folder_;
};

// Sorted by number, not as the folder lists them (lmms-eval's loader does not sort). A flat grey
// survives JPEG exactly.
TEST_F(FrameFolders, AreSortedByNumber) {
  for (const int number : {10, 2, 1, 9, 3, 4, 8, 5, 7, 6})
    write(data::frame_name(kThreePerSecond, number), static_cast<uint8_t>(number));
  write("thumb.jpg", 200);
  write("0001.jpg", 201);
  write("00000.jpg", 202);
  FrameFolderReader reader(folder(), kThreePerSecond);
  EXPECT_EQ(reader.num_frames(), 10) << "other names, and numbers before the first, are no frames";
  EXPECT_EQ(reader.height(), 28);
  EXPECT_EQ(reader.width(), 56);
  EXPECT_DOUBLE_EQ(reader.frame_seconds()[9], 3.0) << "picture 10 is frame 9: 9 / 3 s";
  EXPECT_DOUBLE_EQ(reader.duration_seconds(), 10.0 / 3.0);
  EXPECT_THAT(values(reader, {0, 1, 1, 9}), ElementsAre(1, 2, 2, 10));
  EXPECT_TRUE(reader.warnings().empty());
}

TEST_F(FrameFolders, AGapShowsTheFrameBeforeIt) {
  for (const int number : {1, 2, 5})
    write(data::frame_name(kThreePerSecond, number), static_cast<uint8_t>(number));
  FrameFolderReader reader(folder(), kThreePerSecond);
  EXPECT_EQ(reader.num_frames(), 5) << "times stay those of the numbers";
  EXPECT_THAT(values(reader, {0, 2, 3, 4}), ElementsAre(1, 2, 2, 5));
  EXPECT_THAT(reader.warnings(), ElementsAre("2 of 5 numbered pictures are missing [corrupt]"));
}

TEST_F(FrameFolders, ABrokenPictureShowsTheFrameBeforeIt) {
  for (const int number : {1, 2})
    write(data::frame_name(kThreePerSecond, number), static_cast<uint8_t>(number));
  io::write_file_atomic(folder() / "00003.jpg", "no picture");
  FrameFolderReader reader(folder(), kThreePerSecond);
  EXPECT_THAT(values(reader, {1, 2}), ElementsAre(2, 2));
  EXPECT_THAT(reader.warnings(), ElementsAre(HasSubstr("00003.jpg")));
}

TEST_F(FrameFolders, ClipsAreCutInSeconds) {
  for (int number = 1; number <= 30; ++number)
    write(data::frame_name(kThreePerSecond, number), static_cast<uint8_t>(number));
  // 2 s to 6 s of 10 s: pictures 7 to 19. Two frames of it: the first and the last.
  const auto clip = load_frame_folder(folder(), kThreePerSecond,
                                      {.num_frames = 2, .min_pixels = 28 * 28}, 2.0, 6.0);
  EXPECT_EQ(clip.frames.size(0), 2);
  EXPECT_EQ(clip.frames[0][0][0][0].item<int>(), 7);
  EXPECT_EQ(clip.frames[1][0][0][0].item<int>(), 19);
  EXPECT_THAT(clip.frame_seconds, ElementsAre(0.0, 4.0));
  EXPECT_DOUBLE_EQ(clip.duration_seconds, 4.0);
}

TEST_F(FrameFolders, UnusableFoldersAreLocatedErrors) {
  EXPECT_THROW(FrameFolderReader(folder() / "none", kThreePerSecond), MissingInputError);
  EXPECT_THROW(FrameFolderReader(folder(), kThreePerSecond), DataError) << "empty";
  write("999999999.jpg", 1);
  try {
    FrameFolderReader reader(folder(), kThreePerSecond);
    FAIL() << "a billion frames were accepted";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("[limit]"));
  }
}

// What the system says of a folder is an error of that folder, of a type that loaders leave a
// sample out for.
TEST_F(FrameFolders, OneThatCannotBeOpenedIsATypedError) {
  EXPECT_THROW(FrameFolderReader(folder() / "absent", kThreePerSecond), MissingInputError);
  const auto loop = folder() / "loop";
  std::filesystem::create_symlink(loop, loop);
  EXPECT_THROW(FrameFolderReader(loop, kThreePerSecond), DataError);
  write("00001.jpg", 1);
  EXPECT_THROW(FrameFolderReader(folder() / "00001.jpg", kThreePerSecond), MissingInputError);
  EXPECT_THROW(FrameFolderReader(folder() / std::string(300, 'n'), kThreePerSecond), DataError)
      << "a name that is too long";
}

TEST_F(FrameFolders, APictureThatIsGoneIsReplacedAndCounted) {
  for (const int number : {1, 2, 4})
    write(data::frame_name(kThreePerSecond, number), static_cast<uint8_t>(10 * number));
  std::filesystem::create_symlink(folder() / "nowhere", folder() / "00003.jpg");
  FrameFolderReader reader(folder(), kThreePerSecond);
  EXPECT_EQ(reader.frame_share(), 1.0) << "nothing was read yet";
  EXPECT_THAT(values(reader, {0, 2, 2, 3}), ElementsAre(10, 20, 20, 40));
  EXPECT_EQ(reader.frame_share(), 0.75);
}

TEST_F(FrameFolders, OneThatLacksMostOfItsPicturesIsRefused) {
  for (const int number : {1, 2, 9}) write(data::frame_name(kThreePerSecond, number), 10);
  EXPECT_THROW(load_frame_folder(folder(), kThreePerSecond, {.min_pixels = 28 * 28}), DataError);
  EXPECT_NO_THROW(load_frame_folder(folder(), kThreePerSecond,
                                    {.min_pixels = 28 * 28, .min_frame_share = 0.3}));
}

}  // namespace
}  // namespace vrlt::video
