// Folders of adapters: ours, both layouts of PEFT, every kind that is refused, and merged models.

#include "vrlt/model/adapter_files.h"

#include <ATen/ATen.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

#include "tests/support/table_case.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/model/adapter_config.h"
#include "vrlt/model/merged_folder.h"

namespace vrlt::model {
namespace {

namespace fs = std::filesystem;
using test::tiny_model;
using ::testing::HasSubstr;

const LoraConfig kLora{.rank = 3, .alpha = 4.5, .rslora = true, .targets = {"up_proj", "q_proj"}};
constexpr const char* kNewLayout = "base_model.model.model.language_model.";

/// A model with an adapter of random factors.
struct AdaptedModel {
  explicit AdaptedModel(uint64_t seed = 3, const LoraConfig& lora = kLora)
      : model(tiny_model()), adapter(add_adapter(*model, lora, "the/base", seed)) {
    auto generator = at::detail::createCPUGenerator(seed);
    for (auto& [a, b] : adapter.pairs->trained) b.normal_(0.0, 0.1, generator);
  }
  void expect_factors_of(const AdaptedModel& other) const {
    for (const auto& [name, tensor] : adapter.named(adapter.pairs->trained))
      EXPECT_TRUE(at::equal(tensor, other.model->parameters().at(name))) << name;
  }
  std::unique_ptr<VisionLanguageModel> model;
  ModelAdapter& adapter;
};

class AdapterFolder : public ::testing::Test {
 protected:
  AdapterFolder() { save_adapter(saved_.adapter, saved_.adapter.pairs->trained, folder()); }

  fs::path folder() const { return temporary_.path() / "adapter"; }
  fs::path config_file() const { return folder() / kAdapterConfigFile; }
  fs::path weights_file() const { return folder() / kAdapterWeightsFile; }

