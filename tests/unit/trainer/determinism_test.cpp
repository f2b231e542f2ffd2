// The same inputs give the same bits: features, log-probs, every gradient, greedy and sampled
// responses.

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_prompts.h"
#include "tests/support/worst.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/rollout/rollout_engine.h"

namespace vrlt::trainer {
namespace {

using test::TinyPrompts;

class ThreadCount {
 public:
  explicit ThreadCount(int threads) : before_(at::get_num_threads()) {
    at::set_num_threads(threads);
    EXPECT_EQ(at::get_num_threads(), threads);
  }
  ~ThreadCount() { at::set_num_threads(before_); }
  ThreadCount(const ThreadCount&) = delete;
  ThreadCount& operator=(const ThreadCount&) = delete;

 private:
  int before_;
};

/// What one pass over a model gives.
struct Results {
  at::Tensor features, log_probs;
  std::map<std::string, at::Tensor> gradients;
  std::vector<rollout::Response> greedy, sampled;
};

/// Opens the model anew, so that nothing is carried over. Wide enough that products and sums are
/// split over threads.
Results run(int threads) {
  const ThreadCount count(threads);
  const test::TemporaryFolder folder;
  test::make_tiny_model_folder(folder.path(), {{"tie_word_embeddings", false},
                                               {"intermediate_size", 384},
                                               {"vision_config", {{"intermediate_size", 384}}}});
  io::write_file_atomic(folder.path() / "generation_config.json",
                        R"({"eos_token_id": [1023]})");  // has no token: is not sampled
  const auto model = model::load_model(folder.path(), {.random_weights = true, .seed = 5});
  for (const auto& entry : model->parameters().entries()) entry.tensor.set_requires_grad(true);

  TinyPrompts random(31);
  const auto video = random.video(2, 12, 14, 4), text = random.text(9);
  model::GroupBatch batch;
  batch.groups.push_back(
      test::make_group(*model, video, {random.ids(7), random.ids(1), random.ids(12)}));
  batch.groups.push_back(test::make_group(*model, text, {random.ids(9), random.ids(3)}));
  Results results{.features = batch.groups[0].vision_features.detach()};
  const auto log_probs = algorithm::token_log_probs(model->response_hidden(batch),
                                                    model->head_weight(), batch.response_ids(), 1.0)
                             .log_probs;
  results.log_probs = log_probs.detach();
  (log_probs * random.normal({log_probs.size(0)})).sum().backward();
  for (const auto& [name, tensor] : model->parameters().entries())
    results.gradients[name] = tensor.grad();

  const auto tokenizer = tokenizer::load_tokenizer(test::golden_dir() / "tokenizer" / "mini");
  rollout::RolloutEngine engine(*model, *tokenizer,
                                {TinyPrompts::kImageToken, TinyPrompts::kVideoToken});
  const auto generate = [&](double temperature) {
    std::vector<rollout::Response> responses;
    for (const auto& group :
         engine.generate({{"a", video}, {"b", text}}, {.group_size = 3,
                                                      .max_new_tokens = 12,
                                                      .sampling = {.temperature = temperature},
                                                      .seed = 9}))
      responses.insert(responses.end(), group.responses.begin(), group.responses.end());
    return responses;
  };
  results.greedy = generate(0.0);
  results.sampled = generate(1.0);
  return results;
}

void expect_same_bits(const std::vector<rollout::Response>& a,
                      const std::vector<rollout::Response>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].ids, b[i].ids);
    EXPECT_EQ(a[i].log_probs, b[i].log_probs);
  }
}

class SameThreads : public ::testing::TestWithParam<int> {};

TEST_P(SameThreads, GiveTheSameBits) {
  const auto first = run(GetParam()), again = run(GetParam());
  EXPECT_TRUE(at::equal(first.features, again.features));
  EXPECT_TRUE(at::equal(first.log_probs, again.log_probs));
  for (const auto& [name, gradient] : first.gradients)
    EXPECT_TRUE(at::equal(gradient, again.gradients.at(name))) << name;
  expect_same_bits(first.greedy, again.greedy);
  expect_same_bits(first.sampled, again.sampled);
}

INSTANTIATE_TEST_SUITE_P(Determinism, SameThreads, ::testing::Values(1, 2));

// Not the same bits: for some numbers of rows (7 and 9 with AVX2) MKL's matrix product takes
// another kernel for another number of threads, and so do the products inside attention. Sums,
// softmax and the gradients of weights do not.
TEST(Determinism, TheNumberOfThreadsChangesOnlyRounding) {
  const auto one = run(1), two = run(2);
  const auto difference = [](const at::Tensor& a, const at::Tensor& b) {
    return (a - b).abs().max().item<double>();
  };
  const double log_probs = difference(one.log_probs, two.log_probs),
               features = difference(one.features, two.features);
  test::Worst::note("threads: features", features);
  test::Worst::note("threads: log-probs", log_probs);
  EXPECT_LE(features, 1e-5);   // of size 3, sums of some hundred terms
  EXPECT_LE(log_probs, 1e-5);  // of size 10
  for (const auto& [name, gradient] : one.gradients) {
    const double relative =
        (gradient - two.gradients.at(name)).norm().item<double>() / gradient.norm().item<double>();
    test::Worst::note("threads: gradients, relative", relative);
    EXPECT_LE(relative, 1e-5) << name;
  }
  ASSERT_EQ(one.greedy.size(), two.greedy.size());
  for (size_t i = 0; i < one.greedy.size(); ++i) EXPECT_EQ(one.greedy[i].ids, two.greedy[i].ids);
}

}  // namespace
}  // namespace vrlt::trainer
