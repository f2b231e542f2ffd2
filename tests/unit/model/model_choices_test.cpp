// What a config has of the family of its model, before anything is opened.
#include "vrlt/model/model_choices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace vrlt::model {
namespace {

using ::testing::ElementsAre;
using ::testing::StrEq;

TEST(ModelFamilies, AreFoundByTheFolderAndTheFirstStandsInForOthers) {
  const test::TemporaryFolder folder;
  const auto* first = model_choices().data();
  for (const auto& row : model_choices()) {
    io::write_file_atomic(folder.path() / "config.json", io::Json{{"model_type", row.name}}.dump());
    EXPECT_STREQ(family_of(folder.path()).name, row.name);
  }
  for (const char* config :
       {R"({"model_type": "gpt2"})", R"({"model_type": 3})", "[]", "no json"}) {
    io::write_file_atomic(folder.path() / "config.json", config);
    EXPECT_EQ(&family_of(folder.path()), first) << config;
  }
  EXPECT_EQ(&family_of(folder.path() / "none"), first);
  EXPECT_EQ(&family_of(""), first);
}

// qwen-vl-utils 0.0.14 in tokens of 28 x 28 pixels: 128 of a frame, 128000 * 0.9 of a clip, 4 to
// 16384 of an image.
TEST(ModelFamilies, BoundsOfQwen25VlAreThoseOfItsProcessor) {
  const test::TemporaryFolder folder;
  const auto& defaults = family_of(test::make_tiny_model_folder(folder.path())).defaults;
  EXPECT_EQ(defaults.pixel_factor, 28);
  EXPECT_EQ(defaults.video_min_pixels, 100352);
  EXPECT_EQ(defaults.video_total_pixels, 90316800.0);
  EXPECT_EQ(defaults.image_min_pixels, 3136);
  EXPECT_EQ(defaults.image_max_pixels, 12845056.0);
  EXPECT_THAT(defaults.position_rules, ElementsAre(StrEq("float_max"), StrEq("int_max"),
                                                   StrEq("int_grid"), StrEq("float_grid")));
}

}  // namespace
}  // namespace vrlt::model
