#include "vrlt/model/model_shape.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {
namespace {

TEST(ModelShape, CountsTheParametersThatAreOpened) {
  for (const bool tied : {true, false}) {
    const test::TemporaryFolder folder;
    test::make_tiny_model_folder(folder.path(), {{"tie_word_embeddings", tied}});
    const auto shape = read_model_shape(folder.path());
    auto model = load_model(folder.path(), {.random_weights = true});
    EXPECT_EQ(shape.text.parameters + shape.vision.parameters, model->parameters().num_elements());
  }
}

// The config in tests/support/tiny_model.h: width 32, 48 between, 4 query heads and 2 key heads of
// 8; two layers.
TEST(ModelShape, TellsWhatEveryTokenMeets) {
  const test::TemporaryFolder folder;
  test::make_tiny_model_folder(folder.path());
  const auto shape = read_model_shape(folder.path());
  EXPECT_EQ(shape.text.layers, 2);
  EXPECT_EQ(shape.text.query_width, 32);
  EXPECT_EQ(shape.text.key_width, 16);
  // q and o 32 x 32 each, k and v 16 x 32 each, three of 48 x 32
  EXPECT_EQ(shape.text.per_token_parameters, 2 * (2 * 32 * 32 + 2 * 16 * 32 + 3 * 48 * 32));
  // patches 1176 x 32; blocks of qkv 3 x 32 x 32, proj 32 x 32, three of 48 x 32; the merger's 128
  // x 128 and 32 x 128 meet four patches once
  EXPECT_EQ(shape.vision.per_token_parameters,
            1176 * 32 + 2 * (4 * 32 * 32 + 3 * 48 * 32) + (128 * 128 + 32 * 128) / 4);
  EXPECT_EQ(shape.vocab_size, 1024);
  EXPECT_EQ(shape.patch_values, 1176) << "3 channels of 2 frames of 14 x 14 pixels";
  EXPECT_EQ(shape.window_patches, 16) << "56 pixels of 14 on each side";
  EXPECT_EQ(shape.full_attention_layers, 1);
}

}  // namespace
}  // namespace vrlt::model
