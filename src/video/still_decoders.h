#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/video/decoder.h"

namespace vrlt::video {

/// 8-bit samples, interleaved. Channels: 1 grey, 3 RGB, 4 RGB and alpha.
struct Picture {
  int64_t height = 0, width = 0, channels = 0;
  std::vector<uint8_t> samples;
};

/// @throws DataError.
Picture decode_jpeg(std::string_view bytes, const std::string& name, const DecodeLimits& limits);
Picture decode_png(std::string_view bytes, const std::string& name, const DecodeLimits& limits);
Picture decode_webp(std::string_view bytes, const std::string& name, const DecodeLimits& limits);
Picture decode_bmp(std::string_view bytes, const std::string& name, const DecodeLimits& limits);

/// @throws DataError [limit] if there are too many pixels, [corrupt] if there are none.
void check_size(int64_t height, int64_t width, const std::string& name, const DecodeLimits& limits);

}  // namespace vrlt::video
