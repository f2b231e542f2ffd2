#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/text_decoder/text_shape.h"
#include "vrlt/io/json.h"

namespace vrlt::model::qwen3_vl {

struct VisionConfig {
  int64_t depth = 0, hidden_size = 0, num_heads = 0, intermediate_size = 0, out_hidden_size = 0;
  int64_t patch_size = 16, temporal_patch_size = 2, spatial_merge_size = 2;
  int64_t num_position_embeddings = 0;    ///< Rows of the learned positions, a square.
  std::vector<int64_t> deepstack_blocks;  ///< Ascending: after which a level leaves the tower.

  int64_t head_dim() const { return hidden_size / num_heads; }
  int64_t merge_area() const { return spatial_merge_size * spatial_merge_size; }
  int64_t patch_elements() const { return 3 * temporal_patch_size * patch_size * patch_size; }
  int64_t num_levels() const { return static_cast<int64_t>(deepstack_blocks.size()); }
};

/// config.json as on the hub or as later releases save it (docs/spec/qwen3_vl.md#config).
struct Config {
  VisionConfig vision;
  TextShape text;
  /// What the file says of the head; none: the weights tell (see load()).
  std::optional<bool> tie_word_embeddings;
  double initializer_range = 0.02;
};

/// The axis (0 time, 1 height, 2 width) of every frequency: height and width take every third one,
/// as far as their sections reach, time has the rest. Source: Qwen3VLTextRotaryEmbedding of
/// transformers.
std::vector<int64_t> interleaved_axes(const std::vector<int64_t>& sections, int64_t frequencies);

/// @throws DataError naming the field that is missing, of the wrong type, out of range, or not
/// supported.
Config parse_config(const io::Json& json, const std::string& origin);

}  // namespace vrlt::model::qwen3_vl
