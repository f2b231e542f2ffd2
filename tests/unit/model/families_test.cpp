// What is promised of every model family: folders, adapters, and one way of computing beside
// another.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/tiny_family.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/model/adapter_files.h"
#include "vrlt/model/merged_folder.h"
#include "vrlt/model/model_adapter.h"
#include "vrlt/model/model_shape.h"

namespace vrlt::model {
namespace {

namespace fs = std::filesystem;
using test::TinyPrompts;

class Families : public ::testing::TestWithParam<test::TinyFamily> {
 protected:
  fs::path path(const std::string& name) const { return folder_.path() / name; }

  std::unique_ptr<VisionLanguageModel> random_model(const std::string& name, bool tied = true,
                                                    at::ScalarType dtype = at::kFloat) const {
    return load_model(
        make_tiny_family_folder(GetParam(), path(name), {{"tie_word_embeddings", tied}}),
        {.dtype = dtype, .random_weights = true, .seed = 3});
  }
  GroupBatch batch(VisionLanguageModel& model) const {
    TinyPrompts random(21);
    GroupBatch batch;
    batch.groups.push_back(test::make_group(model, video_of(GetParam(), random, 2, 6, 10, 4),
                                            {random.ids(7), random.ids(7)}));
    return batch;
  }

 private:
  test::TemporaryFolder folder_;
};

void expect_same(VisionLanguageModel& a, VisionLanguageModel& b) {
  ASSERT_EQ(a.parameters().entries().size(), b.parameters().entries().size());
  for (const auto& [name, tensor] : a.parameters().entries())
    EXPECT_TRUE(at::equal(tensor, b.parameters().at(name))) << name;
}

void grow(ModelAdapter& adapter) {
  const at::NoGradGuard no_grad;
  auto generator = at::detail::createCPUGenerator(31);
  for (auto& [a, b] : adapter.pairs->trained) b.normal_(0.0, 0.2, generator);
}

TEST_P(Families, SaveThenLoadIsBitEqual) {
  for (const bool tied : {true, false})
    for (const auto dtype : {at::kFloat, at::kBFloat16}) {
      const auto name = concat("source", tied, dtype), saved = name + "saved";
      const auto model = random_model(name, tied, dtype);
      model->save(path(saved));
      expect_same(*model, *load_model(path(saved), {.dtype = dtype}));
      EXPECT_EQ(checkpoint::SafetensorsFolder(path(saved)).contains("lm_head.weight"), !tied);
      // transformers takes the flag of the top level alone
      EXPECT_EQ(io::read_json(path(saved) / "config.json").at("tie_word_embeddings"), tied);
    }
}

TEST_P(Families, TheShapeCountsTheParametersThatAreOpened) {
  for (const bool tied : {true, false}) {
    const auto name = concat("model", tied);
    const auto model = random_model(name, tied);
    EXPECT_EQ(read_model_shape(path(name)).parameters(), model->parameters().num_elements());
  }
}

// What sampled is what is updated: the states of decoding, one token after another, and those of
// the whole batch; with an adapter, beside which nothing of the tower changes.
TEST_P(Families, DecodingEqualsTheUpdateBesideAnAdapter) {
  const at::NoGradGuard no_grad;
  const auto model = random_model("model");
  const auto features = batch(*model).groups[0].vision_features;
  const auto base = model->response_hidden(batch(*model));
  auto& adapter = add_adapter(*model, {.rank = 3, .alpha = 6.0}, "", 7);
  EXPECT_TRUE(at::equal(model->response_hidden(batch(*model)), base)) << "B is 0";
  grow(adapter);
  for (const auto& module : adapter.modules)
    EXPECT_TRUE(module.starts_with(concat(GetParam().text_prefix, "layers."))) << module;
  const auto given = batch(*model);
  EXPECT_TRUE(at::equal(given.groups[0].vision_features, features)) << "the tower has no adapter";
  const auto expected = model->response_hidden(given);
  EXPECT_GT((expected - base).abs().max().item<double>(), 0.1);

  at::Tensor hidden;
  auto cache = model->prefill(given.groups, &hidden);
  cache.fork(2);
  std::vector<at::Tensor> states = {hidden.expand({2, -1})};
  const auto& responses = given.groups[0].responses;
  for (int64_t t = 0; t + 1 < responses[0].size(0); ++t)
    states.push_back(model->decode(at::stack({responses[0][t], responses[1][t]}), cache));
  const auto decoded = at::stack(states, 1).flatten(0, 1);
  // states of size 1, sums of some hundred terms in float32
  EXPECT_LE((decoded - expected).abs().max().item<double>(), 2e-5);
}

TEST_P(Families, AnAdapterIsReadBackAndMerged) {
  const at::NoGradGuard no_grad;
  const auto source = random_model("source", false);
  source->save(path("base"));
  const auto model = load_model(path("base"), {});
  auto& adapter = add_adapter(*model, {.rank = 3, .alpha = 6.0}, path("base").string(), 7);
  grow(adapter);
  save_adapter(adapter, adapter.pairs->trained, path("adapter"));
  const auto again = load_model(path("base"), {});
  auto& other = add_adapter(*again, {.rank = 3, .alpha = 6.0}, path("base").string(), 8);
  load_adapter(path("adapter"), other, other.pairs->trained);
  expect_same(*model, *again);

  const auto merged = write_merged_folder(path("base"), path("adapter"), path("merged"), false);
  EXPECT_EQ(merged.matrices, std::ssize(adapter.modules));
  const auto whole = load_model(path("merged"), {});
  int64_t adapted = 0;
  for (const auto& [name, tensor] : source->parameters().entries()) {
    const auto module = name.substr(0, name.size() - std::string(".weight").size());
    if (!model->parameters().contains(module + ".lora_A.weight")) {
      EXPECT_TRUE(at::equal(whole->parameters().at(name), tensor)) << name;
      continue;
    }
    ++adapted;
    const auto& table = model->parameters();
    const auto sum = tensor + 2.0 * at::mm(table.at(module + ".lora_B.weight"),
                                           table.at(module + ".lora_A.weight"));  // alpha / rank
    // rounded once, and here once more for the product
    EXPECT_TRUE(at::allclose(whole->parameters().at(name), sum, 0, 1e-6)) << name;
  }
  EXPECT_EQ(adapted, std::ssize(adapter.modules));
}

INSTANTIATE_TEST_SUITE_P(All, Families, ::testing::ValuesIn(test::kTinyFamilies),
                         [](const auto& info) { return std::string(info.param.name); });

// Each spelling of docs/spec/qwen3_vl.md#names-of-weights; the shapes are those of any of them.
TEST(Qwen3Names, OfOtherExportersLoad) {
  const auto& family = test::kTinyFamilies[1];
  const test::TemporaryFolder folder;
  const auto source = folder.path() / "source";
  const auto model =
      load_model(make_tiny_family_folder(family, source, {{"tie_word_embeddings", false}}),
                 {.random_weights = true, .seed = 3});
  struct Spelling {
    const char *name, *tower, *text, *head;
  };
  constexpr Spelling kSpellings[] = {
      {"hub", "model.visual.", "model.language_model.", "lm_head."},
      {"base", "visual.", "language_model.", "lm_head."},
      {"vllm", "visual.", "language_model.model.", "language_model.lm_head."},
      {"first", "visual.", "model.", "lm_head."},
      {"wrapped", "module.model.visual.", "module.model.language_model.", "module.lm_head."},
  };
  for (const auto& [name, tower, text, head] : kSpellings) {
    SCOPED_TRACE(name);
    const auto saved = folder.path() / name;
    fs::copy(source, saved);
    checkpoint::NamedTensors tensors;
    for (const auto& [ours, tensor] : model->parameters().entries()) {
      const auto replaced = [&](const std::string& prefix, const char* other) {
        return other + ours.substr(prefix.size());
      };
      tensors.emplace_back(ours.starts_with("model.visual.") ? replaced("model.visual.", tower)
                           : ours.starts_with("lm_head.")    ? replaced("lm_head.", head)
                                                          : replaced("model.language_model.", text),
                           tensor);
    }
    checkpoint::save_sharded(saved, tensors, 50'000);
    expect_same(*model, *load_model(saved, {}));
  }
}

}  // namespace
}  // namespace vrlt::model
