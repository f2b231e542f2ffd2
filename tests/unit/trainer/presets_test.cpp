// A preset stands for what it says it is: training with it and with its terms or keys written out
// ends with the same weights.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/trainer/warm_task.h"
#include "trainer/step/batch_advantages.h"
#include "vrlt/algorithm/advantage.h"
#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_presets.h"
#include "vrlt/settings/preset_table.h"
#include "vrlt/settings/reward_section.h"
#include "vrlt/trainer/step/reward_inputs.h"

namespace vrlt::trainer {
namespace {

/// Questions of several kinds about the clips of the warm task, each with "thinking" to learn from.
std::vector<data::Sample> mixed_samples() {
  const auto of_clip = [](const char* id, const char* task, int clip, const io::Json& more) {
    io::Json record = {{"schema", "vs/1"}, {"id", id},
                       {"task", task},     {"video", "clip" + std::to_string(clip) + ".mp4"},
                       {"duration", 2.0},  {"question", "red square"},
                       {"thinking", "red"}};
    record.update(more);
    return data::parse_sample(record, id);
  };
  const io::Json options = {"red", "blue"}, early = io::Json::array({{0.0, 1.0}}),
                 late = io::Json::array({{0.5, 1.5}});
  return {of_clip("tvg0", "tvg", 0, {{"segments", early}}),
          of_clip("tvg1", "tvg", 1, {{"segments", late}}),
          of_clip("mcq0", "mcq", 0, {{"options", options}, {"answer", 0}}),
          of_clip("mcq1", "mcq", 1, {{"options", options}, {"answer", 1}}),
          of_clip("gqa0", "gqa", 0, {{"options", options}, {"answer", 0}, {"segments", early}}),
          of_clip("gqa1", "gqa", 1, {{"options", options}, {"answer", 1}, {"segments", late}})};
}

/// A model that has learned to think and answer, made once.
class MixedTask {
 public:
  MixedTask() : samples(mixed_samples()) {
    settings::TrainConfig config;
    config.trainer = "sft";
    config.steps = 30;
    config.prompts_per_step = std::ssize(samples);
    config.data.prompt = "auto_short";
    config.sft.target = "think_answer";
    config.optim.lr = 1e-2;
    auto policy = warm_task().task().open_model();
    train(config, *policy, nullptr, folder_.path() / "sft");
    policy->save(model_folder());
  }

  void train(const settings::TrainConfig& config, model::VisionLanguageModel& policy,
             model::VisionLanguageModel* reference, const fs::path& run) const {
    const auto& task = warm_task().task();
    const processor::Processor processor(model::load_prompt_format(task.model_folder()));
    processor::PromptLoader loader(processor, test::TinyTask::media_options(), task.data_root(),
                                   config.data.prompt, 1 << 20);
    fs::create_directories(run);
    const TrainingParts parts{config, run, samples, policy, reference, processor, loader};
    config.trainer == "sft" ? train_sft(parts) : train_grpo(parts);
  }

  fs::path model_folder() const { return folder_.path() / "model"; }

  const std::vector<data::Sample> samples;

