#pragma once

#include <cstdint>
#include <filesystem>

#include "vrlt/processor/vision_geometry.h"

namespace vrlt::model {

/// How many numbers something takes of each token: in the type of the weights, and in float32
/// whatever that is.
struct TokenNumbers {
  int64_t own = 0, wide = 0;
};

/// The sizes that decide what a model costs.
struct ModelShape {
  struct Tower {
    int64_t layers = 0, width = 0, intermediate = 0;
    int64_t query_width = 0, key_width = 0;  ///< Heads times head size, of queries and of keys.
    int64_t parameters = 0;                  ///< All of the tower.
    /// Parameters of the matrices that every token meets: no embedding, no vocabulary projection.
    int64_t per_token_parameters = 0;
    int64_t largest_layer = 0;   ///< Parameters of one.
    int64_t largest_matrix = 0;  ///< Parameters of one of a layer.
    /// What a layer keeps for a backward pass beside its input, where all of it trains.
    TokenNumbers kept;
    int64_t kept_for_norms = 0;  ///< Of kept.own: only for the gradients of the norms' weights.
    TokenNumbers backward;       ///< Gradients that live together while a layer is gone back.
  };
  Tower text;
  /// Per patch; the matrices of its merger, which meet each group of merged patches once, count by
  /// that share.
  Tower vision;
  int64_t vocab_size = 0;
  bool ties_embedding = false;    ///< The vocabulary projection is the embedding.
  int64_t query_heads = 0;        ///< Of the decoder.
  int64_t feature_width = 0;      ///< Numbers of a vision token as the tower leaves it.
  int64_t patches_per_token = 4;  ///< Merged into one vision token.
  int64_t patch_values = 0;       ///< Numbers in the row of pixels of a patch.
  /// Layers of the vision tower that see a whole frame; the others see windows
  int64_t full_attention_layers = 0;
  int64_t window_patches = 0;  ///< of so many patches.
  processor::VisionGeometry geometry;

  int64_t parameters() const { return text.parameters + vision.parameters; }
  int64_t embedding() const { return vocab_size * text.width; }
};

/// From config.json alone: no weights are opened.
/// @throws as load_model().
ModelShape read_model_shape(const std::filesystem::path& folder);

/// The same where the folder is there; else of the published model that its last name tells, such
/// as Qwen2.5-VL-7B-Instruct.
/// @throws MissingInputError where neither is known; as read_model_shape().
ModelShape find_model_shape(const std::filesystem::path& folder);

}  // namespace vrlt::model
