#include "model/qwen2_5_vl/weights.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "model/qwen2_5_vl/model.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

namespace fs = std::filesystem;
using checkpoint::NamedTensors;
using io::Json;
using ::testing::HasSubstr;
using ::testing::Not;

std::unique_ptr<VisionLanguageModel> random_model(const fs::path& folder, uint64_t seed = 3,
                                                  at::ScalarType dtype = at::kFloat) {
  return load_model(folder, {.dtype = dtype, .random_weights = true, .seed = seed});
}

NamedTensors tensors_of(VisionLanguageModel& model) {
  NamedTensors tensors;
  for (const auto& [name, tensor] : model.parameters().entries())
    tensors.emplace_back(name, tensor);
  return tensors;
}

void expect_same_weights(VisionLanguageModel& a, VisionLanguageModel& b) {
  ASSERT_EQ(a.parameters().entries().size(), b.parameters().entries().size());
  for (const auto& [name, tensor] : a.parameters().entries())
    EXPECT_TRUE(at::equal(tensor, b.parameters().at(name))) << name;
}

/// What load_model says about the weights of a folder; empty if it opens.
std::string load_error(const fs::path& folder) {
  try {
    load_model(folder, {});
  } catch (const CheckpointError& error) {
    return error.what();
  }
  return "";
}

/// A folder with the weights of a random model after `change`.
class ChangedWeights {
 public:
  template <typename Change>
  explicit ChangedWeights(Change change, const Json& overrides = Json::object()) {
    test::make_tiny_model_folder(folder_.path(), overrides);
    model_ = random_model(folder_.path());
    auto tensors = tensors_of(*model_);
    change(tensors);
    checkpoint::save_sharded(folder_.path(), tensors, 1 << 30);
  }
  const fs::path& path() const { return folder_.path(); }
  VisionLanguageModel& original() { return *model_; }

 private:
  test::TemporaryFolder folder_;
  std::unique_ptr<VisionLanguageModel> model_;
};

TEST(Weights, SaveThenLoadIsBitEqual) {
  for (const bool tied : {true, false})
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      const test::TemporaryFolder source, saved;
      test::make_tiny_model_folder(source.path(),
                                   {{"tie_word_embeddings", tied}, {"some_future_key", 7}});
      io::write_file_atomic(source.path() / "tokenizer_config.json", "{}");
      const auto model = random_model(source.path(), 3, dtype);
      model->save(saved.path() / "new" / "folder");
      const auto loaded = load_model(saved.path() / "new" / "folder", {.dtype = dtype});
      expect_same_weights(*model, *loaded);
      EXPECT_EQ(loaded->stop_ids(), (std::vector<int64_t>{1002, 1000}));
      const auto config = io::read_json(saved.path() / "new" / "folder" / "config.json");
      EXPECT_EQ(config["some_future_key"], 7);
      EXPECT_EQ(config["torch_dtype"], dtype == at::kFloat ? "float32" : "bfloat16");
      EXPECT_TRUE(fs::exists(saved.path() / "new" / "folder" / "tokenizer_config.json"));
    }
}

/// Name and bytes of every tensor of a folder.
std::map<std::string, std::string> bytes_of(const fs::path& folder) {
  std::map<std::string, std::string> bytes;
  for (const auto& [name, tensor] : checkpoint::load_sharded(folder)) {
    EXPECT_TRUE(tensor.is_contiguous()) << name;
    bytes[qwen2_5_vl::canonical_name(name)] =
        std::string(static_cast<const char*>(tensor.const_data_ptr()), tensor.nbytes());
  }
  return bytes;
}

TEST(Weights, LoadThenSaveKeepsEveryByte) {
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    const test::TemporaryFolder source, saved;
    auto tensors = tensors_of(*random_model(
        test::make_tiny_model_folder(source.path(), {{"tie_word_embeddings", false}}), 3, dtype));
    for (auto& [name, tensor] : tensors) {
      // values that compare as equal to others, or that arithmetic may flush
      if (name == "model.norm.weight") {
        tensor[0] = -0.0;
        tensor[1] = 1e-39;  // subnormal
        tensor[2] = 3e38;
      }
      // as transformers since 4.52 names modules
      if (name.starts_with("visual.")) name = "model." + name;
    }
    checkpoint::save_sharded(source.path(), tensors, 50'000);
    load_model(source.path(), {.dtype = dtype})->save(saved.path());
    EXPECT_TRUE(fs::exists(saved.path() / "model.safetensors"));
    const auto before = bytes_of(source.path());
    EXPECT_EQ(before.size(), tensors.size());
    EXPECT_TRUE(before == bytes_of(saved.path())) << dtype;
  }
}