 private:
  test::TemporaryFolder folder_;
};

const MixedTask& mixed_task() {
  static const MixedTask task;
  return task;
}

/// A config as a user writes it, with `lines` of YAML behind what a tiny run needs.
settings::TrainConfig written(const std::string& lines) {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "train.yaml";
  io::write_file_atomic(file, concat("name: preset\noutput: runs\nmodel: {path: model}\ndata: "
                                     "{records: [r.jsonl], root: ., prompt: auto_short}\n"
                                     "seed: 3\nsteps: 3\nprompts_per_step: 6\nrollout: "
                                     "{group_size: 6, max_new_tokens: 28, temperature: 1.5}\n"
                                     "optim: {lr: 1.0e-3}\n",
                                     lines));
  return settings::load_train_config(file, {});
}

std::string yaml_of(settings::TrainConfig config) {
  return config::to_yaml([&](config::FieldVisitor& v) { visit_fields(v, config); },
                         /*with_help=*/false);
}

std::string hash_of(model::VisionLanguageModel& model) {
  std::string bytes;
  for (const auto& [name, tensor] : model.parameters().entries()) {
    const auto values = tensor.detach().contiguous();
    bytes.append(static_cast<const char*>(values.data_ptr()), values.nbytes());
  }
  return io::sha256(bytes).substr(0, 16);
}

struct Outcome {
  std::string weights;                 ///< Hash.
  std::vector<double> gradient_norms;  ///< Of each step.
};

Outcome trained(const settings::TrainConfig& config) {
  const test::TemporaryFolder folder;
  const auto open = [] { return model::load_model(mixed_task().model_folder(), {}); };
  auto policy = open();
  const auto reference = config.algorithm.needs_reference() ? open() : nullptr;
  mixed_task().train(config, *policy, reference.get(), folder.path());
  Outcome outcome{.weights = hash_of(*policy), .gradient_norms = {}};
  io::for_each_jsonl(folder.path() / "metrics.jsonl", false, [&](int64_t, const io::Json& line) {
    outcome.gradient_norms.push_back(line["grad/norm"].get<double>());
  });
  return outcome;
}

/// Two ways to say the same thing: the weights after three steps are the same to the last bit, and
/// they have moved.
void expect_same_training(const std::string& what, const settings::TrainConfig& named,
                          const settings::TrainConfig& written_out, bool earns = true) {
  const auto one = trained(named), other = trained(written_out);
  EXPECT_EQ(one.weights, other.weights) << what;
  ASSERT_EQ(one.gradient_norms.size(), 3u) << what;
  const bool moved = std::any_of(one.gradient_norms.begin(), one.gradient_norms.end(),
                                 [](double norm) { return norm > 0.0; });
  EXPECT_EQ(moved, earns) << what << ": steps without any gradient show nothing";
}

std::string list_of(std::span<const rewards::RewardTerm> terms) {
  std::string list;
  for (const auto& term : terms)
    list += concat(list.empty() ? "" : ", ", "{name: ", term.name, ", weight: ", term.weight, "}");
  return "rewards: [" + list + "]\n";
}

TEST(WrittenOut, EachOfTheRewardsTrainsAsItsTermsWrittenOut) {
  for (const auto& preset : rewards::reward_presets())
    for (const char* composition : {"sum_then_normalize", "normalize_then_sum"}) {
      const auto algorithm = concat("algorithm: {reward_composition: ", composition, "}\n");
      const auto named = written(concat("rewards: [", preset.name, "]\n", algorithm)),
                 written_out = written(list_of(preset.terms) + algorithm);
      // The tiny model writes no JSON, which alone earns something by seed_tvg: what that pays for
      // is tested below.
      expect_same_training(concat(preset.name, ", ", composition), named, written_out,
                           std::string(preset.name) != "seed_tvg");
    }
}

TEST(WrittenOut, EachOfTheAlgorithmTrainsAsItsKeysWrittenOut) {
  for (const auto& preset : settings::preset_table()) {
    const auto named = written(concat("algorithm: {preset: ", preset.name, "}\n"));
    // What --print-config shows of it, under no preset.
    auto lines = yaml_of(named);
    const std::string line = concat("preset: \"", preset.name, "\"\n");
    ASSERT_NE(lines.find("  " + line), std::string::npos) << lines;
    lines.replace(lines.find("  " + line) + 2, line.size(), "preset: \"none\"\n");
    const test::TemporaryFolder folder;
    io::write_file_atomic(folder.path() / "written.yaml", lines);
    const auto written_out = settings::load_train_config(folder.path() / "written.yaml", {});
    EXPECT_EQ(written_out.algorithm.preset, "none");
    EXPECT_EQ(yaml_of(written_out), lines);
    expect_same_training(preset.name, named, written_out);
  }
}

TEST(WrittenOut, AWeightIsThatOfAllTermsAndARewardNamedTwiceCountsTheSum) {
  const auto same = [](const char* one, const char* other) {
    expect_same_training(one, written(concat("rewards: ", one, "\n")),
                         written(concat("rewards: ", other, "\n")));
  };
  same("[{name: overlong, weight: 0.5}, {name: overlong, weight: 0.5}, temporal_iou]",
       "[overlong, temporal_iou]");
  same("[{name: format, weight: 0.25}, temporal_iou, {name: format, weight: 0.5}, choice]",
       "[{name: format, weight: 0.75}, temporal_iou, choice]");
  same("[{name: temporal_rlt, weight: 0.5}, format_tags]",
       "[{name: choice, weight: 0.5}, {name: temporal_iou, weight: 0.5}, {name: grounded_qa, "
       "weight: 0.5}, {name: format, weight: 0.5}, format_tags]");
  same("[temporal_rlt, timelens, {name: choice, weight: 2}]",
       "[{name: choice, weight: 3}, {name: temporal_iou, weight: 2}, grounded_qa, format]");
}

/// Groups of responses that every preset finds something to tell apart in.
std::vector<ScoredGroup> scored_groups(const std::vector<data::Sample>& samples,
                                       const rewards::RewardFunction& reward) {
  const std::vector<std::string> texts = {
      "<think>0.0-1.0</think><answer>A, 0.0 to 1.0</answer>",
      "<think>red</think><answer>A</answer><glue>[(0.0, 1.0)]</glue>",
      "<think>0.5</think><answer>{\"start_time\": \"0.5\", \"end_time\": \"1.5\"}</answer>",
      "<think>from 0.2 to 0.9</think><answer>0.2-0.9</answer>",
      "<answer>0.4 to 1.4</answer>",
      "nothing"};
  std::vector<ScoredGroup> groups;
  for (size_t i = 0; i < samples.size(); ++i) {
    auto& scored = groups.emplace_back(
        ScoredGroup{.position = static_cast<int64_t>(i), .sample = &samples[i]});
    for (size_t k = 0; k < texts.size(); ++k)
      scored.group.responses.push_back({.ids = std::vector<int64_t>(k + 1, 7), .text = texts[k]});
    scored.scores = reward.score_group(reward_inputs(samples[i], scored.group, "auto_think"));
  }
  return groups;
}

// By hand: what a policy is trained on is the estimator's answer to the totals that the logs show.
TEST(WrittenOut, AdvantagesAreThoseOfTheTotalsThatTheRewardFunctionSays) {
  const auto samples = mixed_samples();
  for (const auto& preset : rewards::reward_presets()) {
    auto config = written(
        concat("rewards: [{name: ", preset.name,
               ", weight: 0.7}, {name: overlong, weight: 0.5}, {name: overlong, weight: 0.25}]\n"));
    const auto reward = settings::reward_function(config.rewards, config.reward_options,
                                                  config.rollout.max_new_tokens);
    const auto groups = scored_groups(samples, reward);
    const auto rows = gather_rows(groups, {}, distributed::single_process());
    std::vector<double> totals;
    for (const auto& scored : groups)
      for (const auto& score : scored.scores)
        totals.push_back(score.scorable ? score.total : std::nan(""));
    const auto expected = algorithm::group_advantages(totals, 6, config.algorithm.advantage);
    const auto actual =
        batch_advantages(rows, reward, config.rollout.group_size, config.algorithm.advantage, 0.0);
    ASSERT_EQ(actual.size(), expected.size());
    double largest = 0.0;
    for (size_t i = 0; i < actual.size(); ++i) {
      const double advantage = actual.at(rows[i].key());
      EXPECT_NEAR(advantage, expected[i], 1e-9) << preset.name << " row " << i;
      largest = std::max(largest, std::abs(advantage));
    }
    EXPECT_GT(largest, 0.1) << preset.name << " tells these responses apart";
  }
}

TEST(WrittenOut, ComponentsOfAnotherRewardAreRefused) {
  const auto samples = mixed_samples();
  const auto config = written("rewards: [temporal_rlt]\n");
  const auto rows =
      gather_rows(scored_groups(samples, rewards::RewardFunction({{"temporal_rlt", 1.0}})), {},
                  distributed::single_process());
  EXPECT_THROW(batch_advantages(rows, rewards::RewardFunction({{"choice", 1.0}}),
                                config.rollout.group_size, config.algorithm.advantage, 0.0),
               ContractError);
}

// Of six responses each: a response that is missing, or stands in another group's place, would be
// compared with the wrong ones.
TEST(WrittenOut, AdvantagesOfGroupsThatAreNotWholeAreRefused) {
  const auto samples = mixed_samples();
  const auto config = written("rewards: [temporal_rlt]\n");
  const rewards::RewardFunction reward({{"temporal_rlt", 1.0}});
  const auto whole = gather_rows(scored_groups(samples, reward), {}, distributed::single_process());
  EXPECT_EQ(
      batch_advantages(whole, reward, config.rollout.group_size, config.algorithm.advantage, 0.0)
          .size(),
      whole.size());
  auto lacking = whole, exchanged = whole;
  lacking.erase(lacking.begin() + 2);
  std::swap(exchanged[1], exchanged[7]);
  for (const auto& rows : {lacking, exchanged})
    EXPECT_THROW(
        batch_advantages(rows, reward, config.rollout.group_size, config.algorithm.advantage, 0.0),
        ContractError);
}

}  // namespace
}  // namespace vrlt::trainer
