#include "vrlt/rollout/rollout_engine.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "rollout/growing_responses.h"
#include "rollout/processed_logits.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_prompts.h"
#include "tests/support/worst.h"
#include "vrlt/core/error.h"

namespace vrlt::rollout {
namespace {

using test::TinyPrompts;

constexpr int64_t kVocabulary = 1024;

/// Every id below `vocab_size` is a token that reads as its number.
class NumberTokenizer final : public tokenizer::Tokenizer {
 public:
  explicit NumberTokenizer(int64_t vocab_size = kVocabulary) : vocab_size_(vocab_size) {}
  std::vector<int64_t> encode(std::string_view) const override { return {}; }
  std::string decode(std::span<const int64_t> ids, bool) const override {
    std::string text;
    for (const int64_t id : ids) text += std::to_string(id) + " ";
    return text;
  }
  std::optional<int64_t> token_to_id(std::string_view) const override { return {}; }
  int64_t vocab_size() const override { return vocab_size_; }

 private:
  int64_t vocab_size_;
};

std::unique_ptr<model::VisionLanguageModel> tiny_model(const std::vector<int64_t>& stop_ids,
                                                       bool tied = true) {
  const test::TemporaryFolder folder;
  test::make_tiny_model_folder(folder.path(), {{"tie_word_embeddings", tied}});
  io::write_file_atomic(folder.path() / "generation_config.json",
                        io::Json{{"eos_token_id", stop_ids}}.dump());
  return model::load_model(folder.path(), {.random_weights = true, .seed = 5});
}

/// Every tenth id stops: random responses have ten tokens in the mean, and end at different times.
std::vector<int64_t> frequent_stops() {
  std::vector<int64_t> ids;
  for (int64_t id = 3; id < kVocabulary; id += 10) ids.push_back(id);
  return ids;
}

std::vector<Prompt> make_prompts() {
  TinyPrompts random(21);
  return {{"a", random.video(2, 6, 10, 4)},
          {"b", random.text(11)},
          {"c", random.text(2)},
          {"d", random.video(1, 4, 4, 30)}};
}

bool is_stop(const std::vector<int64_t>& stop_ids, int64_t id) {
  return std::find(stop_ids.begin(), stop_ids.end(), id) != stop_ids.end();
}

void expect_same(const Response& actual, const Response& expected) {
  ASSERT_EQ(actual.ids, expected.ids);
  EXPECT_EQ(actual.truncated, expected.truncated);
  EXPECT_EQ(actual.text, expected.text);
  for (size_t i = 0; i < actual.ids.size(); ++i) {
    const double difference = std::abs(actual.log_probs[i] - expected.log_probs[i]);
    test::Worst::note("log-probs by company", difference);
    EXPECT_LE(difference, 1e-5) << i;  // products of other shapes sum in another order
  }
}

struct Case {
  std::string name;
  GenerationConfig config;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Generation : public ::testing::TestWithParam<Case> {
 protected:
  std::vector<RolloutGroup> generate(const std::vector<Prompt>& prompts,
                                     const GenerationConfig& config) {
    return RolloutEngine(*model_, tokenizer_, {TinyPrompts::kImageToken, TinyPrompts::kVideoToken})
        .generate(prompts, config);
  }
  const GenerationConfig& config() const { return GetParam().config; }

  std::unique_ptr<model::VisionLanguageModel> model_ = tiny_model(frequent_stops());
  NumberTokenizer tokenizer_;
  std::vector<Prompt> prompts_ = make_prompts();
};

TEST_P(Generation, CachedDecodingEqualsOneForwardPass) {
  const at::NoGradGuard no_grad;
  const double temperature =
      config().sampling.temperature > 0 ? config().sampling.temperature : 1.0;
  size_t num_tokens = 0;
  for (const auto& group : generate(prompts_, config())) {
    model::PromptGroup model_group{.prompt = group.prompt.inputs,
                                   .vision_features = group.vision_features};
    ASSERT_EQ(static_cast<int64_t>(group.responses.size()), config().group_size);
    for (const auto& response : group.responses) {
      ASSERT_EQ(response.ids.size(), response.log_probs.size());
      model_group.responses.push_back(at::tensor(response.ids, at::kLong));
    }
    const model::GroupBatch batch{{model_group}};
    const auto logits = at::linear(model_->response_hidden(batch), model_->head_weight());
    // Where something is cut, what was drawn from; else the full vocabulary.
    auto allowed = logits.clone();
    for (const int64_t id : {TinyPrompts::kImageToken, TinyPrompts::kVideoToken})
      allowed.select(1, id).fill_(-HUGE_VAL);
    const auto scaled = narrows(config().sampling) ? processed_logits(allowed, config().sampling)
                                                   : logits / temperature;
    const auto expected =
        scaled.log_softmax(1).gather(1, batch.response_ids().unsqueeze(1)).squeeze(1);
    int64_t next = 0;
    for (const auto& response : group.responses)
      for (const float log_prob : response.log_probs) {
        const double difference = std::abs(log_prob - expected[next++].item<double>());
        test::Worst::note("log-probs by cache", difference);
        EXPECT_LE(difference, 1e-5) << group.prompt.sample_id << " token " << next - 1;
        ++num_tokens;
      }
  }
  EXPECT_GT(num_tokens, prompts_.size() * static_cast<size_t>(config().group_size));
}

// A place has room for the longest prompt, and for two responses of 5 tokens, which is 16.
TEST(GrowingResponses, PlacesFollowRowsAndTheRoomOfTheCache) {
  std::vector<RolloutGroup> groups;
  int64_t longest = 0;
  for (const auto& prompt : make_prompts()) {
    groups.push_back({.prompt = prompt});
    longest = std::max(longest, prompt.inputs->input_ids.size(0));
  }
  const std::vector<int64_t> stop_ids;
  const auto places = [&](int64_t max_rows, int64_t cache_tokens) {
    const GenerationConfig config{.group_size = 2,
                                  .max_new_tokens = 5,
                                  .max_rows = max_rows,
                                  .cache_tokens = cache_tokens};
    return GrowingResponses(config, stop_ids, groups).num_places();
  };
  const int64_t of_place = longest + 2 * 16;
  EXPECT_EQ(places(8, 0), 4U) << "any number of tokens";
  EXPECT_EQ(places(1, 0), 1U) << "a group is never cut";
  EXPECT_EQ(places(8, 3 * of_place), 3U);
  EXPECT_EQ(places(8, 3 * of_place - 1), 2U);
  EXPECT_EQ(places(8, 9 * of_place), 4U);
  EXPECT_EQ(places(8, 1), 1U);
}

TEST_P(Generation, ResponsesEndAtAStopTokenOrTheLimit) {
  const auto stops = frequent_stops();
  for (const auto& group : generate(prompts_, config()))
    for (const auto& response : group.responses) {
      ASSERT_GE(response.ids.size(), 1u);
      for (size_t i = 0; i + 1 < response.ids.size(); ++i)
        EXPECT_FALSE(is_stop(stops, response.ids[i])) << "goes on behind a stop token";
      EXPECT_EQ(response.truncated, !is_stop(stops, response.ids.back()));
      if (response.truncated) {
        EXPECT_EQ(static_cast<int64_t>(response.ids.size()), config().max_new_tokens);
      }
      EXPECT_LE(static_cast<int64_t>(response.ids.size()), config().max_new_tokens);
      EXPECT_EQ(response.text, tokenizer_.decode(response.ids, true));
    }
}

TEST_P(Generation, AResponseDoesNotDependOnItsCompany) {
  const auto together = generate(prompts_, config());
  auto reversed = prompts_;
  std::reverse(reversed.begin(), reversed.end());
  const auto other_order = generate(reversed, config());
  auto narrow = config();
  narrow.max_rows = 2 * config().group_size;  // two prompts wait until others are complete
  const auto refilled = generate(prompts_, narrow);
  auto tight = config();
  tight.cache_tokens = 1;  // no room for more than one prompt
  const auto one_by_one = generate(prompts_, tight);
  std::set<size_t> lengths;
  for (size_t i = 0; i < prompts_.size(); ++i) {
    EXPECT_EQ(together[i].prompt.sample_id, prompts_[i].sample_id);
    for (size_t k = 0; k < together[i].responses.size(); ++k) {
      SCOPED_TRACE(prompts_[i].sample_id + " response " + std::to_string(k));
      lengths.insert(together[i].responses[k].ids.size());
      expect_same(other_order[prompts_.size() - 1 - i].responses[k], together[i].responses[k]);
      expect_same(refilled[i].responses[k], together[i].responses[k]);
      expect_same(one_by_one[i].responses[k], together[i].responses[k]);
      // Response k of a group is the only one of first_draw + k: nothing was lost when others left
      // the batch.
      auto single = config();
      single.group_size = 1;
      auto prompt = prompts_[i];
      prompt.first_draw += k;
      expect_same(generate({prompt}, single)[0].responses[0], together[i].responses[k]);
    }
  }
  EXPECT_GE(lengths.size(), 2u) << "no response ended before the others";
}

TEST(BrokenWeights, EndGenerationAndAreNamed) {
  for (const int64_t look_every : {1, 4}) {
    const auto model = tiny_model({2});
    {
      const at::NoGradGuard no_grad;
      model->parameters().at("model.layers.1.mlp.up_proj.weight")[3][5].fill_(std::nan(""));
    }
    const NumberTokenizer tokenizer;
    RolloutEngine engine(*model, tokenizer, {});
    TinyPrompts prompts(1);
    try {
      engine.generate({{"a/1", prompts.text(5)}},
                      {.group_size = 2, .max_new_tokens = 8, .look_every = look_every});
      ADD_FAILURE();
    } catch (const NotFiniteError& error) {
      EXPECT_STREQ(error.what(),
                   "a/1: the logits of token 1 are not finite: model.layers.1.mlp.up_proj.weight "
                   "holds 1 number that is not finite (of 1536)");
    }
  }
}

// Nor on how often the host looks: between looks tokens are drawn on the device, and rows that
// stopped go on.
TEST_P(Generation, AResponseDoesNotDependOnLooks) {
  const auto by_token = generate(prompts_, config());
  for (const int64_t look_every : {2, 7, 64})
    for (const int64_t places : {4, 2, 1}) {  // prompts wait until others are complete
      SCOPED_TRACE(std::to_string(look_every) + " tokens, " + std::to_string(places) + " places");
      auto settings = config();
      settings.look_every = look_every;
      settings.max_rows = places * config().group_size;
      const auto by_chunk = generate(prompts_, settings);
      for (size_t i = 0; i < prompts_.size(); ++i)
        for (size_t k = 0; k < by_token[i].responses.size(); ++k)
          expect_same(by_chunk[i].responses[k], by_token[i].responses[k]);
    }
}

TEST_P(Generation, SameSeedSameResponses) {
  const auto first = generate(prompts_, config()), second = generate(prompts_, config());
  for (size_t i = 0; i < first.size(); ++i)
    for (size_t k = 0; k < first[i].responses.size(); ++k) {
      EXPECT_EQ(first[i].responses[k].ids, second[i].responses[k].ids);
      EXPECT_EQ(first[i].responses[k].log_probs, second[i].responses[k].log_probs);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Settings, Generation,
    ::testing::Values(
        Case{"greedy", {.group_size = 1, .max_new_tokens = 40, .sampling = {.temperature = 0.0}}},
        Case{"sampled_1", {.group_size = 1, .max_new_tokens = 40, .seed = 1}},
        Case{"sampled_5", {.group_size = 5, .max_new_tokens = 40, .seed = 2}},
        Case{"sampled_8_cold",
             {.group_size = 8, .max_new_tokens = 12, .sampling = {.temperature = 0.7}, .seed = 3}},
        Case{"sampled_3_cut",
             {.group_size = 3,
              .max_new_tokens = 25,
              .sampling = {.temperature = 1.3, .top_k = 100, .top_p = 0.9, .min_p = 0.01},
              .seed = 4}}),
    [](const auto& info) { return info.param.name; });

TEST(RolloutEngine, ForksOnePrefixPerPrompt) {
  const auto model = tiny_model({1002});
  const NumberTokenizer tokenizer;
  RolloutEngine engine(*model, tokenizer, {});
  const auto groups = engine.generate(make_prompts(), {.group_size = 6, .max_new_tokens = 5});
  EXPECT_EQ(model->counters().videos_encoded, 2);
  EXPECT_EQ(model->counters().prompts_prefilled, 4);
  for (const auto& group : groups) {
    EXPECT_EQ(group.vision_features.defined(), group.prompt.inputs->pixel_values_videos.defined());
    std::set<std::vector<int64_t>> different;
    for (const auto& response : group.responses) different.insert(response.ids);
    EXPECT_GT(different.size(), 1u) << "responses of " << group.prompt.sample_id << " draw alike";
  }
  const auto greedy = engine.generate(
      make_prompts(), {.group_size = 4, .max_new_tokens = 5, .sampling = {.temperature = 0.0}});
  for (const auto& group : greedy)
    for (const auto& response : group.responses) EXPECT_EQ(response.ids, group.responses[0].ids);
  EXPECT_TRUE(engine.generate({}, {}).empty());
}

TEST(RolloutEngine, DependsOnSeedDrawAndSampleId) {
  const auto model = tiny_model({1002});
  const NumberTokenizer tokenizer;
  RolloutEngine engine(*model, tokenizer, {});
  TinyPrompts random(22);
  const auto inputs = random.text(5);
  const auto ids = [&](const char* id, uint64_t seed, uint64_t draw) {
    return engine
        .generate({{id, inputs, draw}}, {.group_size = 1, .max_new_tokens = 8, .seed = seed})[0]
        .responses[0]
        .ids;
  };
  const auto base = ids("x", 1, 2);
  EXPECT_EQ(ids("x", 1, 2), base);
  EXPECT_NE(ids("y", 1, 2), base);
  EXPECT_NE(ids("x", 2, 2), base);
  EXPECT_NE(ids("x", 1, 3), base);
}

/// The head rows of `ids` (two or more) and their opposites: one of them wins whatever the state
/// is.
void make_likeliest(model::VisionLanguageModel& model, const std::vector<int64_t>& ids) {
  const at::NoGradGuard no_grad;
  const auto& head = model.head_weight();
  const auto direction = head[0].clone();
  for (size_t i = 0; i < ids.size(); ++i)
    head[ids[i]].copy_(direction * (i % 2 == 0 ? 1000.0 : -1000.0));
}

TEST(RolloutEngine, NeverSamplesVisionOrPaddingIds) {
  constexpr int64_t kTokens = 1020;  // rows 1020 to 1023 only pad the embedding
  const std::vector<int64_t> vision = {1009, 1010, 1012, 1013};
  std::vector<int64_t> never = vision;
  for (int64_t id = kTokens; id < kVocabulary; ++id) never.push_back(id);
  const auto model = tiny_model({1002}, /*tied=*/false);
  make_likeliest(*model, never);
  const NumberTokenizer short_tokenizer(kTokens), full_tokenizer;
  for (const double temperature : {0.0, 1.0, 2.0}) {
    const GenerationConfig config{
        .group_size = 2, .max_new_tokens = 20, .sampling = {.temperature = temperature}};
    for (const auto& group :
         RolloutEngine(*model, full_tokenizer, {}).generate(make_prompts(), config))
      for (const auto& response : group.responses)
        EXPECT_TRUE(is_stop(never, response.ids[0])) << "the test does not bite";
    for (const auto& group :
         RolloutEngine(*model, short_tokenizer, vision).generate(make_prompts(), config))
      for (const auto& response : group.responses)
        for (const int64_t id : response.ids)
          EXPECT_FALSE(is_stop(never, id)) << id << " at temperature " << temperature;
  }
}

TEST(RolloutEngine, LogProbsAreOverTheWholeVocabulary) {
  // With almost all probability on forbidden ids, what is drawn is unlikely: the update path, which
  // knows of no mask, says so too.
  const auto model = tiny_model({1002}, /*tied=*/false);
  make_likeliest(*model, {1012, 1013});
  const NumberTokenizer tokenizer;
  const auto group = RolloutEngine(*model, tokenizer, {1012, 1013})
                         .generate({make_prompts()[1]}, {.group_size = 1, .max_new_tokens = 3})[0];
  const model::GroupBatch batch{{{.prompt = group.prompt.inputs,
                                  .responses = {at::tensor(group.responses[0].ids, at::kLong)}}}};
  const at::NoGradGuard no_grad;
  const auto expected = at::linear(model->response_hidden(batch), model->head_weight())
                            .log_softmax(1)
                            .gather(1, batch.response_ids().unsqueeze(1))
                            .squeeze(1);
  for (int64_t i = 0; i < expected.size(0); ++i) {
    const double log_prob = expected[i].item<double>();
    EXPECT_LT(log_prob, -50.0);
    EXPECT_NEAR(group.responses[0].log_probs[static_cast<size_t>(i)], log_prob,
                1e-5 * std::abs(log_prob));
  }
}

TEST(Invariants, StopsAtTheFirstStopTokenAndTellsTruncation) {
  const std::vector<Prompt> prompts = {make_prompts()[0]};
  const NumberTokenizer tokenizer;
  const GenerationConfig config{.group_size = 1, .max_new_tokens = 10, .seed = 6};
  const auto endless = tiny_model({kVocabulary - 1});
  const auto free = RolloutEngine(*endless, tokenizer, {kVocabulary - 1})
                        .generate(prompts, config)[0]
                        .responses[0];
  ASSERT_EQ(free.ids.size(), 10u);
  EXPECT_TRUE(free.truncated);
  for (size_t place = 0; place < free.ids.size(); ++place) {
    // came before
    if (std::find(free.ids.begin(), free.ids.end(), free.ids[place]) !=
        free.ids.begin() + static_cast<int64_t>(place))
      continue;
    // the second of two stop ids
    const auto model = tiny_model({kVocabulary - 1, free.ids[place]});
    const auto response = RolloutEngine(*model, tokenizer, {kVocabulary - 1})
                              .generate(prompts, config)[0]
                              .responses[0];
    EXPECT_EQ(
        response.ids,
        std::vector<int64_t>(free.ids.begin(), free.ids.begin() + static_cast<int64_t>(place) + 1));
    // also when the stop token is the last one allowed
    EXPECT_FALSE(response.truncated) << "at " << place;
  }
}

TEST(RolloutEngine, RecordsNoGradients) {
  const auto model = tiny_model({1002});
  for (const auto& entry : model->parameters().entries()) entry.tensor.set_requires_grad(true);
  const NumberTokenizer tokenizer;
  const auto groups = RolloutEngine(*model, tokenizer, {})
                          .generate({make_prompts()[0]}, {.group_size = 2, .max_new_tokens = 2});
  EXPECT_FALSE(groups[0].vision_features.requires_grad());
}

}  // namespace
}  // namespace vrlt::rollout
