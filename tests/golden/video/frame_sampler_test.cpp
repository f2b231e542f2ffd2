// golden/processor of both families: which frames, and the sizes of frames, row by row.

#include "vrlt/video/frame_sampler.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "tests/support/checked_counts.h"
#include "tests/support/qwen_media.h"
#include "tests/support/test_folders.h"
#include "vrlt/core/error.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::video {
namespace {

using io::Json;

constexpr double kRelative = 1e-12;  // the README's for doubles

/// Calls `check` on each row; @return how many there were.
int64_t for_each_row(const char* file, const std::function<void(const Json&)>& check,
                     const std::filesystem::path& folder = test::golden_dir()) {
  int64_t rows = 0;
  io::for_each_jsonl(folder / "processor" / file, /*tolerate_torn_tail=*/false,
                     [&](int64_t line, Json row) {
                       SCOPED_TRACE(std::string("processor/") + file + ":" + std::to_string(line) +
                                    " " + row.dump().substr(0, 300));
                       ++rows;
                       check(row);
                     });
  test::checked()["rows of " + (folder.filename() / file).string()] += rows;
  return rows;
}

void expect_relative(double actual, double expected) {
  EXPECT_NEAR(actual, expected, kRelative * std::abs(expected));
}

/// The taken frames as the row tells them: whole, or head, tail and sum.
void expect_indices(const std::vector<int64_t>& actual, const Json& row) {
  if (row.contains("indices")) {
    auto expected = row["indices"].get<std::vector<int64_t>>();
    // the library's extra frame, behind the end
    if (row.value("out_of_range", false)) expected.pop_back();
    EXPECT_EQ(actual, expected);
    return;
  }
  const auto head = row["indices_head"].get<std::vector<int64_t>>(),
             tail = row["indices_tail"].get<std::vector<int64_t>>();
  ASSERT_GE(actual.size(), head.size() + tail.size());
  EXPECT_EQ(std::vector<int64_t>(actual.begin(),
                                 actual.begin() + static_cast<std::ptrdiff_t>(head.size())),
            head);
  EXPECT_EQ(
      std::vector<int64_t>(actual.end() - static_cast<std::ptrdiff_t>(tail.size()), actual.end()),
      tail);
  EXPECT_EQ(std::accumulate(actual.begin(), actual.end(), int64_t{0}),
            row["indices_sum"].get<int64_t>());
}

struct Sampling {
  VideoOptions options;
  std::optional<double> start, end;
};

/// What a row asks for, by the reference's names. @param given  later ones take the place of
/// earlier ones.
Sampling sampling_of(const Json& row, const std::vector<Json>& given) {
  Sampling sampling;
  auto& [options, start, end] = sampling;
  options.sampler = row["rule"].get<std::string>();
  for (const auto& part : given)
    for (const auto& [key, value] : part.items()) {
      if (key == "fps")
        options.fps = value.get<double>();
      else if (key == "nframes" || key == "num_frames")
        options.num_frames = value.get<int64_t>();
      else if (key == "min_frames")
        options.min_frames = value.get<int64_t>();
      else if (key == "max_frames")
        options.max_frames = value.get<int64_t>();
      else if (key == "video_start")
        start = value.get<double>();
      else if (key == "video_end")
        end = value.get<double>();
      else
        ADD_FAILURE() << "unknown option " << key;
    }
  return sampling;
}

void check_sampling(const Json& row) {
  const auto& given = row["options"];
  auto [options, start, end] = sampling_of(row, {given});
  const double video_fps = row["video_fps"].is_null() ? 0.0 : row["video_fps"].get<double>();
  const auto total = row["total_frames"].get<int64_t>();
  if (row.contains("error")) {
    // Two refusals of the libraries concern how options are passed: a rate and a number at once, or
    // neither. VideoOptions has a rate always, and the number comes first.
    const bool has_number = options.num_frames.has_value(), has_rate = given.contains("fps");
    if ((has_number && has_rate) || (options.sampler == "hf_native" && !has_number && !has_rate)) {
      EXPECT_NO_THROW(select_frames(total, video_fps, options, start, end));
      return;
    }
    options.short_clip = "refuse";  // by default a short clip gives the frames it has
    EXPECT_THROW(select_frames(total, video_fps, options, start, end), DataError);
    return;
  }
  const auto selection = select_frames(total, video_fps, options, start, end);
  expect_indices(selection.indices, row);
  if (row.contains("nframes")) {
    EXPECT_EQ(selection.indices.size(), row["nframes"].get<size_t>());
  }
  if (row.contains("first")) {
    EXPECT_EQ(selection.indices.front(), row["first"].get<int64_t>());
    EXPECT_EQ(selection.indices.back(), row["last"].get<int64_t>());
    // of the file, within the cut
    EXPECT_EQ(row["frame_count"].get<int64_t>(),
              selection.indices.back() - selection.indices.front() + 1);
  }
  // With the extra frame the library's rate counts n + 1.
  const double frames = static_cast<double>(selection.indices.size());
  const double expected = row["sample_fps"].get<double>() *
                          (row.value("out_of_range", false) ? frames / (frames + 1) : 1.0);
  expect_relative(selection.sample_fps, expected);
  // per two frames: the reciprocal of the rate
  expect_relative(2.0 / selection.sample_fps, row["second_per_grid_ts"].get<double>() *
                                                  row["sample_fps"].get<double>() / expected);
  if (row.contains("second_per_grid_ts_float32")) {
    EXPECT_EQ(static_cast<float>(2.0 / selection.sample_fps),
              row["second_per_grid_ts_float32"].get<float>());
  }
}

TEST(FrameSamplerGolden, TakesTheSameFrames) {
  EXPECT_GT(for_each_row("frame_sampling.jsonl", check_sampling), 0);
}

TEST(FrameSamplerGolden, ResizesToTheSameSize) {
  const auto check = [](const Json& row) {
    const auto resize = [&] {
      return smart_resize(row["height"].get<int64_t>(), row["width"].get<int64_t>(),
                          row["factor"].get<int64_t>(), row["min_pixels"].get<int64_t>(),
                          row["max_pixels"].get<double>());
    };
    const auto& expected = row["project"];
    if (expected.is_object()) {
      EXPECT_THROW(resize(), Error);
    } else {
      EXPECT_EQ(resize(), (ImageSize{expected[0].get<int64_t>(), expected[1].get<int64_t>()}));
    }
  };
  EXPECT_GT(for_each_row("smart_resize.jsonl", check), 0);
}

TEST(FrameSamplerGolden, GivesClipsTheSameSize) {
  const auto check = [](const Json& row) {
    auto options = test::qwen_video();
    for (const auto& [key, value] : row["options"].items()) {
      if (key == "min_pixels")
        options.min_pixels = value.get<int64_t>();
      else if (key == "max_pixels")
        options.max_pixels = value.get<double>();
      else if (key == "total_pixels")
        options.total_pixels = value.get<double>();
      else if (key == "resized_height")
        options.resized_height = value.get<int64_t>();
      else if (key == "resized_width")
        options.resized_width = value.get<int64_t>();
      else
        ADD_FAILURE() << "unknown option " << key;
    }
    const auto num_frames = row["nframes"].get<int64_t>();
    const auto size_of_clip = [&] {
      return clip_frame_size(num_frames,
                             {row["height"].get<int64_t>(), row["width"].get<int64_t>()}, options);
    };
    if (row.contains("error")) {
      EXPECT_THROW(size_of_clip(), Error);
      return;
    }
    const auto size = size_of_clip();
    // The library shrinks a very flat frame to a side of 0 and then fails; ours keeps one patch
    // unit.
    const auto side = [&](size_t i) {
      return std::max<int64_t>(28, row["resized"][i].get<int64_t>());
    };
    EXPECT_EQ(size, (ImageSize{side(0), side(1)}));
    EXPECT_EQ((num_frames + 1) / 2, row["video_grid_thw"][0].get<int64_t>());
    if (size == (ImageSize{row["resized"][0].get<int64_t>(), row["resized"][1].get<int64_t>()})) {
      EXPECT_EQ(size, (ImageSize{14 * row["video_grid_thw"][1].get<int64_t>(),
                                 14 * row["video_grid_thw"][2].get<int64_t>()}));
    }
  };
  EXPECT_GT(for_each_row("frame_size.jsonl", check), 0);
}

void check_sampling_of_qwen3(const Json& row) {
  // Where no rate is known the library takes 24; here such a file is an error.
  constexpr double kUnknownRate = 24.0;
  const double rate = row["video_fps"].is_null() ? kUnknownRate : row["video_fps"].get<double>();
  auto [options, start, end] =
      sampling_of(row, {row.value("processor", Json::object()), row["options"]});
  const auto total = row["total_frames"].get<int64_t>();
  if (row.contains("error")) {
    // As above: a rate and a number at once.
    if (options.num_frames && row["options"].contains("fps")) return;
    options.short_clip = "refuse";
    EXPECT_THROW(select_frames(total, rate, options, start, end), DataError);
    return;
  }
  if (total == 0) {  // the library gives no frames
    EXPECT_THROW(select_frames(total, rate, options, start, end), DataError);
    return;
  }
  const auto selection = select_frames(total, rate, options, start, end);
  expect_indices(selection.indices, row);
  if (row.contains("sample_fps"))
    expect_relative(selection.sample_fps, row["sample_fps"].get<double>());
}

TEST(FrameSamplerGolden, TakesTheSameFramesForQwen3) {
  EXPECT_GT(for_each_row("frame_sampling.jsonl", check_sampling_of_qwen3, test::golden3_dir()), 0);
}

TEST(FrameSamplerGolden, ResizesToTheSameSizeForQwen3) {
  const auto check = [](const Json& row) {
    const auto height = row["height"].get<int64_t>(), width = row["width"].get<int64_t>(),
               factor = row["factor"].get<int64_t>(), least = row["min_pixels"].get<int64_t>();
    const auto most = row["max_pixels"].get<double>();
    const auto resize = [&] {
      return row["kind"] == "video" ? smart_resize_clip(row["num_frames"].get<int64_t>(), height,
                                                        width, factor, least, most)
                                    : smart_resize(height, width, factor, least, most);
    };
    const auto& expected = row["project"];
    if (expected.is_object()) {
      EXPECT_THROW(resize(), Error);
    } else {
      EXPECT_EQ(resize(), (ImageSize{expected[0].get<int64_t>(), expected[1].get<int64_t>()}));
    }
  };
  EXPECT_GT(for_each_row("smart_resize.jsonl", check, test::golden3_dir()), 0);
}

TEST(FrameSamplerGolden, GivesClipsTheSameSizeForQwen3) {
  const auto check = [](const Json& row) {
    VideoOptions options;
    if (row["rule"] == "hf_qwen3") {
      options.size_rule = row["cap_pixels_per_frame"].get<bool>() ? "hf_qwen3_capped" : "hf_qwen3";
      options.min_pixels = row["size"]["shortest_edge"].get<int64_t>();
      options.total_pixels = row["size"]["longest_edge"].get<double>();
      options.pixel_factor = 32;
    } else {
      for (const auto& [key, value] : row["options"].items()) {
        if (key == "min_pixels")
          options.min_pixels = value.get<int64_t>();
        else if (key == "max_pixels")
          options.max_pixels = value.get<double>();
        else if (key == "total_pixels")
          options.total_pixels = value.get<double>();
        else if (key == "resized_height")
          options.resized_height = value.get<int64_t>();
        else if (key == "resized_width")
          options.resized_width = value.get<int64_t>();
        else
          ADD_FAILURE() << "unknown option " << key;
      }
      options = test::qwen3_video(options);
    }
    const auto frames = row["nframes"].get<int64_t>();
    const auto size = clip_frame_size(
        frames, {row["height"].get<int64_t>(), row["width"].get<int64_t>()}, options);
    // as above, a very flat frame keeps one unit
    const auto side = [&](size_t i) {
      return std::max<int64_t>(32, row["resized"][i].get<int64_t>());
    };
    EXPECT_EQ(size, (ImageSize{side(0), side(1)}));
    EXPECT_EQ((frames + 1) / 2, row["video_grid_thw"][0].get<int64_t>());
  };
  EXPECT_GT(for_each_row("frame_size.jsonl", check, test::golden3_dir()), 0);
}

}  // namespace
}  // namespace vrlt::video
