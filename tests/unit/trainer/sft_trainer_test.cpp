// docs/spec/grpo.md#supervised-fine-tuning.

#include <ATen/ATen.h>
#include <gtest/gtest.h>
#include <torch/csrc/autograd/autograd.h>

#include <map>

#include "tests/support/thread_ranks.h"
#include "tests/unit/trainer/warm_task.h"
#include "vrlt/algorithm/token_log_probs.h"
#include "vrlt/data/prompt.h"
#include "vrlt/model/vision_features.h"
#include "vrlt/rollout/rollout_engine.h"
#include "vrlt/tokenizer/tokenizer.h"

namespace vrlt::trainer {
namespace {

settings::TrainConfig sft_config() {
  auto config = base_config();
  config.trainer = "sft";
  // where the true gradient is 0 Adam would make full steps of rounding
  config.optim.epsilon = 1e-3;
  return config;
}

int64_t label_tokens(const processor::Processor& processor, const data::Sample& sample) {
  const auto& prompt = data::find_prompt("auto_short");
  return static_cast<int64_t>(
             processor.tokenizer().encode(data::reference_response(prompt, sample)).size()) +
         1;
}

TEST(Sft, OnlyLabelPositionsAreInTheLoss) {
  const auto model = warm_task().task().open_model();
  const processor::Processor processor(
      model::load_prompt_format(warm_task().task().model_folder()));
  processor::PromptLoader loader(processor, test::TinyTask::media_options(),
                                 warm_task().task().data_root(), "auto_short", 1 << 20);
  const auto inputs = loader.load(warm_task().task().samples()[0]);
  const std::vector<std::shared_ptr<const processor::ModelInputs>> prompts = {inputs};
  const auto label = at::tensor({int64_t{7}, int64_t{9}, int64_t{4}}, at::kLong);
  const model::GroupBatch batch{{{.prompt = inputs,
                                  .vision_features = model::encode_vision(*model, prompts)[0],
                                  .responses = {label}}}};
  // The states that predict the labels are all that the loss sees: no position of the prompt,
  // however long it is.
  EXPECT_GT(inputs->input_ids.size(0), 10);
  const auto hidden = model->response_hidden(batch);
  ASSERT_EQ(hidden.size(0), 3);
  // A change of the last label changes nothing at the positions before it.
  auto other = batch;
  other.groups[0].responses = {at::tensor({int64_t{7}, int64_t{9}, int64_t{5}}, at::kLong)};
  EXPECT_TRUE(at::equal(model->response_hidden(other), hidden))
      << "a label is predicted by what is before it, never seen";
}

TEST(Sft, PackingMicroBatchesAndRanksChangeNothing) {
  std::vector<std::vector<io::Json>> metrics;
  // both samples packed into one sequence, or one by one
  for (const int64_t micro_batch : {2, 1}) {
    const test::TemporaryFolder folder;
    auto config = sft_config();
    config.steps = 2;
    config.micro_batch = micro_batch;
    metrics.push_back(
        FinishedRun(config, folder.path(), warm_task().task().model_folder(), true).metrics());
  }
  const test::TemporaryFolder folder;
  auto config = sft_config();
  config.steps = 2;
  test::ThreadRanks(2).run([&](distributed::ProcessGroup& group) {
    FinishedRun run(config, folder.path(), warm_task().task().model_folder(), true, group);
    if (group.is_first()) metrics.push_back(run.metrics());
  });
  ASSERT_EQ(metrics.size(), 3u);
  EXPECT_GT(metrics[0][0]["loss/nll"].get<double>(), 1.0);
  for (size_t way = 1; way < 3; ++way)
    for (size_t step = 0; step < 2; ++step)
      for (const auto& [name, value] : metrics[0][step].items())
        EXPECT_NEAR(metrics[way][step].at(name).get<double>(), value.get<double>(),
                    1e-5 * (1.0 + std::abs(value.get<double>())))
            << name;
}

TEST(Sft, OverfitsOneSampleAndSaysItsAnswer) {
  const auto model = warm_task().task().open_model();
  auto config = sft_config();
  config.steps = 60;
  config.prompts_per_step = 1;
  config.optim.lr = 1e-2;
  config.optim.weight_decay = 0.0;
  const processor::Processor processor(
      model::load_prompt_format(warm_task().task().model_folder()));
  processor::PromptLoader loader(processor, test::TinyTask::media_options(),
                                 warm_task().task().data_root(), "auto_short", 1 << 20);
  const test::TemporaryFolder folder;
  const auto& sample = warm_task().task().samples()[0];
  train_sft({config, folder.path(), {sample}, *model, nullptr, processor, loader});
  std::vector<io::Json> lines;
  io::for_each_jsonl(folder.path() / "metrics.jsonl", false,
                     [&](int64_t, io::Json line) { lines.push_back(std::move(line)); });
  EXPECT_LT(lines.back()["loss/nll"].get<double>(), 1e-3);
  rollout::RolloutEngine engine(*model, processor.tokenizer(), {});
  const auto group =
      engine.generate({{sample.id, loader.load(sample)}},
                      {.group_size = 1, .max_new_tokens = 40, .sampling = {.temperature = 0.0}})[0];
  EXPECT_EQ(group.responses[0].text,
            data::reference_response(data::find_prompt("auto_short"), sample));
  EXPECT_FALSE(group.responses[0].truncated);
}

TEST(Sft, LabelsAreTheAnswerAndTheStopToken) {
  const test::TemporaryFolder folder;
  FinishedRun run(sft_config(), folder.path(), warm_task().task().model_folder(), true);
  const processor::Processor processor(
      model::load_prompt_format(warm_task().task().model_folder()));
  int64_t expected = 0;
  for (const auto& sample : warm_task().task().samples())
    expected += label_tokens(processor, sample);
  EXPECT_EQ(run.metrics().at(0)["batch/tokens"], expected);
  EXPECT_EQ(run.metrics().at(0)["batch/rows"], kPrompts);
}

// The stop tokens are a set: a target ends in the end of the turn, whichever of them is listed
// first, or whether it is listed at all.
TEST(Sft, TargetsEndInTheEndOfTheTurn) {
  const auto source = warm_task().task().model_folder();
  const auto tokenizer = tokenizer::load_tokenizer(source);
  const auto turn_end = *tokenizer->token_to_id("<|im_end|>"),
             text_end = *tokenizer->token_to_id("<|endoftext|>");
  std::vector<double> losses;
  for (const auto& stops :
       {std::vector<int64_t>{turn_end, text_end}, {text_end, turn_end}, {text_end}}) {
    const test::TemporaryFolder folder, model;
    fs::copy(source, model.path(), fs::copy_options::recursive);
    io::write_file_atomic(model.path() / "generation_config.json",
                          io::Json{{"eos_token_id", stops}}.dump());
    losses.push_back(FinishedRun(sft_config(), folder.path(), model.path(), true)
                         .metrics()
                         .at(0)["loss/nll"]
                         .get<double>());
  }
  EXPECT_EQ(losses[1], losses[0]);
  EXPECT_EQ(losses[2], losses[0]);
}

// One target is made longer than the other: the mean over samples is another than that over tokens,
// and each is what its name says.
TEST(Sft, AggregationsWeighTokensOrSamples) {
  const auto first_loss = [](const std::string& aggregation, int64_t num_samples, size_t first) {
    const test::TemporaryFolder folder;
    auto config = sft_config();
    config.prompts_per_step = num_samples;
    config.sft.aggregation = aggregation;
    const auto model =
        model::load_model(warm_task().task().model_folder(), {.random_weights = true, .seed = 5});
    const processor::Processor processor(
        model::load_prompt_format(warm_task().task().model_folder()));
    processor::PromptLoader loader(processor, test::TinyTask::media_options(),
                                   warm_task().task().data_root(), "auto_short", 1 << 20);
    auto samples = warm_task().task().samples();
    samples[1].segments = {{10.5, 117.5}};  // more digits
    const std::vector<data::Sample> chosen(
        samples.begin() + static_cast<int64_t>(first),
        samples.begin() + static_cast<int64_t>(first) + num_samples);
    train_sft({config, folder.path(), chosen, *model, nullptr, processor, loader});
    io::Json line;
    io::for_each_jsonl(folder.path() / "metrics.jsonl", false,
                       [&](int64_t, io::Json value) { line = std::move(value); });
    return std::pair(line["loss/nll"].get<double>(), line["batch/tokens"].get<double>());
  };
  const auto [short_loss, short_tokens] = first_loss("token_mean", 1, 0);
  const auto [long_loss, long_tokens] = first_loss("token_mean", 1, 1);
  ASSERT_GT(long_tokens, short_tokens);
  const double by_token =
      (short_loss * short_tokens + long_loss * long_tokens) / (short_tokens + long_tokens);
  EXPECT_NEAR(first_loss("token_mean", 2, 0).first, by_token, 1e-5);
  EXPECT_NEAR(first_loss("seq_mean_token_mean", 2, 0).first, (short_loss + long_loss) / 2, 1e-5);
}

}  // namespace
}  // namespace vrlt::trainer