  void set(const std::string& key, const io::Json& value) {
    auto json = io::read_json(config_file());
    json[key] = value;
    io::write_file_atomic(config_file(), json.dump());
  }
  /// Writes the factors again under other names; an empty one leaves a factor out.
  void rename(const std::function<std::string(const std::string&)>& name_of) {
    const auto held = std::make_shared<checkpoint::SafetensorsFile>(weights_file());
    checkpoint::NamedTensors tensors;
    for (const auto& name : held->names())
      if (const auto other = name_of(name); !other.empty())
        tensors.emplace_back(other, held->tensor(name).clone());
    checkpoint::write_safetensors(weights_file(), tensors);
  }
  std::string error_of(const std::function<void()>& body) {
    try {
      body();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  std::string reading_error() {
    return error_of([&] { read_adapter(folder()); });
  }
  std::string loading_error() {
    return error_of([&] {
      AdaptedModel other(9);
      load_adapter(folder(), other.adapter, other.adapter.pairs->trained);
    });
  }

  AdaptedModel saved_;
  test::TemporaryFolder temporary_;
};

TEST_F(AdapterFolder, SaysWhatItIsAndGivesTheFactorsBack) {
  const auto found = read_adapter(folder());
  EXPECT_EQ(found.lora, kLora);
  EXPECT_EQ(found.base, "the/base");
  AdaptedModel other(9);
  load_adapter(folder(), other.adapter, other.adapter.pairs->trained);
  other.expect_factors_of(saved_);
  check_adapter(folder(), other.adapter);
}

// The regular expression matches modules of the decoder in the layouts of transformers since 4.52
// and before, and none of the tower, whose matrices are called gate_proj too.
TEST_F(AdapterFolder, IsNamedAsPeftDoes) {
  const auto json = io::read_json(config_file());
  EXPECT_EQ(json["target_modules"],
            "model\\.(language_model\\.)?layers\\.\\d+\\.(self_attn\\.(q)_proj|mlp\\.(up)_proj)");
  EXPECT_EQ(json["r"], 3);
  EXPECT_EQ(json["lora_alpha"], 4.5);
  EXPECT_EQ(json["use_rslora"], true);
  EXPECT_EQ(json["modules_to_save"], nullptr);
  const checkpoint::SafetensorsFile file(weights_file());
  EXPECT_EQ(file.names().size(), 2U * 2 * 2);
  EXPECT_TRUE(file.contains(std::string(kNewLayout) + "layers.0.self_attn.q_proj.lora_A.weight"));
  EXPECT_EQ(target_pattern({}),
            "model\\.(language_model\\.)?layers\\.\\d+\\.(self_attn\\.(q|k|v|o)_proj|mlp\\.(gate|"
            "up|down)_proj)");
}

TEST_F(AdapterFolder, MayHaveTheNamesOfOlderLayouts) {
  for (const char* prefix : {"base_model.model.model.", "base_model.model.language_model.model.",
                             "model.", "model.language_model."}) {
    save_adapter(saved_.adapter, saved_.adapter.pairs->trained, folder());
    rename(
        [&](std::string name) { return name.replace(0, std::string(kNewLayout).size(), prefix); });
    set("target_modules", {"q_proj", "up_proj"});
    AdaptedModel other(9);
    load_adapter(folder(), other.adapter, other.adapter.pairs->trained);
    other.expect_factors_of(saved_);
  }
}

TEST_F(AdapterFolder, OfAReferenceIsReadIntoFactorsOfItsOwn) {
  AdaptedModel other(9);
  load_adapter(folder(), other.adapter, other.adapter.pairs->reference);
  EXPECT_TRUE(at::equal(other.adapter.pairs->reference[0].b, saved_.adapter.pairs->trained[0].b));
  EXPECT_FALSE(at::equal(other.adapter.pairs->trained[0].b, saved_.adapter.pairs->trained[0].b));
}

struct Refusal {
  std::string name, key;
  io::Json value;
  std::string message;
};
VRLT_PRINT_ROW_NAME(Refusal)

class OtherKind : public AdapterFolder, public ::testing::WithParamInterface<Refusal> {};

TEST_P(OtherKind, IsRefusedWithWhatToDo) {
  set(GetParam().key, GetParam().value);
  const auto error = reading_error();
  EXPECT_THAT(error, HasSubstr(concat("\"", GetParam().key, "\" ")));
  EXPECT_THAT(error, HasSubstr(GetParam().message));
}

constexpr const char* kMerge = "merge the adapter into its base";
INSTANTIATE_TEST_SUITE_P(
    Kinds, OtherKind,
    ::testing::Values(
        Refusal{"dora", "use_dora", true, kMerge},
        Refusal{"dropout", "lora_dropout", 0.05, "set \"lora_dropout\": 0 in the file"},
        Refusal{"trained_modules", "modules_to_save", {"lm_head"}, kMerge},
        Refusal{"biases", "bias", "all", kMerge},
        Refusal{"ranks_of_their_own", "rank_pattern", {{"q_proj", 8}}, kMerge},
        Refusal{"alphas_of_their_own", "alpha_pattern", {{"q_proj", 8}}, kMerge},
        Refusal{"some_layers", "layers_to_transform", {0}, kMerge},
        Refusal{"changed_base", "init_lora_weights", "pissa", kMerge},
        Refusal{"not_lora", "peft_type", "IA3", "the only adapters here are \"LORA\""},
        Refusal{"no_rank", "r", 0, "expected a rank of at least 1"},
        Refusal{"rank_as_text", "r", "8", "expected a rank of at least 1"},
        Refusal{"negative_alpha", "lora_alpha", -1, "expected a number above 0"},
        Refusal{"rslora_as_number", "use_rslora", 2, "expected true or false"},
        Refusal{"missing_target",
                "target_modules",
                {"q_proj", "up_proj", "v_proj"},
                "has \"v_proj\", of which adapter_model.safetensors holds no factors"}),
    [](const auto& info) { return info.param.name; });

TEST_F(AdapterFolder, WithFactorsElsewhereIsRefused) {
  rename([](const std::string& name) {
    return name.find("layers.1.mlp") == std::string::npos
               ? name
               : "base_model.model.model.visual.blocks.1.mlp.up_proj.lora_" +
                     name.substr(name.size() - 8);
  });
  EXPECT_THAT(reading_error(), HasSubstr("is of the vision tower"));
  save_adapter(saved_.adapter, saved_.adapter.pairs->trained, folder());
  rename([](const std::string& name) {
    return name.ends_with("0.mlp.up_proj.lora_A.weight") ? "base_model.model.lm_head.lora_A.weight"
                                                         : name;
  });
  EXPECT_THAT(reading_error(), HasSubstr("is no factor beside a matrix of the decoder"));
}

TEST_F(AdapterFolder, ThatDoesNotFitTheModelNamesEachFactor) {
  rename([](const std::string& name) {
    if (name.find("layers.1.mlp.up_proj.lora_B") != std::string::npos) return std::string();
    auto other = name;
    if (const auto at = name.find("layers.1.self_attn"); at != std::string::npos)
      other.replace(at, 8, "layers.7");
    return other;
  });
  const auto error = loading_error();
  EXPECT_THAT(error, HasSubstr("missing: model.layers.1.mlp.up_proj.lora_B.weight"));
  EXPECT_THAT(error, HasSubstr("missing: model.layers.1.self_attn.q_proj.lora_A.weight"));
  EXPECT_THAT(error,
              HasSubstr("unexpected: base_model.model.model.language_model.layers.7.self_attn"));
}

TEST_F(AdapterFolder, OfAnotherRankOrScaleIsRefused) {
  set("lora_alpha", 9);
  EXPECT_THAT(loading_error(), HasSubstr("expected rank 3 at scale"));
}

TEST_F(AdapterFolder, OfAnotherBaseIsTold) {
  AdaptedModel other;
  EXPECT_EQ(other_base(folder(), other.adapter), "");
  const auto own = other.adapter.base_fingerprint;
  other.adapter.base_fingerprint = own.substr(0, own.size() - 1) + "x";
  EXPECT_THAT(other_base(folder(), other.adapter), HasSubstr("trained beside other weights"));
  EXPECT_THROW(check_adapter(folder(), other.adapter), CheckpointError);
  other.adapter.base_fingerprint = "BFloat16 of another type";
  EXPECT_EQ(other_base(folder(), other.adapter), "");
}

TEST_F(AdapterFolder, ThatIsBrokenOrMissingSaysSo) {
  io::write_file_atomic(weights_file(), "short");
  EXPECT_THAT(reading_error(), HasSubstr("not a safetensors file"));
  fs::remove(weights_file());
  io::write_file_atomic(folder() / "adapter_model.bin", "x");
  EXPECT_THAT(reading_error(), HasSubstr("adapter_model.bin is a pickle"));
  EXPECT_THROW(read_adapter(temporary_.path() / "nothing"), MissingInputError);
  EXPECT_THROW(read_adapter(temporary_.path()), MissingInputError);
}

TEST_F(AdapterFolder, WithNumbersThatAreNotFiniteIsRefused) {
  saved_.adapter.pairs->trained[1].b[0][0] = std::numeric_limits<float>::infinity();
  save_adapter(saved_.adapter, saved_.adapter.pairs->trained, folder());
  EXPECT_THROW(
      {
        AdaptedModel other(9);
        load_adapter(folder(), other.adapter, other.adapter.pairs->trained);
      },
      NotFiniteError);
}

TEST_F(AdapterFolder, MergesIntoAModelOfTheSameStates) {
  const at::NoGradGuard no_grad;
  const auto base = temporary_.path() / "base", merged = temporary_.path() / "merged";
  test::make_tiny_model_folder(base);
  tiny_model()->save(base);
  io::write_file_atomic(base / "notes.txt", "kept");
  const auto result = write_merged_folder(base, folder(), merged, /*as_float32=*/false);
  EXPECT_EQ(result.matrices, 4);
  EXPECT_NEAR(result.kept, 1.0, 1e-4);
  EXPECT_TRUE(fs::exists(merged / "notes.txt"));

  const auto whole = load_model(merged, {});
  const auto& up = saved_.adapter.pairs->trained;
  // the pairs stand in the order of the table: q_proj and up_proj of each layer
  const auto expected = saved_.model->parameters().at("model.layers.0.mlp.up_proj.weight") +
                        kLora.scale() * at::matmul(up[1].b, up[1].a);
  EXPECT_TRUE(at::allclose(whole->parameters().at("model.layers.0.mlp.up_proj.weight"), expected,
                           /*rtol=*/0, /*atol=*/1e-6));
  EXPECT_TRUE(at::equal(whole->parameters().at("model.layers.0.mlp.down_proj.weight"),
                        saved_.model->parameters().at("model.layers.0.mlp.down_proj.weight")));
  test::TinyPrompts random(4);
  GroupBatch batch;
  batch.groups.push_back(test::make_group(*whole, random.text(9), {random.ids(6)}));
  EXPECT_LE((whole->response_hidden(batch) - saved_.model->response_hidden(batch))
                .abs()
                .max()
                .item<double>(),
            2e-5);
  EXPECT_THROW(write_merged_folder(base, folder(), merged, false), ConfigError)
      << "what is there stays";
}

TEST_F(AdapterFolder, MergesIntoShardsAsIntoOneFile) {
  const auto base = temporary_.path() / "base", cut = temporary_.path() / "cut";
  test::make_tiny_model_folder(base);
  tiny_model()->save(base);
  const auto whole = checkpoint::load_sharded(base);
  test::make_tiny_model_folder(cut);
  checkpoint::save_sharded(cut, whole, /*max_shard_bytes=*/20'000);
  ASSERT_FALSE(fs::exists(cut / "model.safetensors")) << "several shards";
  write_merged_folder(base, folder(), temporary_.path() / "one", false);
  write_merged_folder(cut, folder(), temporary_.path() / "shards", false);
  const auto expected = checkpoint::load_sharded(temporary_.path() / "one"),
             actual = checkpoint::load_sharded(temporary_.path() / "shards");
  ASSERT_EQ(actual.size(), expected.size());
  for (size_t i = 0; i < actual.size(); ++i) {
    EXPECT_EQ(actual[i].first, expected[i].first);
    EXPECT_TRUE(at::equal(actual[i].second, expected[i].second)) << actual[i].first;
  }
}

// A bfloat16 weight of size 0.2 has steps of 2^-10 = 0.001: a change of 1e-5 is rounded away.
TEST_F(AdapterFolder, MergedInANarrowTypeTellsWhatIsLost) {
  const auto base = temporary_.path() / "narrow";
  const auto model = load_model(test::make_tiny_model_folder(base),
                                {.dtype = at::kBFloat16, .random_weights = true, .seed = 5});
  model->save(base);
  {
    const at::NoGradGuard no_grad;
    for (auto& [a, b] : saved_.adapter.pairs->trained) b.mul_(1e-3);
  }
  save_adapter(saved_.adapter, saved_.adapter.pairs->trained, folder());
  EXPECT_LT(write_merged_folder(base, folder(), temporary_.path() / "lost", false).kept, 0.9);
  const auto wide = temporary_.path() / "wide";
  EXPECT_NEAR(write_merged_folder(base, folder(), wide, /*as_float32=*/true).kept, 1.0, 1e-2);
  EXPECT_EQ(checkpoint::SafetensorsFolder(wide).entry("model.norm.weight").dtype, at::kFloat);
  EXPECT_EQ(io::read_json(wide / "config.json")["torch_dtype"], "float32");
}

TEST_F(AdapterFolder, MergesIntoNoModelThatLacksItsMatrices) {
  const auto base = temporary_.path() / "base", merged = temporary_.path() / "merged";
  const auto model = load_model(test::make_tiny_model_folder(base, {{"num_hidden_layers", 1}}),
                                {.random_weights = true, .seed = 5});
  model->save(base);
  EXPECT_THAT(error_of([&] { write_merged_folder(base, folder(), merged, false); }),
              HasSubstr("factors that the base has no matrix for"));
  EXPECT_FALSE(fs::exists(merged));
  EXPECT_FALSE(fs::exists(merged.string() + ".tmp"));
}

}  // namespace
}  // namespace vrlt::model
