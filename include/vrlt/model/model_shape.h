#pragma once

#include <cstdint>
#include <filesystem>

namespace vrlt::model {

/// The sizes that decide what a model costs.
struct ModelShape {
  struct Tower {
    int64_t layers = 0, width = 0, intermediate = 0;
    int64_t query_width = 0, key_width = 0;  ///< Heads times head size, of queries and of keys.
    int64_t parameters = 0;                  ///< All of the tower.
    /// Parameters of the matrices that every token meets: no embedding, no vocabulary projection.
    int64_t per_token_parameters = 0;
  };
  Tower text;
  /// Per patch; the matrices of its merger, which meet each group of merged patches once, count by
  /// that share.
  Tower vision;
  int64_t vocab_size = 0;
  int64_t patches_per_token = 4;  ///< Merged into one vision token.
  int64_t patch_values = 0;       ///< Numbers in the row of pixels of a patch.
  /// Layers of the vision tower that see a whole frame; the others see windows
  int64_t full_attention_layers = 0;
  int64_t window_patches = 0;  ///< of so many patches.
};

/// From config.json alone: no weights are opened.
/// @throws as load_model().
ModelShape read_model_shape(const std::filesystem::path& folder);

}  // namespace vrlt::model
