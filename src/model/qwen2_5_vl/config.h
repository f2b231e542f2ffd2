#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "model/text_decoder/text_shape.h"
#include "vrlt/io/json.h"

namespace vrlt::model::qwen2_5_vl {

struct VisionConfig {
  int64_t depth = 0, hidden_size = 0, num_heads = 0, intermediate_size = 0, out_hidden_size = 0;
  int64_t patch_size = 14, temporal_patch_size = 2, spatial_merge_size = 2, in_channels = 3;
  int64_t window_size = 112;  ///< Pixels per side.
  std::vector<int64_t> full_attention_blocks;
  double tokens_per_second = 2.0;

  int64_t head_dim() const { return hidden_size / num_heads; }
  int64_t merge_area() const { return spatial_merge_size * spatial_merge_size; }
  int64_t patch_elements() const {
    return in_channels * temporal_patch_size * patch_size * patch_size;
  }
  bool is_full_attention(int64_t block) const;
};

/// config.json in any of its layouts: flat as on the hub, nested as later releases save it, or both
/// (docs/spec/qwen2_5_vl.md#config).
struct Config {
  VisionConfig vision;
  TextShape text;
  double initializer_range = 0.02;
};

/// @throws DataError naming the field that is missing, of the wrong type, out of range, or not
/// supported.
Config parse_config(const io::Json& json, const std::string& origin);

}  // namespace vrlt::model::qwen2_5_vl
