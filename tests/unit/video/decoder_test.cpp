#include "vrlt/video/decoder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>
#include <numeric>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "video/ffmpeg_handles.h"
#include "vrlt/core/error.h"
#include "vrlt/core/out_of_memory.h"
#include "vrlt/io/files.h"
#include "vrlt/video/encoder.h"

namespace vrlt::video {
namespace {

constexpr int64_t kWidth = 48, kHeight = 32, kFrames = 24, kFps = 8;

uint8_t level(int64_t frame) { return static_cast<uint8_t>(20 + 9 * frame); }

/// 24 frames, each of one grey level; 3 seconds at 8 frames per second.
std::filesystem::path write_greys(const std::filesystem::path& path) {
  VideoWriter writer(path, kWidth, kHeight, kFps);
  for (int64_t i = 0; i < kFrames; ++i)
    writer.write({kHeight, kWidth, std::vector<uint8_t>(kWidth * kHeight * 3, level(i))});
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

/// Flips a bit of the presentation time of one frame of a transport stream: a packet that begins a
/// frame of video has it in 33 bits, 9 bytes into the header of its stream (ISO 13818-1, 2.4.3.7).
void damage_time(std::string& bytes, int64_t frame, int bit) {
  constexpr size_t kPacket = 188;
  for (size_t packet = 0; packet + kPacket <= bytes.size(); packet += kPacket) {
    const auto byte = [&](size_t i) { return static_cast<uint8_t>(bytes[packet + i]); };
    if ((byte(1) & 0x40) == 0) continue;  // goes on with what began before
    const size_t start = (byte(3) & 0x20) != 0 ? 5 + byte(4) : 4;
    if (start + 14 > kPacket || byte(start) != 0 || byte(start + 1) != 0 || byte(start + 2) != 1 ||
        byte(start + 3) >> 4 != 0xE)
      continue;
    if (frame-- > 0) continue;
    // Bits 32 to 30, 29 to 22, 21 to 15, 14 to 7, 6 to 0, each but the second and fourth followed
    // by a marker.
    const int in_byte[] = {bit >= 30 ? bit - 29 : -1, bit >= 22 ? bit - 22 : -1,
                           bit >= 15 ? bit - 14 : -1, bit >= 7 ? bit - 7 : -1, bit + 1};
    for (size_t i = 0; i < 5; ++i) {
      if (in_byte[i] < 0) continue;
      bytes[packet + start + 9 + i] = static_cast<char>(byte(start + 9 + i) ^ (1 << in_byte[i]));
      return;
    }
  }
  FAIL() << "no such frame";
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
    EXPECT_NEAR(sum / static_cast<double>(frame.pixels.size()), level(static_cast<int64_t>(i)), 2.0)
        << i;
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
  // twice the error of one level
  EXPECT_NEAR(first_pixels[2] - first_pixels[1], level(20) - level(2), 4);
  EXPECT_THROW(reader.read_frames(std::vector<int64_t>{3, 2}, sink), ContractError);
  EXPECT_THROW(reader.read_frames(std::vector<int64_t>{kFrames}, sink), ContractError);
  EXPECT_THROW(reader.read_frames(std::vector<int64_t>{-1}, sink), ContractError);
}

TEST_F(DecoderTest, TakesANameForAPathNotForAProtocol) {
  const auto path = write_greys(folder_.path() / "http:50%25 done?.mp4");
  EXPECT_EQ(VideoReader(path).num_frames(), kFrames);
}

// Bit 25 is worth 373 seconds. Frames in the middle, near the ends, and from a file that is too
// large to be kept.
TEST_F(DecoderTest, ADamagedTimeMovesNoOtherFrame) {
  for (const char* name : {"mpeg2.ts", "start_offset.ts"}) {
    const auto whole = io::read_file(test::media_dir() / name, 1 << 20);
    const VideoReader sound(test::media_dir() / name);
    const auto right = sound.frame_seconds();
    const double step = right[1] - right[0];
    for (const auto& [frame, bit] : {std::pair{20, 25}, {1, 25}, {30, 29}, {20, 17}}) {
      SCOPED_TRACE(concat(name, " frame ", frame, " bit ", bit));
      auto bytes = whole;
      damage_time(bytes, frame, bit);
      const auto path = folder_.path() / "damaged.ts";
      io::write_file_atomic(path, bytes);
      for (const int64_t in_memory : {DecodeLimits{}.max_bytes_in_memory, int64_t{0}}) {
        VideoReader reader(path, {.max_bytes_in_memory = in_memory});
        ASSERT_EQ(reader.num_frames(), sound.num_frames());
        for (size_t i = 0; i < right.size(); ++i)
          EXPECT_NEAR(reader.frame_seconds()[i], right[i], 0.51 * step) << i;
        EXPECT_NEAR(reader.duration_seconds(), sound.duration_seconds(), 0.51 * step);
        EXPECT_THAT(
            reader.warnings(),
            ::testing::ElementsAre(
                "times that leave the cadence of their neighbours: 1, put right [corrupt]"));
      }
      if (frame != 20 || bit != 25) continue;
      // Every frame is still the picture that it was.
      std::vector<int64_t> indices(right.size());
      std::iota(indices.begin(), indices.end(), 0);
      std::vector<RgbFrame> pictures;
      VideoReader(test::media_dir() / name)
          .read_frames(indices,
                       [&](size_t, const RgbFrame& picture) { pictures.push_back(picture); });
      VideoReader(path).read_frames(indices, [&](size_t i, const RgbFrame& picture) {
        EXPECT_EQ(picture.pixels, pictures[i].pixels) << i;
      });
    }
  }
}

TEST_F(DecoderTest, TellsWhatShareOfTheFramesIsThere) {
  EXPECT_EQ(VideoReader(test::media_dir() / "h264_gop250.mp4").frame_share(), 1.0);
  EXPECT_EQ(VideoReader(test::media_dir() / "header_lies.avi").frame_share(), 1.0) << "a claim";
  const VideoReader half(test::media_dir() / "trunc_half.mp4");
  // 37 or 38 of the 100 of its table
  EXPECT_NEAR(half.frame_share(), 0.37, 0.011);
  // 1.6 of 4 seconds
  EXPECT_NEAR(VideoReader(test::media_dir() / "trunc_half.mkv").frame_share(), 0.4, 0.02);
}

TEST_F(DecoderTest, TellsHowLateThePictureStarts) {
  EXPECT_NEAR(VideoReader(test::media_dir() / "edit_empty.mp4").late_start_seconds(), 1.52, 1e-3);
  EXPECT_EQ(VideoReader(test::media_dir() / "audio_first.mp4").late_start_seconds(), 0.0);
  EXPECT_LT(VideoReader(test::media_dir() / "start_offset.ts").late_start_seconds(), 0.1)
      << "the clock of a stream starts anywhere";
}

TEST_F(DecoderTest, TellsWhichLimitAFileIsAbove) {
  const auto path = write_greys(folder_.path() / "greys.mp4");
  EXPECT_THAT(message_of([&] { VideoReader(path, {.max_packets = kFrames - 1}); }),
              ::testing::StrEq(path.string() + ": more than 23 packets [limit]"));
  EXPECT_NO_THROW(VideoReader(path, {.max_packets = kFrames}));
  EXPECT_THAT(
      message_of([&] { VideoReader(path, {.max_pixels_per_frame = kWidth * kHeight - 1}); }),
      ::testing::EndsWith("[limit]"));
  EXPECT_NO_THROW(VideoReader(path, {.max_pixels_per_frame = kWidth * kHeight}));
}

// A file that is sound is no bad sample because memory ran out while it was read; one that asks for
// more than there can be is.
TEST_F(DecoderTest, MemoryThatRunsOutIsNotDamage) {
  EXPECT_NO_THROW(check_memory(AVERROR(ENOMEM)));
  av_max_alloc(size_t{1} << 20);
  EXPECT_THROW(check_memory(AVERROR(ENOMEM)), OutOfMemoryError);
  EXPECT_THROW(ffmpeg_reason(AVERROR(ENOMEM)), OutOfMemoryError);
  EXPECT_NO_THROW(check_memory(AVERROR_INVALIDDATA));
  av_max_alloc(INT_MAX);
}

TEST_F(DecoderTest, TellsWhatIsNotAVideoFile) {
  EXPECT_THROW(VideoReader(folder_.path() / "absent.mp4"), MissingInputError);
  const auto pointer = folder_.path() / "pointer.mp4";
  io::write_file_atomic(pointer,
                        "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12345\n");
  EXPECT_THAT(message_of([&] { VideoReader{pointer}; }),
              ::testing::AllOf(::testing::HasSubstr("\"git lfs pull\""),
                               ::testing::EndsWith("[not_a_video]")));
  EXPECT_THAT(message_of([&] { VideoReader{folder_.path()}; }),
              ::testing::EndsWith(": not a regular file [not_a_video]"));
}

}  // namespace
}  // namespace vrlt::video
