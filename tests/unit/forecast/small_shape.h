#pragma once

#include "vrlt/model/model_shape.h"

namespace vrlt::test {

/// Two layers of a decoder, numbers that are easy to follow: 600 parameters each and a tied
/// embedding of 100 x 10; a tower of one layer.
inline model::ModelShape small_shape() {
  return {.text = {.layers = 2,
                   .width = 10,
                   .intermediate = 20,
                   .query_width = 10,
                   .key_width = 5,
                   .parameters = 2200,
                   .per_token_parameters = 1000,
                   .largest_layer = 600,
                   .largest_matrix = 200,
                   .kept = {.own = 150, .wide = 22},
                   .kept_for_norms = 20,
                   .backward = {.own = 80}},
          .vision = {.layers = 1,
                     .width = 4,
                     .intermediate = 8,
                     .query_width = 4,
                     .key_width = 4,
                     .parameters = 500,
                     .per_token_parameters = 100,
                     .largest_layer = 400,
                     .largest_matrix = 32,
                     .kept = {.own = 68, .wide = 9},
                     .backward = {.own = 32}},
          .vocab_size = 100,
          .ties_embedding = true,
          .query_heads = 2,
          .feature_width = 10,
          .patches_per_token = 4,
          .patch_values = 1176,
          .full_attention_layers = 1,
          .window_patches = 16,
          .geometry = {.patch_size = 14, .temporal_patch = 2, .merge_size = 2}};
}

/// 20 tokens of text, and 4 slices of 5 vision tokens.
inline processor::PromptSize small_prompt() {
  return {.text_tokens = 20, .vision_tokens = 20, .tokens_per_slice = 5};
}

}  // namespace vrlt::test
