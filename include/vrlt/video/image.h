#pragma once

#include <ATen/core/Tensor.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "vrlt/video/decoder.h"
#include "vrlt/video/image_options.h"

namespace vrlt::video {

/// @param image  [H, W, C] uint8: C is 1 (grey), 3 (RGB), or 4 (RGB and alpha, composited on white
/// with Pillow's rounding).
/// @return       [3, H, W] uint8.
at::Tensor to_rgb(const at::Tensor& image);

/// A still picture as RGB: JPEG, PNG, WebP (the first picture) or BMP, told apart by content. As
/// qwen-vl-utils with Pillow: an alpha channel beside RGB is composited on white, any other is
/// dropped; the EXIF orientation is not applied. JPEG and lossless formats are equal to Pillow's,
/// except that 16-bit grey is scaled to 8 bits (Pillow cuts it off at 255) and that a CMYK JPEG is
/// an error.
/// @param name  for errors.  @return [3, H, W] uint8.
/// @throws DataError whose text ends in the reason in brackets: [empty_file], [not_an_image],
/// [corrupt], [limit].
at::Tensor decode_image(std::string_view bytes, const std::string& name,
                        const DecodeLimits& limits = {});

/// Reads, decodes and resizes.  @return [3, H, W] uint8, H and W multiples of the pixel factor.
/// @throws MissingInputError, DataError.
at::Tensor load_image(const std::filesystem::path& path, const ImageOptions& options = {},
                      const DecodeLimits& limits = {});

}  // namespace vrlt::video
