// golden/processor of each family: resized frames and patch rows of every clip, patch rows of every
// image.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "model/qwen2_5_vl/geometry.h"
#include "model/qwen3_vl/geometry.h"
#include "tests/support/checked_counts.h"
#include "tests/support/qwen_media.h"
#include "tests/support/test_folders.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/json.h"
#include "vrlt/model/normalize_patches.h"
#include "vrlt/processor/patchify.h"
#include "vrlt/video/image.h"
#include "vrlt/video/resize.h"

namespace vrlt::processor {
namespace {

using checkpoint::SafetensorsFile;
using io::Json;

// The README's: ties of `round` and the order of float32 sums.
constexpr double kMaxLevels = 1.0, kMaxShare = 1e-3;
// The README's for equal frames: 3.8e-7 was seen against float64.
constexpr double kPixelTolerance = 1e-6;

/// A family, where its values are, and its options where a clip says nothing.
struct Family {
  const char* name;
  std::filesystem::path (*golden)();
  VisionGeometry geometry;
  video::VideoOptions (*options)();

  std::filesystem::path folder() const { return golden() / "processor"; }
  /// "videos" or "images" of clips.json whose files are there.
  std::vector<Json> entries(const char* kind, const char* file) const {
    std::vector<Json> found;
    const auto clips = io::read_json(folder() / "clips.json");
    for (const auto& entry : clips[kind])
      if (std::filesystem::exists(path_of(entry, file))) found.push_back(entry);
    return found;
  }
  std::filesystem::path path_of(const Json& entry, const char* file) const {
    return folder() / (file + entry["name"].get<std::string>() + ".safetensors");
  }
  void count(const std::string& what, int64_t number) const {
    test::checked()[what + " of " + name] += number;
  }
};

const Family kFamilies[] = {
    {"qwen2_5_vl", test::golden_dir, model::qwen2_5_vl::kGeometry,
     [] { return test::qwen_video(); }},
    {"qwen3_vl", test::golden3_dir, model::qwen3_vl::kGeometry, [] { return test::qwen3_video(); }},
};

class ProcessorGolden : public ::testing::TestWithParam<Family> {};
INSTANTIATE_TEST_SUITE_P(Families, ProcessorGolden, ::testing::ValuesIn(kFamilies),
                         [](const auto& info) { return info.param.name; });

void expect_same_levels(const at::Tensor& actual, const at::Tensor& expected) {
  ASSERT_EQ(actual.sizes(), expected.sizes());
  const auto difference = (actual.to(at::kInt) - expected.to(at::kInt)).abs();
  EXPECT_LE(difference.max().item<int>(), kMaxLevels);
  EXPECT_LE(difference.gt(0).to(at::kDouble).mean().item<double>(), kMaxShare);
}

/// All patch rows, or those that the file holds.
void expect_same_patches(const at::Tensor& frames, const VisionGeometry& geometry,
                         const SafetensorsFile& file, const char* pixels, const char* grid_name) {
  at::Tensor grid;
  const auto patches = model::normalize_patches(patchify(frames, geometry, &grid), geometry);
  EXPECT_TRUE(at::equal(grid, file.tensor(grid_name).to(at::kLong))) << grid;
  const bool is_whole = file.contains(pixels);
  const auto actual =
      is_whole ? patches : patches.index_select(0, file.tensor("row_index").to(at::kLong));
  const auto rows = std::string(pixels) + "_rows";
  const auto expected = file.tensor(is_whole              ? pixels
                                    : file.contains(rows) ? rows
                                                          : "pixel_values_rows");
  ASSERT_EQ(actual.sizes(), expected.sizes());
  EXPECT_LE((actual - expected).abs().max().item<float>(), kPixelTolerance);
}

at::Tensor resize_frames(const at::Tensor& frames, video::ImageSize size,
                         video::ResizeKernel kernel) {
  std::vector<at::Tensor> each;
  for (int64_t i = 0; i < frames.size(0); ++i)
    each.push_back(video::resize_frame(frames[i], size, kernel));
  return at::stack(each);
}

/// The kernels whose arithmetic is whole numbers: to the bit.
void expect_exact_kernels(const at::Tensor& frames, video::ImageSize size,
                          const SafetensorsFile& file, const Json& entry) {
  const std::pair<const char*, video::ResizeKernel> kernels[] = {
      {"frames_resized_tv_uint8", video::ResizeKernel::kTorchUint8},
      {"frames_resized_pil_u8", video::ResizeKernel::kPillow},
      {"frames_resized_pil_u8_horizontal_first", video::ResizeKernel::kPillowHorizontalFirst},
  };
  for (const auto& [name, kernel] : kernels) {
    SCOPED_TRACE(name);
    if (file.contains(name)) {
      EXPECT_TRUE(at::equal(resize_frames(frames, size, kernel), file.tensor(name)));
      ++test::checked()[name];
    }
    const auto crop_name = std::string(name) + "_crop";
    if (!file.contains(crop_name)) continue;
    const auto crop = entry[crop_name].get<std::vector<int64_t>>();  // y0, y1, x0, x1
    const auto resized = resize_frames(frames, size, kernel);
    EXPECT_TRUE(at::equal(resized.slice(2, crop[0], crop[1]).slice(3, crop[2], crop[3]),
                          file.tensor(crop_name)));
    if (const auto sum = std::string(name) + "_sum"; entry.contains(sum)) {
      EXPECT_EQ(resized.sum().item<int64_t>(), entry[sum].get<int64_t>());
    }
    ++test::checked()[crop_name];
  }
}

/// What transformers makes of the frames by itself: one budget for the clip, integer weights.
void expect_whole_budget(const Json& entry, const SafetensorsFile& file,
                         video::VideoOptions options) {
  const auto frames = file.tensor("frames");
  options.size_rule = "hf_qwen3";
  options.min_pixels = entry["hf_size"]["shortest_edge"].get<int64_t>();
  options.max_pixels.reset();
  options.total_pixels = entry["hf_size"]["longest_edge"].get<double>();
  const auto size =
      video::clip_frame_size(frames.size(0), {frames.size(2), frames.size(3)}, options);
  EXPECT_EQ(size, (video::ImageSize{entry["hf_resized"][0].get<int64_t>(),
                                    entry["hf_resized"][1].get<int64_t>()}));
  auto resized = resize_frames(frames, size, video::ResizeKernel::kTorchUint8);
  const std::string name = "frames_resized_hf_tv_uint8";
  if (entry.contains(name + "_sum"))
    EXPECT_EQ(resized.sum().item<int64_t>(), entry[name + "_sum"].get<int64_t>());
  const bool is_whole = file.contains(name);
  if (!is_whole) {
    const auto crop = entry[name + "_crop"].get<std::vector<int64_t>>();  // y0, y1, x0, x1
    resized = resized.slice(2, crop[0], crop[1]).slice(3, crop[2], crop[3]);
  }
  EXPECT_TRUE(at::equal(resized, file.tensor(is_whole ? name : name + "_crop")));
  ++test::checked()["clips by transformers' own budget"];
}

TEST_P(ProcessorGolden, ResizesFramesAndCutsThemIntoPatches) {
  const auto& family = GetParam();
  int64_t count = 0;
  for (const auto& entry : family.entries("videos", "video_")) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    ++count;
    const SafetensorsFile file(family.path_of(entry, "video_"));
    const auto frames = file.tensor("frames");
    auto options = family.options();
    for (const auto& [key, value] : entry["options"].items()) {
      if (key == "min_pixels")
        options.min_pixels = value.get<int64_t>();
      else if (key == "max_pixels")
        options.max_pixels = value.get<double>();
      else
        ADD_FAILURE() << "unknown option " << key;
    }
    const auto size =
        video::clip_frame_size(frames.size(0), {frames.size(2), frames.size(3)}, options);
    EXPECT_EQ(size, (video::ImageSize{entry["resized"][0].get<int64_t>(),
                                      entry["resized"][1].get<int64_t>()}));
    expect_exact_kernels(frames, size, file, entry);
    const auto resized = resize_frames(frames, size, video::ResizeKernel::kTorchFloat);
    if (file.contains("frames_resized")) {
      expect_same_levels(resized, file.tensor("frames_resized"));
      expect_same_patches(file.tensor("frames_resized"), family.geometry, file,
                          "pixel_values_videos", "video_grid_thw");
    } else {
      const auto crop = entry["frames_resized_crop"].get<std::vector<int64_t>>();  // y0, y1, x0, x1
      expect_same_levels(resized.slice(2, crop[0], crop[1]).slice(3, crop[2], crop[3]),
                         file.tensor("frames_resized_crop"));
      // One level on at most a thousandth of the values.
      EXPECT_NEAR(resized.sum().item<double>(), entry["frames_resized_sum"].get<double>(),
                  kMaxShare * static_cast<double>(resized.numel()));
      expect_same_patches(resized, family.geometry, file, "pixel_values_videos", "video_grid_thw");
    }
    at::Tensor grid;
    const auto patches =
        model::normalize_patches(patchify(resized, family.geometry, &grid), family.geometry)
            .to(at::kDouble);
    EXPECT_TRUE(at::equal(
        grid.view(-1), at::tensor(entry["video_grid_thw"].get<std::vector<int64_t>>(), at::kLong)))
        << grid;
    // A level is at most 1/(255 * 0.26) = 0.015 in pixel values; patches repeat the last of an odd
    // number of frames.
    const double sum_tolerance = 0.015 * kMaxShare * static_cast<double>(patches.numel());
    EXPECT_NEAR(patches.sum().item<double>(), entry["pixel_values_sum"].get<double>(),
                sum_tolerance);
    EXPECT_NEAR(patches.abs().sum().item<double>(), entry["pixel_values_abs_sum"].get<double>(),
                sum_tolerance);
    if (entry.contains("pixel_values_sq_sum")) {
      // d(x^2) = 2 x dx, |x| < 2.7
      EXPECT_NEAR(patches.square().sum().item<double>(), entry["pixel_values_sq_sum"].get<double>(),
                  2 * 2.7 * sum_tolerance);
    }
    if (entry.contains("hf_size")) expect_whole_budget(entry, file, options);
  }
  family.count("clips", count);
  EXPECT_GT(count, 0);
}

// An image is a clip of one frame, which its temporal patch repeats.
TEST_P(ProcessorGolden, ResizesImagesAndCutsThemIntoPatches) {
  const auto& family = GetParam();
  int64_t count = 0;
  for (const auto& entry : family.entries("images", "image_")) {
    SCOPED_TRACE(entry["name"].get<std::string>());
    ++count;
    const SafetensorsFile file(family.path_of(entry, "image_"));
    const auto size =
        video::smart_resize(entry["height"].get<int64_t>(), entry["width"].get<int64_t>(),
                            family.geometry.pixel_factor(), entry["min_pixels"].get<int64_t>(),
                            entry["max_pixels"].get<double>());
    const auto rgb = video::to_rgb(file.tensor("image"));
    EXPECT_TRUE(at::equal(rgb, file.contains("image_rgb")
                                   ? file.tensor("image_rgb")
                                   : file.tensor("image").permute({2, 0, 1})));
    const auto image = video::resize_frame(rgb, size, video::ResizeKernel::kPillow);
    EXPECT_TRUE(at::equal(image, file.tensor("image_resized")));
    if (file.contains("image_resized_horizontal_first")) {
      EXPECT_TRUE(
          at::equal(video::resize_frame(rgb, size, video::ResizeKernel::kPillowHorizontalFirst),
                    file.tensor("image_resized_horizontal_first")));
    }
    expect_same_patches(image.unsqueeze(0), family.geometry, file, "pixel_values",
                        "image_grid_thw");
    at::Tensor grid;
    const auto pixels = model::normalize_patches(
                            patchify(image.unsqueeze(0), family.geometry, &grid), family.geometry)
                            .to(at::kDouble);
    EXPECT_TRUE(at::equal(
        grid.view(-1), at::tensor(entry["image_grid_thw"].get<std::vector<int64_t>>(), at::kLong)))
        << grid;
    // float32 against double, per value
    EXPECT_NEAR(pixels.sum().item<double>(), entry["pixel_values_sum"].get<double>(),
                kPixelTolerance * static_cast<double>(pixels.numel()));
    EXPECT_NEAR(pixels.abs().sum().item<double>(), entry["pixel_values_abs_sum"].get<double>(),
                kPixelTolerance * static_cast<double>(pixels.numel()));
  }
  family.count("images", count);
  EXPECT_GT(count, 0);
}

}  // namespace
}  // namespace vrlt::processor
