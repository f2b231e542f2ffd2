// Section `algorithm` of a config: presets, ranges, and combinations that cannot work, each told
// with its place.

#include "vrlt/settings/train_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/table_case.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/settings/preset_table.h"

namespace vrlt::settings {
namespace {

using ::testing::HasSubstr;

/// A config that is sound but for what `algorithm` says.
class ConfigFile {
 public:
  explicit ConfigFile(const std::string& algorithm, const std::string& more = "") {
    io::write_file_atomic(
        path(), "name: test\nmodel: {path: model}\ndata: {records: [a.jsonl], root: .}\n" + more +
                    "algorithm:\n" + algorithm);
  }
  TrainConfig load(const std::vector<std::string>& overrides = {}) const {
    return load_train_config(path(), overrides);
  }
  std::string error(const std::vector<std::string>& overrides = {}) const {
    try {
      load(overrides);
    } catch (const ConfigError& error) {
      std::string message = error.what();
      const auto folder = folder_.path().string() + "/";
      if (message.starts_with(folder)) message.erase(0, folder.size());
      return message;
    }
    return "";
  }

 private:
  std::filesystem::path path() const { return folder_.path() / "c.yaml"; }
  test::TemporaryFolder folder_;
};

struct Mistake {
  std::string name, algorithm, message, more;
};
VRLT_PRINT_ROW_NAME(Mistake)

class Refused : public ::testing::TestWithParam<Mistake> {};

TEST_P(Refused, WithItsPlace) {
  EXPECT_EQ(ConfigFile(GetParam().algorithm, GetParam().more).error(), GetParam().message);
}

const Mistake kMistakes[] = {
    {"cispo_without_cap", "  loss: cispo\n",
     "c.yaml:5:3: loss: cispo needs cispo_cap, the largest weight, of at least 1 (5.0, say)"},
    {"cispo_cap_of_a_clip_width", "  loss: cispo\n  cispo_cap: 0.2\n",
     "c.yaml:6:14: cispo_cap is 0.2, expected a number from 1 to 1000000"},
    {"clip_low_of_one", "  clip_ratio_low: 1\n",
     "c.yaml:5:3: clip_ratio_low is 1, expected below 1: a ratio is never negative"},
    {"two_sided_without_bound", "  loss: ppo_two_sided\n",
     "c.yaml:5:3: loss: ppo_two_sided needs ratio_max above 1 + clip_ratio_high (1.2)"},
    {"two_sided_inside_the_clip", "  loss: ppo_two_sided\n  ratio_max: 1.1\n",
     "c.yaml:6:3: loss: ppo_two_sided needs ratio_max above 1 + clip_ratio_high (1.2)"},
    {"const_without_length", "  aggregation: const\n",
     "c.yaml:5:3: aggregation: const needs const_length (rollout.max_new_tokens is 1024)"},
    {"gmpo_with_token_mean", "  loss: gmpo\n",
     "c.yaml:5:3: loss: gmpo needs aggregation: seq_mean_token_mean"},
    {"luspo_with_token_ratio", "  loss: luspo\n  aggregation: seq_mean_token_mean\n",
     "c.yaml:5:3: loss: luspo needs ratio: sequence"},
    {"composition_with_rloo", "  reward_composition: normalize_then_sum\n  advantage: rloo\n",
     "c.yaml:5:3: normalize_then_sum needs advantage: group_std, it normalises each reward by its "
     "group"},
    {"composition_with_penalty",
     "  reward_composition: normalize_then_sum\n  kl_reward_coef: 0.1\n",
     "c.yaml:5:3: normalize_then_sum has no total that kl_reward_coef could be taken from"},
    {"sync_without_reference", "  reference_sync_every: 512\n",
     "c.yaml:5:3: there is no reference to move: kl_coef and kl_reward_coef are 0"},
    {"temperatures_that_differ", "  logprob_temperature: 1.0\n",
     "c.yaml:6:3: the sampler's log-probabilities are at rollout.temperature, the update's are "
     "not: set is_correction: none",
     "rollout: {temperature: 0.7}\n"},
    {"drift_over_temperatures_that_differ",
     "  logprob_temperature: 1.0\n  is_correction: none\n  off_policy_threshold: 0.01\n",
     "c.yaml:8:3: the sampler's log-probabilities are at rollout.temperature, the update's are "
     "not: remove off_policy_threshold, or set "
     "logprob_temperature: rollout",
     "rollout: {temperature: 0.7}\n"},
    {"updates_that_do_not_divide", "  updates_per_pass: 3\n",
     "c.yaml:5:3: updates_per_pass is 3, expected a divisor of prompts_per_step (16)"},
    {"dynamic_without_accuracy", "  dynamic_sampling: true\n",
     "c.yaml:6:3: dynamic_sampling compares accuracy, and no reward measures it",
     "rewards: [format]\n"},
    {"bank_and_dynamic_sampling", "  dynamic_sampling: true\n",
     "c.yaml:4:20: rule: memory_bank replaces groups without signal itself, remove "
     "algorithm.dynamic_sampling",
     "online_selection: {rule: memory_bank}\n"},
    {"bank_without_accuracy", "  preset: grpo\n",
     "c.yaml:5:20: rule: memory_bank looks at accuracy, and no reward measures it",
     "rewards: [{name: format}]\nonline_selection: {rule: memory_bank}\n"},
    {"key_of_another_rule", "  preset: grpo\n",
     "c.yaml:4:40: \"bank_capacity\" has no effect without rule: memory_bank; remove it",
     "online_selection: {rule: epoch_filter, bank_capacity: 3}\n"},
    {"nobody_fits", "  preset: grpo\n",
     "c.yaml:4:61: epoch_max_mean is 0.2, expected above epoch_min_mean (0.4)",
     "online_selection: {rule: epoch_filter, epoch_min_mean: 0.4, epoch_max_mean: 0.2}\n"},
    {"curriculum_of_nothing", "  preset: grpo\n", "c.yaml:4:20: rule: curriculum needs mixture",
     "online_selection: {rule: curriculum, statistics: s.jsonl}\n"},
    {"mixture_out_of_order", "  preset: grpo\n",
     "c.yaml:4:59: \"5 0 0 1\" does not come after step 9: put the steps in ascending order",
     "online_selection: {rule: curriculum, statistics: s.jsonl, mixture: [9 0 0 1, 5 0 0 1]}\n"},
    {"mixture_of_three", "  preset: grpo\n",
     "c.yaml:4:59: \"0 1 1\" is no mixture, expected \"STEP HARD MEDIUM EASY\" with weights of at "
     "least 0, not all 0, as in \"100 0.25 0.5 0.25\"",
     "online_selection: {rule: curriculum, statistics: s.jsonl, mixture: [0 1 1]}\n"},
    {"key_without_effect", "  loss: reinforce\n  clip_ratio_high: 0.3\n",
     "c.yaml:6:3: \"algorithm.clip_ratio_high\" has no effect without a loss that clips; remove "
     "it"},
    {"kl_key_without_kl", "  kl_estimator: k2\n",
     "c.yaml:5:3: \"algorithm.kl_estimator\" has no effect without kl_coef above 0; remove it"},
    {"unknown_preset", "  preset: drgrpo\n",
     "c.yaml:5:11: preset is \"drgrpo\", expected one of none, grpo, dr_grpo, dapo, gspo, cispo, "
     "rloo, reinforce_pp, temporal_rlt, trl, verl, "
     "easyr1; did you mean \"dr_grpo\"?"},
    {"temperature_of_zero", "  passes: 1\n",
     "c.yaml:4:11: temperature is 0, grpo needs responses that differ",
     "rollout: {temperature: 0}\n"},
};

TEST(DynamicSamplingConfig, KnowsTheAccuracyWithinAPresetOfRewards) {
  EXPECT_EQ(ConfigFile("  dynamic_sampling: true\n", "rewards: [timelens]\n").error(), "");
}

INSTANTIATE_TEST_SUITE_P(Combinations, Refused, ::testing::ValuesIn(kMistakes), test::row_name);

TEST(Doubts, AreToldAndAllowed) {
  TrainConfig config;
  EXPECT_TRUE(doubts(config, {}).empty());
  config.algorithm.objective.policy_loss.ratio = "sequence";
  config.algorithm.objective.aggregation = {.mode = "const", .const_length = 8};
  config.rollout.sampling.top_p = 0.9;
  EXPECT_THAT(doubts(config, {{"algorithm.aggregation", "c.yaml:5:3"}}),
              ::testing::ElementsAre(
                  HasSubstr("c.yaml:5:3: ratio: sequence with aggregation: const"),
                  HasSubstr("is_correction: token_truncate weighs tokens by the difference")));
  config.algorithm.objective.correction.mode = "none";
  EXPECT_THAT(
      doubts(config, {}),
      ::testing::Contains(HasSubstr("is_correction: none leaves the difference out of account")));
}

std::string printed(TrainConfig config) {
  return config::to_yaml([&](config::FieldVisitor& v) { visit_fields(v, config); }, false);
}

// What a config does not say of frames, images and positions is its model's; less than a token's
// pixels is refused with the place.
TEST(ModelDefaults, AreOfTheFamilyOfTheModel) {
  const auto config = ConfigFile("  preset: grpo\n").load();
  EXPECT_EQ(config.model.mrope_mode, "float_max");
  EXPECT_EQ(config.video.pixel_factor, 28);
  EXPECT_EQ(config.video.min_pixels, 128 * 28 * 28);
  EXPECT_EQ(config.video.total_pixels, 90316800.0);
  EXPECT_EQ(config.image.min_pixels, 4 * 28 * 28);
  EXPECT_EQ(config.image.max_pixels, 16384.0 * 28 * 28);
  const auto set =
      ConfigFile("  preset: grpo\n", "video: {min_pixels: 784, total_pixels: 7840}\n").load();
  EXPECT_EQ(set.video.min_pixels, 784);
  EXPECT_EQ(set.video.total_pixels, 7840.0);
  EXPECT_THAT(ConfigFile("  preset: grop\n", "video: {min_pixels: 783}\nsteps: few\n").error(),
              ::testing::AllOf(HasSubstr("c.yaml:4:21: min_pixels is 783"), HasSubstr("784"),
                               HasSubstr("steps"), HasSubstr("preset")))
      << "all at once";
}

TEST(Optim, AMomentThatForgetsNothingIsRefused) {
  EXPECT_THAT(ConfigFile("  preset: grpo\n", "optim: {beta2: 1}\n").error(),
              HasSubstr("c.yaml:4:9: is 1, expected below 1"));
}

TEST(RolloutWeights, NeedLayersThatAreCutOverRanks) {
  const ConfigFile file("  preset: grpo\n", "rollout: {weights: layers}\n");
  EXPECT_EQ(file.error(),
            "c.yaml:4:11: weights: layers has no effect with distributed.shard: optimizer, where "
            "every rank has all layers; remove it, or set shard: parameters");
  EXPECT_TRUE(file.load({"distributed.shard=parameters"}).rolls_out_by_layers());
}

TEST(Presets, EveryOneIsSoundAndPrintsWhatLoadsToItself) {
  for (const auto& preset : preset_table()) {
    const auto config = ConfigFile("  preset: " + std::string(preset.name) + "\n").load();
    const test::TemporaryFolder folder;
    io::write_file_atomic(folder.path() / "printed.yaml", printed(config));
    EXPECT_EQ(printed(load_train_config(folder.path() / "printed.yaml", {})), printed(config))
        << preset.name;
  }
}

TEST(Presets, AreTheirPublishedSettings) {
  const auto of = [](const char* name) {
    return ConfigFile("  preset: " + std::string(name) + "\n", "rollout: {max_new_tokens: 300}\n")
        .load()
        .algorithm;
  };
  EXPECT_EQ(of("grpo").objective.aggregation.mode, "seq_mean_token_mean");
  EXPECT_EQ(of("dr_grpo").advantage.estimator, "none");
  EXPECT_EQ(of("dr_grpo").objective.aggregation.const_length, 300);
  EXPECT_EQ(of("dapo").objective.policy_loss.clip_ratio_high, 0.28);
  EXPECT_TRUE(of("dapo").dynamic_sampling.enabled);
  EXPECT_EQ(of("gspo").objective.policy_loss.ratio, "sequence");
  EXPECT_EQ(of("gspo").objective.policy_loss.clip_ratio_high, 4e-4);
  EXPECT_EQ(of("cispo").objective.policy_loss.cispo_cap, 5.0);
  EXPECT_EQ(of("rloo").advantage.estimator, "rloo");
  EXPECT_TRUE(of("rloo").needs_reference());
  EXPECT_EQ(of("reinforce_pp").advantage.estimator, "rf++_baseline");
  EXPECT_EQ(of("temporal_rlt").objective.kl.coef, 0.01);
  EXPECT_EQ(of("temporal_rlt").objective.entropy.coef, 0.001);
  EXPECT_EQ(of("temporal_rlt").advantage.epsilon, 1e-6);
}

TEST(Presets, KeysOfTheFileAndTheCommandLineWin) {
  // in any order
  const ConfigFile file("  clip_ratio_high: 0.5\n  preset: dapo\n  kl_coef: 0.02\n");
  EXPECT_EQ(file.load().algorithm.objective.policy_loss.clip_ratio_high, 0.5);
  EXPECT_EQ(file.load().algorithm.objective.kl.coef, 0.02);
  EXPECT_TRUE(file.load().algorithm.mask_truncated);
  const auto other = file.load({"algorithm.preset=gspo", "algorithm.ratio=gspo_token"}).algorithm;
  EXPECT_EQ(other.objective.policy_loss.clip_ratio_low, 3e-4)
      << "the preset of the command line replaces that of the file";
  EXPECT_EQ(other.objective.policy_loss.clip_ratio_high, 0.5) << "the file's own keys stay";
  EXPECT_EQ(other.objective.policy_loss.ratio, "gspo_token");
  EXPECT_FALSE(other.mask_truncated);
}

}  // namespace
}  // namespace vrlt::settings
