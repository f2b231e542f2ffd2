#include "vrlt/video/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/video/encoder.h"

namespace vrlt::video {
namespace {

constexpr int64_t kWidth = 48, kHeight = 32, kFrames = 24, kFps = 8;

uint8_t level(int64_t frame) { return static_cast<uint8_t>(20 + 9 * frame); }

/// 24 frames, each of one grey level; 3 seconds at 8 frames per second.
std::filesystem::path write_greys(const std::filesystem::path& path) {
  VideoWriter writer(path, kWidth, kHeight, kFps);
  for (int64_t i = 0; i < kFrames; ++i) writer.write({kHeight, kWidth, std::vector<uint8_t>(kWidth * kHeight * 3, level(i))});
  writer.close();
  return path;
}

std::string message_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

class DecoderTest : public ::testing::Test {
 protected:
  test::TemporaryFolder folder_;
};

TEST_F(DecoderTest, ReadsWhatTheEncoderWrote) {
  VideoReader reader(write_greys(folder_.path() / "greys.mp4"));
  EXPECT_EQ(reader.num_frames(), kFrames);
  EXPECT_EQ(reader.width(), kWidth);
  EXPECT_EQ(reader.height(), kHeight);
  EXPECT_DOUBLE_EQ(reader.average_fps(), kFps);
  EXPECT_DOUBLE_EQ(reader.duration_seconds(), 3.0);
  std::vector<int64_t> indices(kFrames);
  std::iota(indices.begin(), indices.end(), 0);
  reader.read_frames(indices, [&](size_t i, const RgbFrame& frame) {
    EXPECT_DOUBLE_EQ(reader.frame_seconds()[i], static_cast<double>(i) / 8.0);
    const double sum = std::accumulate(frame.pixels.begin(), frame.pixels.end(), 0.0);
    // 219 steps of limited range for 256 levels lose one level, the quantiser of crf 18 another.
    EXPECT_NEAR(sum / static_cast<double>(frame.pixels.size()), level(static_cast<int64_t>(i)), 2.0) << i;
  });
  EXPECT_THAT(reader.warnings(), ::testing::IsEmpty());
}

TEST_F(DecoderTest, GivesRepeatedIndicesAgainAndRefusesOthers) {
  VideoReader reader(write_greys(folder_.path() / "greys.mp4"));
  std::vector<uint8_t> first_pixels;
  const auto sink = [&](size_t, const RgbFrame& frame) { first_pixels.push_back(frame.pixels[0]); };
  reader.read_frames(std::vector<int64_t>{2, 2, 20}, sink);
  ASSERT_EQ(first_pixels.size(), 3u);
  EXPECT_EQ(first_pixels[0], first_pixels[1]);
  EXPECT_NEAR(first_pixels[2] - first_pixels[1], level(20) - level(2), 4);  // twice the error of one level
  EXPECT_THROW(reader.read_frames(std::vector<int64_t>{3, 2}, sink), ContractError);
  EXPECT_THROW(reader.read_frames(std::vector<int64_t>{kFrames}, sink), ContractError);
  EXPECT_THROW(reader.read_frames(std::vector<int64_t>{-1}, sink), ContractError);
}

TEST_F(DecoderTest, TakesANameForAPathNotForAProtocol) {
  const auto path = write_greys(folder_.path() / "http:50%25 done?.mp4");
  EXPECT_EQ(VideoReader(path).num_frames(), kFrames);
}

TEST_F(DecoderTest, TellsWhichLimitAFileIsAbove) {
  const auto path = write_greys(folder_.path() / "greys.mp4");
  EXPECT_THAT(message_of([&] { VideoReader(path, {.max_packets = kFrames - 1}); }),
              ::testing::StrEq(path.string() + ": more than 23 packets [limit]"));
  EXPECT_NO_THROW(VideoReader(path, {.max_packets = kFrames}));
  EXPECT_THAT(message_of([&] { VideoReader(path, {.max_pixels_per_frame = kWidth * kHeight - 1}); }), ::testing::EndsWith("[limit]"));
  EXPECT_NO_THROW(VideoReader(path, {.max_pixels_per_frame = kWidth * kHeight}));
}

TEST_F(DecoderTest, TellsWhatIsNotAVideoFile) {
  EXPECT_THROW(VideoReader(folder_.path() / "absent.mp4"), MissingInputError);
  const auto pointer = folder_.path() / "pointer.mp4";
  io::write_file_atomic(pointer, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n");
  EXPECT_THAT(message_of([&] { VideoReader{pointer}; }),
              ::testing::AllOf(::testing::HasSubstr("\"git lfs pull\""), ::testing::EndsWith("[not_a_video]")));
  EXPECT_THAT(message_of([&] { VideoReader{folder_.path()}; }), ::testing::EndsWith(": not a regular file [not_a_video]"));
}

}  // namespace
}  // namespace vrlt::video
