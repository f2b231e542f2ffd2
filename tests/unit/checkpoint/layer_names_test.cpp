#include "vrlt/checkpoint/layer_names.h"

#include <gtest/gtest.h>

namespace vrlt::checkpoint {
namespace {

TEST(LayerOf, IsWhatTheNameSays) {
  EXPECT_EQ(layer_of("model.layers.7.mlp.up_proj.weight"), "model.layers.7.");
  EXPECT_EQ(layer_of("layers.12.norm"), "layers.12.");
  EXPECT_EQ(layer_of("model.language_model.layers.0.x"), "model.language_model.layers.0.");
  for (const char* none : {"model.embed_tokens.weight", "visual.blocks.3.norm1.weight",
                           "model.layers.norm", "model.sublayers.3.x", "layers.3", "layers.", ""})
    EXPECT_EQ(layer_of(none), "") << none;
}

}  // namespace
}  // namespace vrlt::checkpoint