/// Makes the links of the Hub's cache: snapshots/<commit>/<file> -> ../../blobs/<hash>. @return the
/// snapshot.
fs::path to_hub_cache(const fs::path& folder, const fs::path& cache) {
  const auto snapshot = cache / "models--org--name" / "snapshots" / std::string(40, 'a'),
             blobs = cache / "models--org--name" / "blobs";
  fs::create_directories(snapshot);
  fs::create_directories(blobs);
  int number = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto blob = concat("blob", number++);  // the hash of its bytes, in truth
    fs::rename(entry.path(), blobs / blob);
    fs::create_symlink(fs::path("..") / ".." / "blobs" / blob, snapshot / entry.path().filename());
  }
  return snapshot;
}

TEST(Weights, ASnapshotOfTheHubCacheLoadsAndIsSavedAsFiles) {
  const test::TemporaryFolder folder, cache, saved;
  const auto model = random_model(test::make_tiny_model_folder(folder.path()));
  io::write_file_atomic(folder.path() / "tokenizer_config.json", "{}");
  checkpoint::save_sharded(folder.path(), tensors_of(*model), 50'000);
  const auto snapshot = to_hub_cache(folder.path(), cache.path());
  const auto loaded = load_model(snapshot, {});
  expect_same_weights(*model, *loaded);
  EXPECT_EQ(loaded->stop_ids(), (std::vector<int64_t>{1002, 1000}));
  loaded->save(saved.path());
  EXPECT_TRUE(fs::exists(saved.path() / "tokenizer_config.json"));
  for (const auto& entry : fs::directory_iterator(saved.path()))
    EXPECT_FALSE(entry.is_symlink()) << entry.path();
}

TEST(Weights, ABrokenLinkOfTheHubCacheIsAMissingInput) {
  const test::TemporaryFolder folder, cache;
  checkpoint::save_sharded(folder.path(),
                           tensors_of(*random_model(test::make_tiny_model_folder(folder.path()))),
                           1 << 30);
  const auto snapshot = to_hub_cache(folder.path(), cache.path());
  fs::remove(fs::canonical(snapshot / "model.safetensors"));
  EXPECT_THROW(load_model(snapshot, {}), MissingInputError);
}

TEST(Weights, SavedDtypeIsNamedWhereverTheConfigNamesIt) {
  const test::TemporaryFolder source, saved;
  test::make_tiny_model_folder(source.path(),
                               {{"dtype", "float32"}, {"text_config", {{"dtype", "float32"}}}});
  random_model(source.path(), 3, at::kBFloat16)->save(saved.path());
  const auto config = io::read_json(saved.path() / "config.json");
  EXPECT_EQ(config["dtype"], "bfloat16");
  EXPECT_EQ(config["text_config"]["dtype"], "bfloat16");
}

TEST(Weights, HeadIsTheEmbeddingOnlyIfTied) {
  const test::TemporaryFolder tied, untied;
  const auto tied_model = random_model(test::make_tiny_model_folder(tied.path()));
  EXPECT_TRUE(
      tied_model->head_weight().is_same(tied_model->parameters().at("model.embed_tokens.weight")));
  EXPECT_FALSE(tied_model->parameters().contains("lm_head.weight"));
  const auto untied_model =
      random_model(test::make_tiny_model_folder(untied.path(), {{"tie_word_embeddings", false}}));
  EXPECT_TRUE(untied_model->head_weight().is_same(untied_model->parameters().at("lm_head.weight")));
}

TEST(Weights, NamesOfOtherExportersLoad) {
  // As transformers since 4.52 names modules, as FSDP and torch.compile wrap them, and as a bare
  // language model.
  const std::vector<std::pair<std::string, std::string>> table = {
      {"model.visual.blocks.0.norm1.weight", "visual.blocks.0.norm1.weight"},
      {"model.language_model.layers.0.mlp.up_proj.weight", "model.layers.0.mlp.up_proj.weight"},
      {"model.language_model.embed_tokens.weight", "model.embed_tokens.weight"},
      {"language_model.model.norm.weight", "model.norm.weight"},
      {"language_model.lm_head.weight", "lm_head.weight"},
      {"module.visual.merger.ln_q.weight", "visual.merger.ln_q.weight"},
      {"_orig_mod.model.norm.weight", "model.norm.weight"},
      {"module._orig_mod.model.language_model.norm.weight", "model.norm.weight"},
      {"lm_head.weight", "lm_head.weight"},
      {"model.layers.3.self_attn.q_proj.bias", "model.layers.3.self_attn.q_proj.bias"},
  };
  for (const auto& [name, canonical] : table)
    EXPECT_EQ(qwen2_5_vl::canonical_name(name), canonical) << name;

  ChangedWeights folder([](NamedTensors& tensors) {
    for (auto& [name, tensor] : tensors)
      name = name.starts_with("visual.")
                 ? "model." + name
                 : "model.language_model." + name.substr(std::string("model.").size());
  });
  const auto loaded = load_model(folder.path(), {});
  expect_same_weights(folder.original(), *loaded);
}

TEST(Weights, ShardsLoadLikeOneFile) {
  const test::TemporaryFolder folder;
  const auto model =
      random_model(test::make_tiny_model_folder(folder.path(), {{"tie_word_embeddings", false}}));
  // the embedding alone has 131072 bytes
  checkpoint::save_sharded(folder.path(), tensors_of(*model), 50'000);
  EXPECT_FALSE(fs::exists(folder.path() / "model.safetensors"));
  EXPECT_TRUE(fs::exists(folder.path() / "model.safetensors.index.json"));
  expect_same_weights(*model, *load_model(folder.path(), {}));
}

TEST(Weights, Float32AndBfloat16ConvertOnLoading) {
  const test::TemporaryFolder source, saved;
  const auto model = random_model(test::make_tiny_model_folder(source.path()));
  model->save(saved.path());
  const auto narrow = load_model(saved.path(), {.dtype = at::kBFloat16});
  for (const auto& [name, tensor] : model->parameters().entries())
    EXPECT_TRUE(at::equal(narrow->parameters().at(name), tensor.to(at::kBFloat16))) << name;
}

TEST(Weights, LoadedWeightsAreOurOwnMemory) {
  const test::TemporaryFolder source, saved;
  random_model(test::make_tiny_model_folder(source.path()))->save(saved.path());
  const auto model = load_model(saved.path(), {});
  model->parameters().at("model.norm.weight").fill_(7.0);  // not the read-only map, nor the file
  EXPECT_FALSE((load_model(saved.path(), {})->parameters().at("model.norm.weight") == 7.0)
                   .any()
                   .item<bool>());
}

TEST(Weights, EveryNameThatDoesNotFitIsListed) {
  const ChangedWeights folder([](NamedTensors& tensors) {
    for (auto& [name, tensor] : tensors) {
      if (name == "model.norm.weight") name = "model.norm.scale";
      if (name == "visual.merger.ln_q.weight") tensor = at::ones({31});
      if (name == "model.layers.1.mlp.up_proj.weight") tensor = tensor.to(at::kInt);
    }
  });
  const auto message = load_error(folder.path());
  EXPECT_THAT(message, HasSubstr("missing: model.norm.weight"));
  EXPECT_THAT(message, HasSubstr("unexpected: model.norm.scale"));
  EXPECT_THAT(message, HasSubstr("wrong shape: visual.merger.ln_q.weight is [31], expected [32]"));
  EXPECT_THAT(message, HasSubstr("wrong dtype: model.layers.1.mlp.up_proj.weight"));
  EXPECT_THAT(message, HasSubstr(folder.path().string()));
}

TEST(Weights, OneParameterUnderTwoNamesIsRefused) {
  const ChangedWeights folder([](NamedTensors& tensors) {
    tensors.emplace_back("model.language_model.norm.weight", at::ones({32}));
  });
  EXPECT_THAT(load_error(folder.path()), HasSubstr("twice: "));
}

TEST(Weights, TiedHeadInTheFileMustEqualTheEmbedding) {
  const auto add_head = [](double offset) {
    return [offset](NamedTensors& tensors) {
      for (const auto& [name, tensor] : NamedTensors(tensors))
        if (name == "model.embed_tokens.weight")
          tensors.emplace_back("lm_head.weight", tensor + offset);
    };
  };
  EXPECT_EQ(load_error(ChangedWeights(add_head(0.0)).path()), "");
  EXPECT_THAT(load_error(ChangedWeights(add_head(0.5)).path()), HasSubstr("tie_word_embeddings"));
  const auto no_head = [](NamedTensors& tensors) {
    std::erase_if(tensors, [](const auto& entry) { return entry.first == "lm_head.weight"; });
  };
  EXPECT_THAT(load_error(ChangedWeights(no_head, {{"tie_word_embeddings", false}}).path()),
              HasSubstr("missing: lm_head.weight"));
}

TEST(Weights, RandomWeightsDependOnSeedAndNameOnly) {
  const test::TemporaryFolder small, deep;
  test::make_tiny_model_folder(small.path());
  test::make_tiny_model_folder(deep.path(), {{"num_hidden_layers", 3},
                                             {"tie_word_embeddings", false},
                                             {"vision_config", {{"depth", 4}}}});
  const auto first = random_model(small.path()), again = random_model(small.path()),
             other = random_model(small.path(), 4);
  expect_same_weights(*first, *again);
  const auto deeper = random_model(deep.path());
  for (const auto& [name, tensor] : first->parameters().entries()) {
    EXPECT_TRUE(at::equal(tensor, deeper->parameters().at(name))) << name;
    if (tensor.dim() == 1) {
      EXPECT_TRUE((tensor == (name.ends_with(".bias") ? 0.0 : 1.0)).all().item<bool>()) << name;
    } else {
      EXPECT_FALSE(at::equal(tensor, other->parameters().at(name))) << name;
      // initializer_range; at least 512 values
      EXPECT_NEAR(tensor.std().item<double>(), 0.2, 0.02) << name;
    }
  }
  EXPECT_FALSE(at::equal(first->parameters().at("model.layers.0.mlp.up_proj.weight"),
                         first->parameters().at("model.layers.1.mlp.up_proj.weight")));
}

TEST(Weights, FolderWithoutThemIsAMissingInput) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(load_model(folder.path(), {}), MissingInputError);
  test::make_tiny_model_folder(folder.path());
  EXPECT_THROW(load_model(folder.path(), {}), MissingInputError);
}

TEST(ModelTable, UnknownTypeNamesTheKnownOnes) {
  const test::TemporaryFolder folder;
  test::make_tiny_model_folder(folder.path(), {{"model_type", "llava"}});
  EXPECT_THAT(load_error(folder.path()), HasSubstr("qwen2_5_vl"));
}

TEST(StopIds, ComeFromTheGenerationConfigElseTheConfig) {
  const test::TemporaryFolder folder;
  test::make_tiny_model_folder(folder.path());
  EXPECT_EQ(random_model(folder.path())->stop_ids(), (std::vector<int64_t>{1002, 1000}));
  io::write_file_atomic(folder.path() / "generation_config.json", "{\"eos_token_id\": 17}");
  EXPECT_EQ(random_model(folder.path())->stop_ids(), (std::vector<int64_t>{17}));
  fs::remove(folder.path() / "generation_config.json");
  EXPECT_EQ(random_model(folder.path())->stop_ids(), (std::vector<int64_t>{1002}));
  test::make_tiny_model_folder(folder.path(), {{"eos_token_id", nullptr}});
  fs::remove(folder.path() / "generation_config.json");
  EXPECT_THROW(random_model(folder.path()), DataError);
}

qwen2_5_vl::Config parse(const Json& json) { return qwen2_5_vl::parse_config(json, "config.json"); }

/// The flat config in the layout of transformers 5: text fields nested, RoPE in rope_parameters.
Json nested_config() {
  const auto flat = test::tiny_model_config();
  Json config = {{"model_type", "qwen2_5_vl"},
                 {"image_token_id", 1012},
                 {"video_token_id", 1013},
                 {"tie_word_embeddings", true}};
  config["vision_config"] = flat["vision_config"];
  auto text = flat;
  for (const char* key : {"vision_config", "model_type", "image_token_id", "video_token_id",
                          "tie_word_embeddings", "rope_scaling", "rope_theta"})
    text.erase(key);
  text["rope_parameters"] = {{"mrope_section", {1, 1, 2}},
                             {"rope_theta", 1000000.0},
                             {"rope_type", "default"},
                             {"type", "default"}};
  config["text_config"] = text;
  return config;
}

TEST(Config, LayoutsAgree) {
  const auto flat_json = test::tiny_model_config();
  auto both = nested_config();  // as 4.52 to 4.57 save it: the fields twice
  for (const auto& [key, value] : flat_json.items()) both[key] = value;
  const auto flat = parse(flat_json);
  for (const auto& json : {nested_config(), both}) {
    const auto config = parse(json);
    EXPECT_EQ(config.text.hidden_size, flat.text.hidden_size);
    EXPECT_EQ(config.text.num_layers, flat.text.num_layers);
    EXPECT_EQ(config.text.num_kv_heads, flat.text.num_kv_heads);
    EXPECT_EQ(config.text.head_dim, 8);
    EXPECT_EQ(config.text.rope_theta, flat.text.rope_theta);
    EXPECT_EQ(config.text.rms_norm_eps, flat.text.rms_norm_eps);
    // mrope_section [1, 1, 2]
    EXPECT_EQ(config.text.rope_axes, (std::vector<int64_t>{0, 1, 2, 2}));
    EXPECT_TRUE(config.text.tie_word_embeddings);
    EXPECT_EQ(config.initializer_range, 0.2);
    EXPECT_EQ(config.vision.window_size, 56);
    EXPECT_TRUE(config.vision.is_full_attention(1));
    EXPECT_FALSE(config.vision.is_full_attention(0));
  }
}

TEST(Config, HostileValuesAreDataErrors) {
  const std::vector<Json> overrides = {
      {{"hidden_size", 0}},
      {{"hidden_size", -32}},
      {{"hidden_size", "32"}},
      {{"hidden_size", 32.5}},
      {{"hidden_size", 18446744073709551615ULL}},
      {{"hidden_size", nullptr}},
      {{"num_hidden_layers", 1LL << 31}},
      {{"num_attention_heads", 3}},  // not a multiple of 2 key heads
      {{"num_key_value_heads", 0}},
      {{"num_attention_heads", 64}, {"num_key_value_heads", 64}},  // a head of size 0
      {{"vocab_size", 1LL << 40}},
      {{"intermediate_size", Json::array({1})}},
      {{"rms_norm_eps", -1.0}},
      {{"rope_theta", 0}},
      {{"rope_theta", "1e6"}},
      {{"rope_scaling", nullptr}},
      {{"rope_scaling", {{"mrope_section", {2, 2}}}}},
      {{"rope_scaling", {{"mrope_section", {-4, 4, 4}}}}},
      {{"rope_scaling", {{"mrope_section", {4611686018427387904LL, 4611686018427387904LL, 4}}}}},
      {{"rope_scaling", {{"mrope_section", {1, 1, "2"}}}}},
      {{"rope_scaling", {{"type", "yarn"}}}},
      {{"tie_word_embeddings", "yes"}},
      {{"use_sliding_window", true}},
      {{"hidden_act", "gelu"}},
      {{"vision_config", nullptr}},
      {{"vision_config", 3}},
      {{"vision_config", {{"depth", 1 << 30}}}},
      {{"vision_config", {{"num_heads", 5}}}},
      {{"vision_config", {{"num_heads", 16}}}},  // a head of size 2: no room for rows and columns
      {{"vision_config", {{"out_hidden_size", 64}}}},
      {{"vision_config", {{"window_size", 14}}}},
      {{"vision_config", {{"patch_size", 1 << 19}}}},
      {{"vision_config", {{"spatial_merge_size", 1 << 19}}}},
      {{"vision_config", {{"spatial_merge_size", 0}}}},
      {{"vision_config", {{"fullatt_block_indexes", nullptr}}}},
      {{"vision_config", {{"fullatt_block_indexes", {"1"}}}}},
      {{"vision_config", {{"tokens_per_second", -2}}}},
      {{"vision_config", {{"hidden_act", "relu"}}}},
  };
  for (const auto& change : overrides) {
    auto json = test::tiny_model_config();
    json.merge_patch(change);
    EXPECT_THROW(parse(json), DataError) << change;
  }
  EXPECT_THROW(parse(Json::array()), DataError);
  EXPECT_THROW(parse(Json()), DataError);
  EXPECT_NO_THROW(parse(test::tiny_model_config()));
}

TEST(Config, SpecialIdsMustBeThere) {
  for (const char* name : {"video_token_id", "image_token_id"}) {
    const test::TemporaryFolder folder;
    test::make_tiny_model_folder(folder.path(), {{name, nullptr}});
    EXPECT_THROW(random_model(folder.path()), DataError) << name;
  }
}

}  // namespace
}  // namespace vrlt::model
