#include "vrlt/model/feature_cache.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_prompts.h"
#include "vrlt/io/files.h"
#include "vrlt/model/vision_features.h"

namespace vrlt::model {
namespace {

namespace fs = std::filesystem;
using test::TinyPrompts;

constexpr int64_t kMegabyte = 1 << 20;

class FeatureCacheTest : public ::testing::Test {
 protected:
  fs::path folder() const { return temporary_.path() / "cache"; }

  /// A model that keeps its features in the folder.
  std::unique_ptr<VisionLanguageModel> caching_model() const {
    auto model = test::tiny_model();
    model->set_feature_cache(
        std::make_unique<FeatureCache>(folder(), kMegabyte, encoder_fingerprint(*model)));
    return model;
  }

  test::TemporaryFolder temporary_;
};

std::shared_ptr<const processor::ModelInputs> video(TinyPrompts& random,
                                                    const std::string& media_key) {
  auto inputs = std::make_shared<processor::ModelInputs>(*random.video(2, 4, 4, 1));
  inputs->media_key = media_key;
  return inputs;
}

TEST_F(FeatureCacheTest, GivesBackWhatWasStored) {
  for (const auto dtype : {at::kFloat, at::kBFloat16}) {
    FeatureCache cache(folder(), kMegabyte, std::string("encoder ") + at::toString(dtype));
    const auto features = at::rand({5, 3}).to(dtype);
    EXPECT_FALSE(cache.find("clip"));
    cache.store("clip", features);
    const auto found = cache.find("clip");
    ASSERT_TRUE(found);
    EXPECT_TRUE(at::equal(*found, features));
    EXPECT_EQ(found->scalar_type(), dtype);
    EXPECT_FALSE(cache.find("another clip"));
    EXPECT_FALSE(FeatureCache(folder(), kMegabyte, "another encoder").find("clip"));
  }
}

TEST_F(FeatureCacheTest, ADamagedEntryIsAbsent) {
  FeatureCache cache(folder(), kMegabyte, "encoder");
  cache.store("clip", at::ones({5, 3}));
  fs::path entry;
  for (const auto& file : fs::directory_iterator(folder()))
    if (file.path().extension() == ".vrlt-features") entry = file.path();
  auto bytes = io::read_file(entry, kMegabyte);
  bytes.back() = static_cast<char>(bytes.back() ^ 1);
  io::write_file_atomic(entry, bytes);
  EXPECT_FALSE(cache.find("clip"));
}

TEST_F(FeatureCacheTest, TheEncoderRunsOncePerClip) {
  const at::NoGradGuard no_grad;
  TinyPrompts random(3);
  const auto named = video(random, "a"), unnamed = video(random, "");
  const std::vector prompts = {named, unnamed};
  const auto model = caching_model();
  std::vector<bool> from_cache;
  const auto first = encode_vision(*model, prompts, &from_cache);
  EXPECT_EQ(from_cache, (std::vector{false, false}));
  EXPECT_EQ(model->counters().videos_encoded, 2);
  // Another program, the same weights.
  const auto other = caching_model();
  const auto again = encode_vision(*other, prompts, &from_cache);
  EXPECT_EQ(from_cache, (std::vector{true, false}));
  EXPECT_EQ(other->counters().videos_encoded, 1) << "the one of which nothing is known";
  EXPECT_TRUE(at::equal(again[0], first[0]));
  EXPECT_TRUE(at::allclose(again[1], first[1], 0, 1e-5));
}

TEST_F(FeatureCacheTest, TheFingerprintIsOfTheEncoderAndNothingElse) {
  const at::NoGradGuard no_grad;
  const auto model = test::tiny_model();
  const auto before = encoder_fingerprint(*model);
  EXPECT_EQ(encoder_fingerprint(*test::tiny_model()), before);
  at::Tensor of_vision, of_text;
  for (const auto& [name, tensor] : model->parameters().entries())
    (model->is_vision_parameter(name) ? of_vision : of_text) = tensor;
  of_text.add_(1.0);
  EXPECT_EQ(encoder_fingerprint(*model), before)
      << "a trained language model sees the same features";
  of_vision.flatten()[0].add_(1e-3);
  EXPECT_NE(encoder_fingerprint(*model), before);
}

}  // namespace
}  // namespace vrlt::model
