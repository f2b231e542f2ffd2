// config.json and generation_config.json of a model's folder.
#include "model/model_table.h"
#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"

namespace vrlt::model {
namespace {

using io::Json;
using test::BrokenFile;
using test::repeated;

/// The tiny model's config after a JSON merge patch: null removes a key.
test::FileBytes with(const Json& patch) {
  return [patch] {
    auto config = test::tiny_model_config();
    config.merge_patch(patch);
    return config.dump();
  };
}

test::FileBytes vision(const Json& patch) { return with({{"vision_config", patch}}); }

/// The same with a value at a JSON pointer, null too.
test::FileBytes put(const char* pointer, const Json& value) {
  return [pointer, value] {
    auto config = test::tiny_model_config();
    config[Json::json_pointer(pointer)] = value;
    return config.dump();
  };
}

const BrokenFile kBrokenConfigs[] = {
    {"empty", "", "not valid JSON at byte 1"},
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"a_list", "[]", "\"model_type\" is null, expected one of: qwen2_5_vl"},
    {"no_model_type", with({{"model_type", nullptr}}), "\"model_type\" is null"},
    {"model_type_is_a_number", with({{"model_type", 7}}), "\"model_type\" is 7"},
    {"other_model", with({{"model_type", "llava"}}), "\"model_type\" is \"llava\""},
    {"hidden_size_missing", with({{"hidden_size", nullptr}}), "\"hidden_size\" is missing"},
    {"hidden_size_zero", with({{"hidden_size", 0}}),
     "\"hidden_size\" is 0, expected an integer from 1 to 1048576"},
    {"hidden_size_negative", with({{"hidden_size", -32}}), "\"hidden_size\" is -32"},
    {"hidden_size_as_text", with({{"hidden_size", "32"}}), "\"hidden_size\" is \"32\""},
    {"hidden_size_as_float", with({{"hidden_size", 32.0}}), "\"hidden_size\" is 32.0"},
    {"hidden_size_of_2_to_the_64", with({{"hidden_size", 18446744073709551615ULL}}),
     "\"hidden_size\" is 18446744073709551615"},
    {"hidden_size_above_the_limit", with({{"hidden_size", (1 << 20) + 1}}),
     "\"hidden_size\" is 1048577"},
    {"hidden_size_is_a_long_list", put("/hidden_size", Json(std::vector<int>(100'000, 7))),
     "\"hidden_size\" is [7,7,7"},
    {"no_heads", with({{"num_attention_heads", 0}}), "\"num_attention_heads\" is 0"},
    {"heads_do_not_divide_the_width", with({{"num_attention_heads", 6}}),
     "hidden_size 32 is not a multiple of num_attention_heads 6"},
    {"no_key_heads", with({{"num_key_value_heads", 0}}), "\"num_key_value_heads\" is 0"},
    {"key_heads_do_not_divide", with({{"num_key_value_heads", 3}}),
     "num_attention_heads 4 is not a multiple of num_key_value_heads 3"},
    {"two_thousand_layers", with({{"num_hidden_layers", 2000}}),
     "\"num_hidden_layers\" is 2000, expected an integer from 1 to 1024"},
    {"no_intermediate_size", with({{"intermediate_size", nullptr}}),
     "\"intermediate_size\" is missing"},
    {"vocab_size_is_a_list", with({{"vocab_size", Json::array({1024})}}),
     "\"vocab_size\" is [1024]"},
    {"eps_zero", with({{"rms_norm_eps", 0}}), "\"rms_norm_eps\" is 0, expected a positive number"},
    {"theta_as_text", with({{"rope_theta", "1e6"}}), "\"rope_theta\" is \"1e6\""},
    {"sections_missing", with({{"rope_scaling", nullptr}}),
     "\"mrope_section\" is missing, expected a list"},
    {"sections_are_a_number", with({{"rope_scaling", {{"mrope_section", 4}}}}),
     "\"mrope_section\" is 4, expected a list"},
    {"section_negative", with({{"rope_scaling", {{"mrope_section", {-1, 1, 4}}}}}),
     "\"mrope_section\" holds -1"},
    {"sections_do_not_sum", with({{"rope_scaling", {{"mrope_section", {1, 1, 1}}}}}),
     "sum to head_dim/2 = 4, got sum 3"},
    {"two_sections", with({{"rope_scaling", {{"mrope_section", {2, 2}}}}}), "must have 3 entries"},
    {"yarn", with({{"rope_scaling", {{"type", "yarn"}}}}), "RoPE type \"yarn\" is not supported"},
    {"tied_as_text", with({{"tie_word_embeddings", "yes"}}),
     "\"tie_word_embeddings\" is \"yes\", expected a boolean"},
    {"gelu", with({{"hidden_act", "gelu"}}), "\"hidden_act\" is \"gelu\"; only \"silu\""},
    {"sliding_window", with({{"use_sliding_window", true}}),
     "\"use_sliding_window\" is true; only false"},
    {"no_vision", with({{"vision_config", nullptr}}), "\"vision_config\" is missing"},
    {"vision_is_a_list", with({{"vision_config", Json::array()}}),
     "\"vision_config\" is missing or not an object"},
    {"vision_depth_missing", vision({{"depth", nullptr}}), "vision_config: \"depth\" is missing"},
    {"vision_heads_zero", vision({{"num_heads", 0}}), "vision_config: \"num_heads\" is 0"},
    {"vision_heads_do_not_divide", vision({{"num_heads", 5}}),
     "vision_config: hidden_size/num_heads is 32/5"},
    {"vision_head_of_two", vision({{"num_heads", 16}}),
     "vision_config: hidden_size/num_heads is 32/16, expected a multiple of 4"},
    {"vision_width_of_another_model", vision({{"out_hidden_size", 64}}),
     "out_hidden_size 64 differs from text hidden_size 32"},
    {"patch_size_negative", vision({{"patch_size", -14}}), "vision_config: \"patch_size\" is -14"},
    {"patch_size_huge", vision({{"patch_size", 1 << 19}}), "expected an integer from 1 to 256"},
    {"merge_size_zero", vision({{"spatial_merge_size", 0}}), "\"spatial_merge_size\" is 0"},
    {"window_smaller_than_a_patch", vision({{"window_size", 27}}),
     "window_size 27 is smaller than one merged patch"},
    {"full_attention_blocks_missing", vision({{"fullatt_block_indexes", nullptr}}),
     "\"fullatt_block_indexes\" is missing, expected a list"},
    {"full_attention_block_as_text", vision({{"fullatt_block_indexes", {"1"}}}),
     "\"fullatt_block_indexes\" holds \"1\""},
    {"tokens_per_second_negative", vision({{"tokens_per_second", -2}}),
     "\"tokens_per_second\" is -2, expected a positive number"},
    {"no_video_token", with({{"video_token_id", nullptr}}),
     "config.json: \"video_token_id\" is missing"},
    {"video_token_beyond_the_vocabulary", with({{"video_token_id", 1024}}),
     "\"video_token_id\" is 1024, expected a token id from 0 to 1023"},
    {"image_token_negative", with({{"image_token_id", -1}}), "\"image_token_id\" is -1"},
    {"image_token_of_2_to_the_64", with({{"image_token_id", 18446744073709551615ULL}}),
     "\"image_token_id\" is 18446744073709551615"},
    {"key_twice", R"({"model_type": "qwen2_5_vl", "model_type": "x"})",
     "duplicate key \"model_type\" at byte 41"},
    {"nested", [] { return concat("{\"model_type\":", repeated("[", 1000)); },
     "nested deeper than 64 levels"},
    {"above_64_megabytes", [] { return repeated(" ", (64 << 20) + 1); },
     "expected at most 67108864"},
};

class BrokenModel : public testing::TestWithParam<BrokenFile> {
 protected:
  void SetUp() override { test::make_tiny_model_folder(folder_.path()); }
  void expect_refused(const char* name) {
    const auto path = folder_.path() / name;
    test::expect_refused(GetParam(), path,
                         [&] { load_model(folder_.path(), {.random_weights = true}); });
  }
  test::TemporaryFolder folder_;
};

class BrokenConfig : public BrokenModel {};
TEST_P(BrokenConfig, IsALocatedError) { expect_refused("config.json"); }
INSTANTIATE_TEST_SUITE_P(Files, BrokenConfig, testing::ValuesIn(kBrokenConfigs), test::row_name);

const BrokenFile kBrokenGenerationConfigs[] = {
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"truncated", R"({"eos_token_id": [1)", "not valid JSON at byte 20"},
    {"stop_as_text", R"({"eos_token_id": "</s>"})",
     "\"eos_token_id\" is \"</s>\", expected a token id from 0 to 1023"},
    {"stop_negative", R"({"eos_token_id": -1})", "\"eos_token_id\" is -1"},
    {"stop_beyond_the_vocabulary", R"({"eos_token_id": [1002, 1024]})", "\"eos_token_id\" is 1024"},
    {"stop_of_lists", R"({"eos_token_id": [[1002]]})", "\"eos_token_id\" is [1002]"},
    {"stop_as_float", R"({"eos_token_id": 1002.0})", "\"eos_token_id\" is 1002.0"},
};

class BrokenGenerationConfig : public BrokenModel {};
TEST_P(BrokenGenerationConfig, IsALocatedError) { expect_refused("generation_config.json"); }
INSTANTIATE_TEST_SUITE_P(Files, BrokenGenerationConfig, testing::ValuesIn(kBrokenGenerationConfigs),
                         test::row_name);

}  // namespace
}  // namespace vrlt::model
