#include "vrlt/model/model_shape.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "vrlt/core/error.h"
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

// Half of total_size in model.safetensors.index.json of each: two bytes a parameter.
TEST(ModelShape, OfAPublishedModelFollowsFromItsName) {
  const auto parameters = [](const char* name) { return find_model_shape(name).parameters(); };
  EXPECT_EQ(parameters("/models/Qwen2.5-VL-3B-Instruct"), 3754622976);
  EXPECT_EQ(parameters("Qwen/Qwen2.5-VL-7B-Instruct/"), 8292166656);
  EXPECT_EQ(parameters("qwen2.5-vl-32b"), 33452718336);
  EXPECT_EQ(parameters("Qwen2.5-VL-72B-Instruct"), 73410777344);
  EXPECT_THROW(find_model_shape("/models/Another-3B"), MissingInputError);
}

TEST(ModelShape, OfAFolderGoesBeforeItsName) {
  const test::TemporaryFolder folder;
  const auto named = folder.path() / "Qwen2.5-VL-7B-Instruct";
  test::make_tiny_model_folder(named);
  EXPECT_EQ(find_model_shape(named).text.layers, 2);
}

// Of 3B in bfloat16, bytes of a token and layer: two norms, each the state in float32 and two
// copies, 2 x (4 + 2 x 2) x 2048; queries and what attention gives of 2048, keys and values of 256,
// and a log-sum-exp for each of 16 heads, 2 x (2 x 2048 + 2 x 256) + 4 x 16; four of the MLP,
// 4 x 2 x 11008.
TEST(ModelShape, TellsWhatALayerKeepsOfAToken) {
  const auto text = find_model_shape("Qwen2.5-VL-3B").text;
  EXPECT_EQ(2 * text.kept.own + 4 * text.kept.wide,
            2 * 8 * 2048 + 2 * (2 * 2048 + 2 * 256) + 4 * 16 + 4 * 2 * 11008);
  EXPECT_EQ(text.largest_matrix, 2048 * 11008);
  // q and o 2048 x 2048, k and v 2048 x 256, three of 2048 x 11008; biases and two norms
  EXPECT_EQ(text.largest_layer, 2 * 2048 * 2048 + 2 * 2048 * 256 + 3 * 2048 * 11008 + 2048 +
                                    2 * 256 + 2 * 2048);
}

}  // namespace
}  // namespace vrlt::model
