// Every `sampling` row of the manifest: which frames of which file qwen-vl-utils takes, their
// times, size and colours.

#include <ATen/ops/from_blob.h>
#include <ATen/ops/mean.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>

#include "tests/support/checked_counts.h"
#include "tests/support/media_manifest.h"
#include "tests/support/qwen_media.h"
#include "vrlt/core/error.h"
#include "vrlt/video/clip.h"
#include "vrlt/video/resize.h"

namespace vrlt::video {
namespace {

using io::Json;
using test::checked;
using test::MediaFile;

constexpr double kTimeTolerance = 1e-3;  // the coarsest time base of a container, 1 ms
constexpr double kColorTolerance = 3.0;  // the manifest's
constexpr double kRateTolerance = 1e-9;  // of doubles computed in another order
// torchcodec's rate is a quotient of measured times: 24.999999999999996
constexpr double kFpsTolerance = 1e-6;

struct Request {
  VideoOptions options = test::qwen_video();
  std::optional<double> start, end;
  bool is_cut() const { return start || end; }
};

Request request_of(const Json& row) {
  Request request;
  auto& options = request.options;
  for (const auto& [key, value] : row["options"].items()) {
    if (key == "fps")
      options.fps = value.get<double>();
    else if (key == "nframes")
      options.num_frames = value.get<int64_t>();
    else if (key == "min_frames")
      options.min_frames = value.get<int64_t>();
    else if (key == "max_frames")
      options.max_frames = value.get<int64_t>();
    else if (key == "min_pixels")
      options.min_pixels = value.get<int64_t>();
    else if (key == "max_pixels")
      options.max_pixels = value.get<double>();
    else if (key == "total_pixels")
      options.total_pixels = value.get<double>();
    else if (key == "resized_height")
      options.resized_height = value.get<int64_t>();
    else if (key == "resized_width")
      options.resized_width = value.get<int64_t>();
    else if (key == "video_start")
      request.start = value.get<double>();
    else if (key == "video_end")
      request.end = value.get<double>();
    else
      ADD_FAILURE() << "unknown option " << key;
  }
  return request;
}

bool is_sound(const MediaFile& file) { return file.text("expect") == "ok"; }
bool flag(const Json& row, const char* key) {
  return row.contains(key) && row[key].is_boolean() && row[key].get<bool>();
}
/// The reader's times are known to be right, and its frames are not known to be wrong.
bool is_right(const Json& row) {
  return flag(row, "times_right") &&
         !(row.contains("frames_right") && row["frames_right"] == false);
}
/// The manifest looked at the frames of the row, or of another row of the same reader and file, and
/// found them right.
bool colors_are_right(const MediaFile& file, const Json& row) {
  return std::any_of(file.sampling.begin(), file.sampling.end(), [&](const Json& other) {
    return other["reader"] == row["reader"] && flag(other, "frames_right");
  });
}

ImageSize size_of(const Json& value) { return {value[0].get<int64_t>(), value[1].get<int64_t>()}; }

void expect_colors(const at::Tensor& frames, const Json& row) {
  const auto& expected = row["mean_rgb"];
  const int64_t places[] = {0, frames.size(0) / 2, frames.size(0) - 1};
  ASSERT_EQ(expected.size(), 3u);
  ++checked()["sampling rows: colours"];
  for (size_t i = 0; i < 3; ++i) {
    const auto means = frames[places[i]].to(at::kFloat).mean({1, 2});
    for (int64_t c = 0; c < 3; ++c)
      EXPECT_NEAR(means[c].item<float>(), expected[i][static_cast<size_t>(c)].get<double>(),
                  kColorTolerance)
          << "frame " << places[i] << ", channel " << c;
  }
}

/// The arithmetic alone, with the reader's own idea of the number of frames and the rate.
void check_arithmetic(const MediaFile& file, const Json& row, const Request& request,
                      bool total_is_after_cut) {
  const auto total =
      total_is_after_cut ? row["total_frames"].get<int64_t>() : file.row["frames"].get<int64_t>();
  const auto selection = total_is_after_cut
                             ? select_frames(total, row["video_fps"].get<double>(), request.options)
                             : select_frames(total, row["video_fps"].get<double>(), request.options,
                                             request.start, request.end);
  EXPECT_EQ(selection.indices.size(), row["nframes"].get<size_t>());
  EXPECT_EQ(selection.indices, row["indices"].get<std::vector<int64_t>>());
  EXPECT_NEAR(selection.sample_fps, row["sample_fps"].get<double>(),
              kRateTolerance * selection.sample_fps);
  const auto size = clip_frame_size(static_cast<int64_t>(selection.indices.size()),
                                    size_of(row["source_size"]), request.options);
  EXPECT_EQ(size, size_of(row["resized"]));
  EXPECT_EQ(
      static_cast<int64_t>(selection.indices.size()) / 2 * (size.height / 28) * (size.width / 28),
      row["tokens"].get<int64_t>());
  ++checked()["sampling rows: frames and size"];
}

/// The whole way from the file to resized frames. Clips are kept by options: the readers' rows ask
/// for the same ones.
void check_clip(const MediaFile& file, const Json& row, const Request& request,
                std::map<std::string, Clip>& clips) {
  const auto& stated_times = row["timestamps"];
  auto [entry, is_new] = clips.try_emplace(row["options"].dump());
  if (is_new) entry->second = load_clip(file.path, request.options, request.start, request.end);
  const Clip& clip = entry->second;
  ASSERT_EQ(clip.frames.size(0), row["nframes"].get<int64_t>());
  EXPECT_EQ((ImageSize{clip.frames.size(2), clip.frames.size(3)}), size_of(row["resized"]));
  EXPECT_NEAR(clip.sample_fps, row["sample_fps"].get<double>(), kFpsTolerance * clip.sample_fps);
  // Readers count from the file's own zero or from the first frame; ours counts from the start of
  // the cut.
  ASSERT_EQ(stated_times.size(), clip.frame_seconds.size());
  const double shift = clip.frame_seconds[0] - stated_times[0].get<double>();
  for (size_t i = 0; i < clip.frame_seconds.size(); ++i)
    EXPECT_NEAR(clip.frame_seconds[i], stated_times[i].get<double>() + shift, kTimeTolerance)
        << "frame " << i;
  const double first = request.start.value_or(0.0);
  EXPECT_TRUE(std::abs(shift + first) < kTimeTolerance ||
              std::abs(shift + first + file.row["t_first"].get<double>()) < kTimeTolerance)
      << shift;
  if (colors_are_right(file, row)) expect_colors(clip.frames, row);
  ++checked()["sampling rows: whole clips"];
}

/// Frames by number, where a reader counts another rate.
void check_numbered_frames(const MediaFile& file, const Json& row) {
  const auto indices = row["indices"].get<std::vector<int64_t>>();
  const auto size = size_of(row["resized"]);
  VideoReader reader(file.path);
  auto frames =
      at::empty({static_cast<int64_t>(indices.size()), 3, size.height, size.width}, at::kByte);
  reader.read_frames(indices, [&](size_t i, const RgbFrame& frame) {
    const auto rgb = at::from_blob(const_cast<uint8_t*>(frame.pixels.data()),
                                   {frame.height, frame.width, 3}, at::kByte)
                         .permute({2, 0, 1});
    frames[static_cast<int64_t>(i)].copy_(resize_frame(rgb, size));
    EXPECT_NEAR(reader.frame_seconds()[static_cast<size_t>(indices[i])] -
                    reader.frame_seconds()[static_cast<size_t>(indices[0])],
                row["timestamps"][i].get<double>() - row["timestamps"][0].get<double>(),
                kTimeTolerance);
  });
  if (colors_are_right(file, row)) expect_colors(frames, row);
  ++checked()["sampling rows: frames by number"];
}

/// qwen-vl-utils refused: so must we, for the same reason. What only a reader could not do is no
/// rule.
void check_refusal(const MediaFile& file, const Json& row, const Request& request) {
  const auto words = row["error"].get<std::string>();
  const auto starts_with = [&](const char* text) { return words.rfind(text, 0) == 0; };
  std::string reason;
  const std::string interval = "ValueError: nframes should in interval [2, ";
  if (starts_with(interval.c_str())) {
    // A reader that saw another number of frames had a fault of its own.
    if (!request.is_cut() &&
        std::stoll(words.substr(interval.size())) != file.row["frames"].get<int64_t>())
      return;
    reason = "[too_few_frames]";
  } else if (starts_with("ValueError: Invalid time range"))
    reason = "[too_few_frames]";
  else if (starts_with("ValueError: absolute aspect ratio"))
    reason = "[aspect_ratio]";
  else if (starts_with("AssertionError: The max_pixels of"))
    reason = "min_pixels";
  else
    return;
  // By default a short clip gives the frames it has, as evaluators do; this is the rule of the
  // helper alone.
  auto options = request.options;
  options.short_clip = "refuse";
  try {
    load_clip(file.path, options, request.start, request.end);
    ADD_FAILURE() << "accepted; the reference says: " << words;
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(reason), std::string::npos) << error.what();
    EXPECT_EQ(error.exit_code(), reason == "min_pixels" ? ExitCode::kUsage : ExitCode::kBadData);
  }
  ++checked()["sampling rows: refused"];
}

class MediaSampling : public ::testing::TestWithParam<MediaFile> {};

std::vector<MediaFile> sampled_files() {
  auto files = test::media_files();
  std::erase_if(files, [](const MediaFile& file) { return file.sampling.empty(); });
  return files;
}

std::string test_name(const ::testing::TestParamInfo<MediaFile>& info) { return info.param.name; }

TEST(MediaSamplingFiles, AreFound) { EXPECT_FALSE(sampled_files().empty()) << test::media_dir(); }

TEST_P(MediaSampling, TakesTheFramesOfQwenVlUtils) {
  const auto& file = GetParam();
  std::map<std::string, Clip> clips;
  std::optional<int64_t> num_frames;
  double fps = 0.0;
  for (const auto& row : file.sampling) {
    const auto reader = row["reader"].get<std::string>();
    SCOPED_TRACE(reader + " " + row["case"].get<std::string>());
    ++checked()["sampling rows"];
    const auto request = request_of(row);
    // torchvision decodes only the range asked for, and counts from its start: another rule for
    // cuts.
    const bool counts_from_cut = reader == "torchvision";
    if (row.contains("error")) {
      const bool other_fault = file.text("expect") == "error" &&
                               file.text("error_kind") != "aspect_ratio" &&
                               file.text("error_kind") != "too_few_frames";
      const bool same_frames = is_sound(file) || file.text("expect") == "error";
      if (same_frames && !other_fault && !(counts_from_cut && request.is_cut()))
        check_refusal(file, row, request);
      continue;
    }
    if (!request.is_cut() || counts_from_cut)
      check_arithmetic(file, row, request, /*total_is_after_cut=*/true);
    else if (is_sound(file))
      check_arithmetic(file, row, request, /*total_is_after_cut=*/false);

    if (!is_right(row)) continue;
    if (!num_frames) {
      const VideoReader video(file.path);
      num_frames = video.num_frames();
      fps = video.average_fps();
    }
    if (!request.is_cut()) {
      EXPECT_EQ(row["total_frames"].get<int64_t>(), *num_frames);
    }
    if (std::abs(row["video_fps"].get<double>() - fps) < kFpsTolerance * fps) {
      check_clip(file, row, request, clips);
    } else {
      EXPECT_NE(reader, "decord") << "the rate is that of decord by rule; " << fps;
      check_numbered_frames(file, row);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, MediaSampling, ::testing::ValuesIn(sampled_files()), test_name);

}  // namespace
}  // namespace vrlt::video
