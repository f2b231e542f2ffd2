#include "vrlt/video/image.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/qwen_media.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/video/resize.h"

namespace vrlt::video {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::filesystem::path kImages = test::tests_dir() / "unit/video/images";

std::string bytes_of(const std::string& name) { return io::read_file(kImages / name, 1 << 20); }

std::string message_of(const std::string& bytes, const DecodeLimits& limits = {}) {
  try {
    decode_image(bytes, "x/picture", limits);
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

// What scripts/golden/images.py had Pillow make of each file.
TEST(DecodeImage, EqualsPillowInEveryFormat) {
  const checkpoint::SafetensorsFile expected(kImages / "expected.safetensors");
  ASSERT_GE(expected.names().size(), 14U);
  for (const auto& name : expected.names()) {
    SCOPED_TRACE(name);
    const auto image = decode_image(bytes_of(name), name);
    EXPECT_TRUE(at::equal(image, expected.tensor(name)))
        << (image.to(at::kInt) - expected.tensor(name).to(at::kInt)).abs().max().item<int>()
        << " levels";
  }
}

TEST(DecodeImage, SaysWhatIsWrong) {
  EXPECT_THAT(message_of(""), AllOf(HasSubstr("x/picture"), HasSubstr("[empty_file]")));
  EXPECT_THAT(message_of("GIF89a and more"),
              AllOf(HasSubstr("expected JPEG, PNG, WebP or BMP"), HasSubstr("[not_an_image]")));
  for (const char* name : {"jpeg_420.jpg", "jpeg_444_progressive.jpg", "png_rgb.png",
                           "png_palette.png", "webp_lossless.webp", "bmp_rgb.bmp"}) {
    const auto bytes = bytes_of(name);
    EXPECT_THAT(message_of(bytes.substr(0, bytes.size() / 2)),
                AllOf(HasSubstr("x/picture"), HasSubstr("[corrupt]")))
        << name;
    EXPECT_THAT(message_of(bytes.substr(0, 12)), HasSubstr("[corrupt]")) << name;
    EXPECT_THAT(message_of(bytes, {.max_pixels_per_frame = 37 * 53 - 1}),
                AllOf(HasSubstr("53x37"), HasSubstr("[limit]")))
        << name;
  }
}

TEST(DecodeImage, AFlippedByteOfAPngIsAnError) {
  auto bytes = bytes_of("png_rgb.png");
  // the chunk's CRC no longer fits
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 0x10);
  EXPECT_THAT(message_of(bytes), HasSubstr("[corrupt]"));
}

TEST(ToRgb, CompositesOnWhite) {
  // alpha 0: white; 255: the colour; 128: (100 * 128 + 255 * 127) / 255 = 177.2
  const auto pixels =
      at::tensor({100, 0, 50, 0, 100, 0, 50, 255, 100, 0, 50, 128}, at::kByte).view({1, 3, 4});
  const auto rgb = to_rgb(pixels);
  EXPECT_TRUE(at::equal(rgb[0], at::tensor({255, 100, 177}, at::kByte).view({1, 3})));
  // (0 * 128 + 255 * 127) / 255 = 127, (50 * 128 + 255 * 127) / 255 = 152.1
  EXPECT_TRUE(at::equal(rgb.select(2, 2).flatten(), at::tensor({177, 127, 152}, at::kByte)));
}

TEST(LoadImage, ResizesToMultiplesOfThePatch) {
  // 37 x 53: sides round to 28 and 56, 1568 pixels, below 3136; 37 * sqrt(3136 / 1961) = 46.8
  // and 67.0, rounded up to 56 and 84
  const auto image = load_image(kImages / "png_rgb.png", test::qwen_image());
  EXPECT_EQ(image.sizes(), (at::IntArrayRef{3, 56, 84}));
  const auto decoded = decode_image(bytes_of("png_rgb.png"), "");
  EXPECT_TRUE(at::equal(image, resize_frame(decoded, {56, 84}, ResizeKernel::kPillow)));
  auto as_frames = test::qwen_image();
  as_frames.resize = "tv_float";
  EXPECT_FALSE(at::equal(image, load_image(kImages / "png_rgb.png", as_frames)));
  EXPECT_THROW(load_image(kImages / "nothing.png"), MissingInputError);
}

TEST(ResizeKernels, AConstantStaysConstantAndEqualSizesAreUntouched) {
  const auto grey = at::full({3, 40, 30}, 77, at::kByte);
  for (const auto& name : resize_kernel_names()) {
    const auto kernel = parse_resize_kernel(name);
    EXPECT_TRUE(
        at::equal(resize_frame(grey, {84, 14}, kernel), at::full({3, 84, 14}, 77, at::kByte)))
        << name;
    EXPECT_TRUE(resize_frame(grey, {40, 30}, kernel).is_same(grey)) << name;
  }
  EXPECT_THROW(parse_resize_kernel("nearest"), ConfigError);
}

}  // namespace
}  // namespace vrlt::video
