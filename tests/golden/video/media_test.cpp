// Every `media` row of the manifest: the frames of a file, their times and colours, and what is
// said of one that is not sound.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

extern "C" {
#include <libavutil/md5.h>
#include <libavutil/pixdesc.h>
}

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <numeric>
#include <optional>

#include "tests/support/checked_counts.h"
#include "tests/support/media_manifest.h"
#include "tests/support/qwen_media.h"
#include "video/video_stream.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/video/clip.h"

namespace vrlt::video {
namespace {

using io::Json;
using test::checked;
using test::MediaFile;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;

constexpr double kTimeTolerance = 1e-3;  // the coarsest time base of a container, 1 ms
// the manifest's: what conversions to RGB differ by on average
constexpr double kColorTolerance = 3.0;

std::string md5(const uint8_t* data, size_t size) {
  std::array<uint8_t, 16> sum;
  av_md5_sum(sum.data(), data, size);
  std::string hex;
  for (const uint8_t byte : sum) {
    constexpr char kDigits[] = "0123456789abcdef";
    hex += kDigits[byte >> 4];
    hex += kDigits[byte & 15];
  }
  return hex;
}

/// MD5 of the first plane without padding, as the manifest defines it.
std::string luma_md5(const AVFrame& frame) {
  const int line = av_image_get_linesize(static_cast<AVPixelFormat>(frame.format), frame.width, 0);
  std::vector<uint8_t> plane;
  for (int y = 0; y < frame.height; ++y) {
    const uint8_t* begin = frame.data[0] + static_cast<ptrdiff_t>(y) * frame.linesize[0];
    plane.insert(plane.end(), begin, begin + line);
  }
  return md5(plane.data(), plane.size());
}

double rate_of(const MediaFile& file) {
  const auto text = file.text("avg_frame_rate");
  return std::stod(text) / std::stod(text.substr(text.find('/') + 1));
}

/// Seconds of each frame from the first one. A frame without a time is one period after the one
/// before.
std::vector<double> expected_seconds(const MediaFile& file, const char* key = "pts") {
  const auto base = file.text("time_base");
  const double unit = std::stod(base) / std::stod(base.substr(base.find('/') + 1));
  std::vector<double> seconds;
  if (!file.row.contains(key)) {
    for (int64_t i = 0; i < file.row["frames"].get<int64_t>(); ++i)
      seconds.push_back(static_cast<double>(i) * file.row["pts_step"].get<double>() * unit);
    return seconds;
  }
  for (const auto& pts : file.row[key])
    seconds.push_back(!pts.is_null()    ? pts.get<double>() * unit
                      : seconds.empty() ? 0.0
                                        : seconds.back() + 1.0 / rate_of(file));
  const double first = seconds.empty() ? 0.0 : seconds.front();
  for (double& time : seconds) time -= first;
  return seconds;
}

bool is_sound(const MediaFile& file) { return file.text("expect") == "ok"; }
/// Damage inside the stream: which frames come out is then the decoder's choice.
bool is_corrupt(const MediaFile& file) { return file.text("error_kind") == "corrupt"; }

std::vector<int64_t> all_frames(const VideoReader& reader) {
  std::vector<int64_t> indices(static_cast<size_t>(reader.num_frames()));
  std::iota(indices.begin(), indices.end(), 0);
  return indices;
}

std::vector<std::string> read_md5(VideoReader& reader, const std::vector<int64_t>& indices) {
  std::vector<std::string> sums(indices.size());
  reader.read_frames(indices, [&](size_t i, const RgbFrame& frame) {
    EXPECT_EQ(frame.pixels.size(), static_cast<size_t>(frame.height * frame.width * 3));
    sums[i] = md5(frame.pixels.data(), frame.pixels.size());
  });
  return sums;
}

/// The reader, or null where the manifest allows a clear refusal and there is one.
std::unique_ptr<VideoReader> open(const MediaFile& file, const DecodeLimits& limits = {}) {
  try {
    return std::make_unique<VideoReader>(file.path, limits);
  } catch (const DataError& error) {
    EXPECT_THAT((std::vector<std::string>{file.text("expect"), file.text("alt")}),
                Contains(AnyOf("error", "limit")))
        << error.what();
    return nullptr;
  }
}

void check_frames_times_size_and_colors(const MediaFile& file) {
  if (!file.has("frames") || file.row["frames"].get<int64_t>() == 0) {
    EXPECT_NE(file.text("expect"), "ok");
    return;
  }
  const auto reader = open(file);
  if (!reader) return;
  ++checked()["files compared in number of frames, times, size and colours"];
  const auto seconds = expected_seconds(file);
  const auto& actual = reader->frame_seconds();
  ASSERT_EQ(reader->num_frames(), static_cast<int64_t>(actual.size()));
  if (is_corrupt(file)) {
    // Frames that do not decode are counted, and shown as the one before them.
    EXPECT_GE(reader->num_frames(), file.row["frames"].get<int64_t>());
    EXPECT_LE(reader->num_frames(), file.row["packets"].get<int64_t>());
    for (const double time : seconds)
      EXPECT_THAT(actual, Contains(::testing::DoubleNear(time, kTimeTolerance)));
  } else {
    EXPECT_EQ(reader->num_frames(), file.row["frames"].get<int64_t>());
    ASSERT_EQ(actual.size(), seconds.size());
    for (size_t i = 0; i < seconds.size(); ++i)
      EXPECT_NEAR(actual[i], seconds[i], kTimeTolerance) << "frame " << i;
  }

  // anticlockwise, as ffprobe tells it
  const int64_t rotation = (file.row.value("rotation", int64_t{0}) % 360 + 360) % 360;
  const auto width = file.row["width"].get<int64_t>(), height = file.row["height"].get<int64_t>();
  EXPECT_EQ(reader->width(), rotation % 180 == 0 ? width : height);
  EXPECT_EQ(reader->height(), rotation % 180 == 0 ? height : width);

  std::array<std::array<double, 3>, 4> means{};
  reader->read_frames(std::vector<int64_t>{0}, [&](size_t, const RgbFrame& frame) {
    ASSERT_EQ(frame.width, reader->width());
    ASSERT_EQ(frame.height, reader->height());
    const int64_t half_height = frame.height / 2, half_width = frame.width / 2;
    std::array<double, 4> counts{};
    for (int64_t y = 0; y < frame.height; ++y) {
      for (int64_t x = 0; x < frame.width; ++x) {
        const size_t quarter = (y < half_height ? 0 : 2) + (x < half_width ? 0 : 1);
        ++counts[quarter];
        for (size_t c = 0; c < 3; ++c)
          means[quarter][c] += frame.pixels[static_cast<size_t>((y * frame.width + x) * 3) + c];
      }
    }
    for (size_t q = 0; q < 4; ++q)
      for (double& mean : means[q]) mean /= counts[q];
  });
  if (!file.has("quad_rgb_first")) return;
  // Where each quarter (top left, top right, bottom left, bottom right) of the stored picture is in
  // the upright one.
  const std::map<int64_t, std::array<size_t, 4>> places = {
      {0, {0, 1, 2, 3}}, {90, {2, 0, 3, 1}}, {180, {3, 2, 1, 0}}, {270, {1, 3, 0, 2}}};
  for (size_t quarter = 0; quarter < 4; ++quarter)
    for (size_t c = 0; c < 3; ++c)
      EXPECT_NEAR(means[places.at(rotation)[quarter]][c],
                  file.row["quad_rgb_first"][quarter][c].get<double>(), kColorTolerance)
          << "quarter " << quarter << ", channel " << c;
}

void check_luma(const MediaFile& file) {
  if (!file.has("y_md5") || !open(file)) return;
  std::vector<std::string> actual;
  VideoStream stream(file.path, {});
  stream.scan_packets();
  while (const AVFrame* frame = stream.next_frame()) actual.push_back(luma_md5(*frame));

  // Where FFmpeg 5.1 and a later one disagree about a damaged file, either is right.
  const char* key = file.has("md5_ffmpeg51") && actual.size() == file.row["md5_ffmpeg51"].size()
                        ? "md5_ffmpeg51"
                        : "y_md5";
  const auto& expected = file.row[key];
  const Json* numbers = file.has("y_md5_index") ? &file.row["y_md5_index"] : nullptr;
  if (numbers == nullptr) {
    ASSERT_EQ(actual.size(), expected.size());
  }
  for (size_t i = 0; i < expected.size(); ++i) {
    const size_t frame = numbers ? (*numbers)[i].get<size_t>() : i;
    ASSERT_LT(frame, actual.size());
    EXPECT_EQ(actual[frame], expected[i].get<std::string>()) << "frame " << frame;
    ++checked()["frames compared by luma"];
  }
}

/// Frames of a sound file that come out when every packet that no other needs is left out: they are
/// those of the manifest.
/// @return how many are left out.
int64_t check_left_out(const MediaFile& file) {
  if (!is_sound(file) || !file.has("y_md5") || !file.has("pts") || file.has("y_md5_index"))
    return 0;
  std::map<int64_t, std::string> expected;
  for (size_t i = 0; i < file.row["pts"].size(); ++i)
    if (!file.row["pts"][i].is_null())
      expected[file.row["pts"][i].get<int64_t>()] = file.row["y_md5"][i].get<std::string>();
  VideoStream stream(file.path, {});
  stream.scan_packets();
  stream.want_only({});
  int64_t left_out = std::ssize(expected);
  while (const AVFrame* frame = stream.next_frame()) {
    if (expected.count(frame->pts) == 0) continue;
    EXPECT_EQ(luma_md5(*frame), expected[frame->pts]) << "frame at " << frame->pts;
    --left_out;
  }
  checked()["frames left out"] += static_cast<int>(left_out);
  return left_out;
}

// Seeking must not show: chosen frames are those that decoding everything gives, with the packets
// in memory and from disk.
void check_chosen_frames(const MediaFile& file) {
  auto reader = open(file);
  if (!reader) return;
  const auto all = all_frames(*reader);
  const auto expected = read_md5(*reader, all);
  const auto last = static_cast<int64_t>(all.size()) - 1;
  std::vector<std::vector<int64_t>> choices = {
      {last}, {0, 0, last / 3, last / 3, last}, {last / 2, (last + last / 2) / 2}};
  std::vector<int64_t> every_seventh;
  for (int64_t i = std::min<int64_t>(3, last); i <= last; i += std::max<int64_t>(7, last / 200))
    every_seventh.push_back(i);
  choices.push_back(every_seventh);
  for (const int64_t bytes_in_memory : {DecodeLimits{}.max_bytes_in_memory, int64_t{0}}) {
    reader = open(file, {.max_bytes_in_memory = bytes_in_memory});
    ASSERT_EQ(reader->num_frames(), last + 1);
    for (const auto& choice : choices) {
      const auto actual = read_md5(*reader, choice);
      for (size_t i = 0; i < choice.size(); ++i)
        EXPECT_EQ(actual[i], expected[static_cast<size_t>(choice[i])])
            << "frame " << choice[i] << " from " << bytes_in_memory;
      checked()["frames compared with a full read"] += static_cast<int>(choice.size());
    }
    if (is_sound(file)) {
      EXPECT_THAT(reader->warnings(), ::testing::IsEmpty());
    }
  }
}

// H.264 and H.265 with frames between others that serve as no reference, and a stream of key frames
// alone.
TEST(MediaFiles, FramesThatNoOtherNeedsAreLeftOut) {
  for (const auto& file : test::media_files()) {
    const auto left_out = check_left_out(file);
    if (file.name == "h264_opengop_bframes_mp4" || file.name == "hevc_opengop_mp4") {
      EXPECT_GT(left_out, 10) << file.name;
      // the encoders of these predict from every I and P frame
      const auto types = file.text("pict_types");
      EXPECT_LE(left_out, std::count(types.begin(), types.end(), 'B')) << file.name;
    } else if (file.name == "h264_intra_mp4") {
      EXPECT_EQ(left_out, 0);
    }
  }
}

class Media : public ::testing::TestWithParam<MediaFile> {};

std::string test_name(const ::testing::TestParamInfo<MediaFile>& info) { return info.param.name; }

TEST(MediaFiles, AreThoseOfTheManifest) {
  const auto files = test::media_files();
  EXPECT_FALSE(files.empty()) << test::media_dir();
  for (const auto& file : files)
    EXPECT_EQ(io::sha256_file(file.path), file.text("sha256")) << file.path;
}

// What a program sees: a clip, a clip with a warning, or a typed error that names the file and ends
// in the reason.
TEST_P(Media, LoadsOrTellsWhyNot) {
  const auto& file = GetParam();
  const auto expect = file.text("expect"), alt = file.text("alt"), reason = file.text("error_kind");
  ++checked()["files with expect " + expect];
  std::optional<Clip> clip;
  std::string error;
  try {
    clip = load_clip(file.path, test::qwen_video());
  } catch (const DataError& caught) {
    error = caught.what();
  }
  if (!clip) {
    EXPECT_TRUE(expect == "error" || expect == "limit" || alt == "error") << error;
    EXPECT_THAT(error, HasSubstr(file.path.string() + ": "));
    if (expect == "limit") {
      EXPECT_THAT(error, ::testing::EndsWith("[limit]"));
    } else if (!reason.empty()) {
      EXPECT_THAT(error, AnyOf(::testing::EndsWith("[" + reason + "]"),
                               ::testing::EndsWith("[" + alt + "]")));
    }
    return;
  }
  EXPECT_TRUE(expect == "ok" || expect == "ok_warn" || expect == "limit" || alt == "ok_warn")
      << "should have been refused";
  EXPECT_EQ(clip->frames.size(0), static_cast<int64_t>(clip->frame_seconds.size()));
  if (expect == "ok") {
    EXPECT_THAT(clip->warnings, ::testing::IsEmpty());
  }
  if (expect == "ok_warn" || (expect == "error" && alt == "ok_warn")) {
    EXPECT_THAT(clip->warnings, ::testing::Not(::testing::IsEmpty()));
    if (!reason.empty()) {
      EXPECT_THAT(clip->warnings, Contains(::testing::EndsWith("[" + reason + "]")));
    }
  }
}

TEST_P(Media, HoldsTheFramesOfTheManifest) {
  check_frames_times_size_and_colors(GetParam());
  check_luma(GetParam());
  check_chosen_frames(GetParam());
}

INSTANTIATE_TEST_SUITE_P(, Media, ::testing::ValuesIn(test::media_files()), test_name);

}  // namespace
}  // namespace vrlt::video
