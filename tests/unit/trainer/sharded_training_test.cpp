// Whole runs on any number of ranks, in any mode, end in the weights and the files of one rank.
// With one prompt per pass each pass is the same computation wherever it runs.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <numeric>

#include "tests/support/thread_ranks.h"
#include "tests/unit/trainer/warm_task.h"
#include "vrlt/distributed/sharded_blocks.h"

namespace vrlt::trainer {
namespace {

struct Case {
  const char* trainer;
  bool tied, freeze_vision;
  // What is frozen or moves beside the weights: of interest where layers are cut.
  int64_t lora_rank = 0, reference_sync_every = 0;
};
constexpr Case kCases[] = {{"sft", true, true},        {"sft", false, false},
                           {"grpo", true, false},      {"grpo", false, true},
                           {"grpo", true, true, 0, 1}, {"sft", false, true, 4},
                           {"grpo", true, true, 4}};

struct Way {
  int world_size;
  const char* mode;
  int64_t shard_ranks = 0;
  const char* checkpointing = "none";
  const char* rollout_weights = "whole";

  bool cuts_layers() const { return std::string(mode) == "parameters"; }
  bool is_tried_with(const Case& of) const {
    return cuts_layers() || (of.lora_rank == 0 && of.reference_sync_every == 0);
  }
};
constexpr Way kAlone = {1, "optimizer"};
constexpr Way kWays[] = {{2, "optimizer"},
                         {3, "optimizer"},
                         {4, "optimizer"},
                         {4, "optimizer", 2},
                         {2, "gradients"},
                         {3, "gradients"},
                         {4, "gradients"},
                         {4, "gradients", 2},
                         {1, "parameters"},
                         {2, "parameters"},
                         {2, "parameters", 0, "blocks"},
                         {3, "parameters", 0, "none", "layers"},
                         {4, "parameters", 0, "blocks", "layers"},
                         {4, "parameters", 2, "none", "auto"}};

std::string text_of(const Case& of) {
  return concat(of.trainer, of.tied ? ", tied" : ", untied",
                of.freeze_vision ? ", frozen tower" : ", trained tower",
                of.lora_rank > 0 ? ", adapter" : "",
                of.reference_sync_every > 0 ? ", reference moves" : "");
}
std::string text_of(const Way& way) {
  const std::string checkpointing = way.checkpointing, weights = way.rollout_weights;
  return concat(way.world_size, " rank(s), ", way.mode,
                way.shard_ranks > 0 ? concat(", ", way.shard_ranks, " to a group") : "",
                checkpointing == "none" ? "" : ", checkpointed",
                weights == "whole" ? "" : concat(", rollout ", weights));
}

/// A model of the task that has seen the answers, of more layers than are here at once where they
/// are cut over ranks.
fs::path train_model(bool tied, const fs::path& folder) {
  const auto cold = folder / "cold", run = folder / "run";
  fs::copy(warm_task().task().model_folder(), cold, fs::copy_options::recursive);
  auto config = io::read_json(cold / "config.json");
  config["tie_word_embeddings"] = tied;
  config["num_hidden_layers"] = 5;
  io::write_file_atomic(cold / "config.json", config.dump());
  auto training = base_config();
  training.trainer = "sft";
  training.steps = 20;
  training.optim.lr = 1e-2;
  fs::create_directory(run);
  FinishedRun finished(training, run, cold, /*random_weights=*/true);
  finished.policy().save(folder / "warm");
  return folder / "warm";
}

const fs::path& model_folder(bool tied) {
  static const test::TemporaryFolder tied_folder, untied_folder;
  static const fs::path with_head = train_model(false, untied_folder.path()),
                        without = train_model(true, tied_folder.path());
  return tied ? without : with_head;
}

constexpr double kMaxNorm = 1e-4;  // always clips

/// Two steps of five prompts: four ranks have two passes or one.
settings::TrainConfig config_of(const Case& of, const Way& way) {
  auto config = base_config();
  config.trainer = of.trainer;
  config.steps = 2;
  config.prompts_per_step = 5;
  config.micro_batch = 1;
  config.model.freeze_vision = of.freeze_vision;
  config.optim.max_grad_norm = kMaxNorm;
  config.checkpoint.every = 1;
  config.distributed = {.shard = way.mode, .shard_ranks = way.shard_ranks};
  config.model.activation_checkpointing = way.checkpointing;
  config.rollout_weights = way.rollout_weights;
  config.lora.rank = of.lora_rank;
  if (!config.is_sft()) {
    config.algorithm.objective.kl.coef = 0.1;
    config.algorithm.objective.correction.mode = "none";
    config.algorithm.passes = 2;
    config.algorithm.reference_sync_every = of.reference_sync_every;
    config.algorithm.reference_sync_alpha = 0.5;
    config.logged_rollouts = 5;
  }
  return config;
}

using Files = std::map<std::string, std::string>;

/// All files below a folder, by their path in it.
Files files_below(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] =
          io::read_file(entry.path(), int64_t{1} << 30);
  return files;
}

struct Outcome {
  Files checkpoints;
  std::string rollouts;
  std::vector<at::Tensor> weights;
  std::vector<io::Json> metrics;
};

std::vector<at::Tensor> weights_of(model::VisionLanguageModel& model) {
  std::vector<at::Tensor> weights;
  for (const auto& [name, tensor] : model.parameters().entries())
    weights.push_back(tensor.detach().clone());
  return weights;
}

/// Trains in a folder, perhaps on from what is there.
Outcome train(const settings::TrainConfig& config, const Case& of, const Way& way,
              const fs::path& folder) {
  Outcome outcome;
  test::ThreadRanks(way.world_size).run([&](distributed::ProcessGroup& group) {
    FinishedRun run(config, folder, model_folder(of.tied), false, group);
    group.barrier();
    const distributed::WholeBlocks whole(run.policy().parameters().sharded_blocks());
    if (!group.is_first()) return;
    outcome = {files_below(folder / "checkpoints"), {}, weights_of(run.policy()), run.metrics()};
  });
  if (!config.is_sft()) outcome.rollouts = io::read_file(folder / "rollouts.jsonl", 1 << 24);
  return outcome;
}

Outcome train(const Case& of, const Way& way) {
  const test::TemporaryFolder folder;
  return train(config_of(of, way), of, way, folder.path());
}

int64_t num_different(const std::vector<at::Tensor>& a, const std::vector<at::Tensor>& b) {
  int64_t different = 0;
  for (size_t i = 0; i < a.size(); ++i) different += a[i].ne(b[i]).sum().item<int64_t>();
  return different;
}

void expect_same(const Outcome& got, const Outcome& expected) {
  EXPECT_EQ(num_different(got.weights, expected.weights), 0);
  EXPECT_EQ(got.rollouts, expected.rollouts);
  ASSERT_EQ(got.checkpoints.size(), expected.checkpoints.size());
  for (const auto& [name, bytes] : expected.checkpoints)
    if (!name.ends_with("manifest.json")) {  // it says which rank wrote which bytes
      EXPECT_TRUE(got.checkpoints.at(name) == bytes) << name;
    }
}

class ShardedTraining : public ::testing::TestWithParam<Case> {};

TEST_P(ShardedTraining, EndsInTheSameWeightsAndFilesOnAnyNumberOfRanks) {
  const auto& of = GetParam();
  const auto expected = train(of, kAlone);
  ASSERT_EQ(expected.metrics.size(), 2u);
  for (const auto& line : expected.metrics)
    EXPECT_GT(line.at("grad/norm").get<double>(), kMaxNorm) << "nothing is learned, or clipped";
  const auto start = model::load_model(model_folder(of.tied), {});
  if (of.lora_rank == 0) {
    EXPECT_GT(num_different(expected.weights, weights_of(*start)), 1000);
  }
  for (const auto& way : kWays) {
    if (!way.is_tried_with(of)) continue;
    SCOPED_TRACE(text_of(way));
    const auto got = train(of, way);
    expect_same(got, expected);
    std::printf("  %-38s %-40s %lld of %lld weights differ\n", text_of(of).c_str(),
                text_of(way).c_str(),
                static_cast<long long>(num_different(got.weights, expected.weights)),
                static_cast<long long>(std::accumulate(
                    got.weights.begin(), got.weights.end(), int64_t{0},
                    [](int64_t sum, const auto& tensor) { return sum + tensor.numel(); })));
  }
}

TEST_P(ShardedTraining, GoesOnWithAnotherNumberOfRanksAndModeAsIfNeverStopped) {
  const auto& of = GetParam();
  const auto expected = train(of, kAlone);
  const std::pair<Way, Way> kChanges[] = {{{3, "optimizer"}, {2, "gradients"}},
                                          {{2, "gradients"}, {4, "optimizer"}},
                                          {kAlone, {3, "gradients"}},
                                          {{4, "gradients", 2}, kAlone},
                                          {{3, "parameters"}, {2, "parameters"}},
                                          {{2, "gradients"}, {4, "parameters", 2}},
                                          {{4, "parameters", 0, "blocks"}, kAlone}};
  for (const auto& [before, after] : kChanges) {
    if (!before.is_tried_with(of) && !after.is_tried_with(of)) continue;
    SCOPED_TRACE(text_of(before) + ", then " + text_of(after));
    const test::TemporaryFolder folder;
    auto config = config_of(of, before);
    config.steps = 1;
    train(config, of, before, folder.path());
    expect_same(train(config_of(of, after), of, after, folder.path()), expected);
  }
}

INSTANTIATE_TEST_SUITE_P(AllTrainers, ShardedTraining, ::testing::ValuesIn(kCases),
                         [](const auto& info) {
                           return concat(info.param.trainer, info.param.tied ? "_tied" : "_untied",
                                         info.param.freeze_vision ? "_frozen" : "_trained",
                                         info.param.lora_rank > 0 ? "_adapter" : "",
                                         info.param.reference_sync_every > 0 ? "_moving" : "");
                         });

}  // namespace
}  // namespace vrlt::trainer
