#include "vrlt/video/image.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include "video/still_decoders.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/video/frame_sampler.h"
#include "vrlt/video/resize.h"

namespace vrlt::video {
namespace {

constexpr uint64_t kMaxFileBytes = 256ULL << 20;

struct Format {
  std::string_view start;
  size_t second_offset;
  std::string_view second;  ///< At `second_offset`.
  Picture (*decode)(std::string_view bytes, const std::string& name, const DecodeLimits& limits);
};

constexpr Format kFormats[] = {
    {"\xFF\xD8\xFF", 0, "", decode_jpeg},
    {"\x89PNG\r\n\x1A\n", 0, "", decode_png},
    {"RIFF", 8, "WEBP", decode_webp},
    {"BM", 0, "", decode_bmp},
};

const Format* find_format(std::string_view bytes) {
  for (const auto& format : kFormats)
    if (bytes.starts_with(format.start) &&
        bytes.substr(std::min(bytes.size(), format.second_offset)).starts_with(format.second))
      return &format;
  return nullptr;
}

/// value * alpha + 255 * (255 - alpha), divided by 255 in Pillow's rounding.
uint8_t on_white(uint8_t value, uint8_t alpha) {
  const uint32_t sum = uint32_t{value} * alpha + 255U * (255U - alpha) + 128U;
  return static_cast<uint8_t>(((sum >> 8) + sum) >> 8);
}

}  // namespace

at::Tensor to_rgb(const at::Tensor& image) {
  VRLT_CHECK(image.dim() == 3 && image.scalar_type() == at::kByte, "an image of ", image.sizes());
  const auto pixels = image.contiguous();
  const int64_t num_pixels = pixels.size(0) * pixels.size(1), channels = pixels.size(2);
  VRLT_CHECK(channels == 1 || channels == 3 || channels == 4, channels, " channels");
  auto planes = at::empty({3, pixels.size(0), pixels.size(1)}, at::kByte);
  for (int64_t c = 0; c < 3; ++c) {
    auto* plane = planes.mutable_data_ptr<uint8_t>() + c * num_pixels;
    const auto* pixel = pixels.const_data_ptr<uint8_t>();
    const int64_t channel = channels == 1 ? 0 : c;
    for (int64_t i = 0; i < num_pixels; ++i, pixel += channels)
      plane[i] = channels == 4 ? on_white(pixel[channel], pixel[3]) : pixel[channel];
  }
  return planes;
}

at::Tensor decode_image(std::string_view bytes, const std::string& name,
                        const DecodeLimits& limits) {
  if (bytes.empty()) throw DataError(concat(name, ": the file is empty [empty_file]"));
  const Format* format = find_format(bytes);
  if (format == nullptr)
    throw DataError(concat(name, ": no image: expected JPEG, PNG, WebP or BMP [not_an_image]"));
  auto picture = format->decode(bytes, name, limits);
  return to_rgb(at::from_blob(picture.samples.data(),
                              {picture.height, picture.width, picture.channels}, at::kByte));
}

at::Tensor load_image(const std::filesystem::path& path, const ImageOptions& options,
                      const DecodeLimits& limits) {
  const auto image = decode_image(io::read_file(path, kMaxFileBytes), path.string(), limits);
  try {
    const auto size = smart_resize(image.size(1), image.size(2), options.pixel_factor,
                                   options.min_pixels, options.max_pixels);
    return resize_frame(image, size, parse_resize_kernel(options.resize));
  } catch (const DataError& error) {
    throw DataError(concat(path.string(), ": ", error.what()));
  }
}

}  // namespace vrlt::video
