// N ranks give what one rank gives: the real programs on rendered clips.
#include <ATen/ops/allclose.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/distributed/app/synthetic_run.h"
#include "tests/support/jsonl_lines.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;

class DataParallel : public SyntheticRun {
 protected:
  fs::path weights(const std::string& name) const {
    return run_folder(name) / "checkpoints/step-000003/model";
  }

  /// The largest difference between two stored models. Every tensor of one must be in the other.
  static double largest_difference(const fs::path& a, const fs::path& b) {
    const checkpoint::SafetensorsFolder first(a), second(b);
    double largest = 0.0;
    EXPECT_EQ(first.names(), second.names());
    EXPECT_FALSE(first.names().empty());
    for (const auto& name : first.names())
      largest = std::max(largest,
                         (first.tensor(name).to(at::kDouble) - second.tensor(name).to(at::kDouble))
                             .abs()
                             .max()
                             .item<double>());
    return largest;
  }

  std::vector<io::Json> metrics(const std::string& name) const {
    return lines_of(run_folder(name) / "metrics.jsonl");
  }

  /// Counts exactly, means and losses up to the rounding of float32 sums in another order.
  void expect_same_metrics(const std::string& one, const std::string& many) const {
    const auto expected = metrics(one), got = metrics(many);
    ASSERT_EQ(expected.size(), 3u);
    ASSERT_EQ(got.size(), 3u);
    for (size_t step = 0; step < expected.size(); ++step) {
      for (const auto& [name, value] : expected[step].items()) {
        ASSERT_TRUE(got[step].contains(name)) << name;
        const double e = value.get<double>(), g = got[step][name].get<double>();
        if (e == std::round(e) && !name.starts_with("loss") && !name.starts_with("correction"))
          EXPECT_NEAR(e, g, 1e-12) << name << " of step " << step;
        else
          EXPECT_NEAR(e, g, 1e-5 * std::max(1.0, std::abs(e))) << name << " of step " << step;
      }
      EXPECT_EQ(got[step].size(), expected[step].size());
    }
  }
};

// The largest weight moves by some 1e-3 in these three steps: 1e-6 is a thousandth of it, and ten
// times what another order of summation in float32 makes of it.
constexpr double kSameWeights = 1e-6;
constexpr double kMoved = 1e-3;

TEST_F(DataParallel, SupervisedTraining) {
  run("vrlt-train", {"sft.yaml", "name=one"});
  EXPECT_GT(largest_difference(run_folder("one") / "checkpoints/step-000001/model", weights("one")),
            kMoved)
      << "the test would not see a wrong gradient";
  for (const int world_size : {2, 3}) {
    const auto name = "ranks" + std::to_string(world_size);
    run_on(world_size, "vrlt-train", {"sft.yaml", "name=" + name});
    EXPECT_LT(largest_difference(weights("one"), weights(name)), kSameWeights)
        << world_size << " ranks";
    expect_same_metrics("one", name);
  }
}

TEST_F(DataParallel, PolicyOptimizationEndsInTheSameWeightsOnAnyNumberOfRanks) {
  warm_up();
  run("vrlt-train", {"grpo.yaml", "name=one"});
  EXPECT_GT(largest_difference(run_folder("one") / "checkpoints/step-000001/model", weights("one")),
            kMoved)
      << "the rewards do not vary: nothing is learned";
  for (const int world_size : {2, 3}) {
    const auto name = "ranks" + std::to_string(world_size);
    run_on(world_size, "vrlt-train", {"grpo.yaml", "name=" + name});
    EXPECT_LT(largest_difference(weights("one"), weights(name)), kSameWeights)
        << world_size << " ranks";
    EXPECT_EQ(contents(run_folder("one") / "rollouts.jsonl"),
              contents(run_folder(name) / "rollouts.jsonl"));
    expect_same_metrics("one", name);
  }
}

// Each pass is then the same computation wherever it runs, and sums of its gradients in float64 are
// the same in any order once they are rounded, but for one in some 2^29: over these steps not a
// single weight differs.
TEST_F(DataParallel, OnePromptPerPassGivesTheSameWeights) {
  warm_up();
  run("vrlt-train", {"grpo.yaml", "name=one", "micro_batch=1", "algorithm.is_correction=none"});
  for (const int world_size : {2, 3}) {
    const auto name = "ranks" + std::to_string(world_size);
    run_on(world_size, "vrlt-train",
           {"grpo.yaml", "name=" + name, "micro_batch=1", "algorithm.is_correction=none"});
    EXPECT_EQ(largest_difference(weights("one"), weights(name)), 0.0) << world_size << " ranks";
  }
}

// Layers that are cut over ranks change neither responses nor weights, however they come.
TEST_F(DataParallel, LayersCutOverRanksGiveTheSameRun) {
  warm_up();
  const std::vector<std::string> exact = {"grpo.yaml", "micro_batch=1",
                                          "algorithm.is_correction=none"};
  const auto with = [&](std::vector<std::string> more) {
    auto arguments = exact;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  run("vrlt-train", with({"name=one"}));
  run_on(3, "vrlt-train",
         with({"name=whole", "distributed.shard=parameters", "rollout.weights=whole"}));
  run_on(2, "vrlt-train",
         with({"name=layers", "distributed.shard=parameters", "rollout.weights=layers",
               "model.activation_checkpointing=blocks"}));
  for (const char* name : {"whole", "layers"}) {
    EXPECT_EQ(largest_difference(weights("one"), weights(name)), 0.0) << name;
    EXPECT_EQ(contents(run_folder("one") / "rollouts.jsonl"),
              contents(run_folder(name) / "rollouts.jsonl"));
  }
}

// Features of a frozen encoder are kept in the folder of the frames, by one program for the next;
// those of one that trains are not.
TEST_F(DataParallel, KeptFeaturesChangeNothing) {
  warm_up();
  const std::vector<std::string> exact = {"grpo.yaml", "micro_batch=1",
                                          "algorithm.is_correction=none"};
  const auto with = [&](std::vector<std::string> more) {
    auto arguments = exact;
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  const std::string frozen = "model.freeze_vision=true";
  const auto num_features = [&](const std::string& folder) {
    int64_t count = 0;
    for (const auto& file : fs::directory_iterator(folder_.path() / folder))
      count += file.path().extension() == ".vrlt-features";
    return count;
  };
  run("vrlt-train", with({"name=plain", frozen}));
  run("vrlt-train", with({"name=filling", frozen, "data.cache_folder=kept"}));
  const auto kept = num_features("kept");
  EXPECT_GT(kept, 0);
  run_on(2, "vrlt-train", with({"name=reading", frozen, "data.cache_folder=kept"}));
  EXPECT_EQ(num_features("kept"), kept) << "two ranks meet the clips that one met";
  for (const char* name : {"filling", "reading"})
    EXPECT_EQ(largest_difference(weights("plain"), weights(name)), 0.0) << name;
  run("vrlt-train",
      with({"name=trained", "data.cache_folder=trained", "model.freeze_vision=false"}));
  EXPECT_EQ(num_features("trained"), 0);
}

TEST_F(DataParallel, MoreRanksThanPrompts) {
  run("vrlt-train", {"sft.yaml", "name=one", "prompts_per_step=2"});
  run_on(3, "vrlt-train", {"sft.yaml", "name=three", "prompts_per_step=2"});
  EXPECT_LT(largest_difference(weights("one"), weights("three")), kSameWeights);
  expect_same_metrics("one", "three");
}

TEST_F(DataParallel, TrainingGoesOnWithAnotherNumberOfRanks) {
  run("vrlt-train", {"sft.yaml", "name=one"});
  run("vrlt-train", {"sft.yaml", "name=changed"});
  for (const char* step : {"step-000002", "step-000003"})
    fs::remove_all(run_folder("changed") / "checkpoints" / step);
  run_on(2, "vrlt-train", {"sft.yaml", "name=changed", "--resume", "must"});
  EXPECT_LT(largest_difference(weights("one"), weights("changed")), kSameWeights);
  expect_same_metrics("one", "changed");
}

// As above, each pass is the same computation wherever it runs: nothing on disk tells how many
// ranks there were, before a resume or after it.
TEST_F(DataParallel, ThreeThenTwoThenFourRanksEndInTheBytesOfOne) {
  warm_up();
  const auto arguments = [](const std::string& name, const std::string& steps) {
    return std::vector<std::string>{"grpo.yaml", "name=" + name, "steps=" + steps, "micro_batch=1",
                                    "algorithm.is_correction=none"};
  };
  run("vrlt-train", arguments("one", "3"));
  run_on(3, "vrlt-train", arguments("changed", "1"));
  run_on(2, "vrlt-train", arguments("changed", "2"));
  run_on(4, "vrlt-train", arguments("changed", "3"));
  for (const char* step : {"step-000001", "step-000002", "step-000003"})
    for (const char* file :
         {"model/model.safetensors", "model/config.json", "optimizer.safetensors", "state.json"}) {
      const auto path = fs::path("checkpoints") / step / file;
      EXPECT_EQ(contents(run_folder("one") / path), contents(run_folder("changed") / path)) << path;
    }
  EXPECT_EQ(contents(run_folder("one") / "rollouts.jsonl"),
            contents(run_folder("changed") / "rollouts.jsonl"));
}

// The two unreadable clips of six records belong to different ranks; each rank alone would stay
// within the limit.
TEST_F(DataParallel, UnreadableSamplesCountOnAllRanks) {
  std::vector<fs::path> videos;
  for (const auto& entry : fs::directory_iterator(folder_.path() / "data/videos/train"))
    videos.push_back(entry.path());
  std::sort(videos.begin(), videos.end());
  ASSERT_GE(videos.size(), 8u);
  for (size_t i = 0; i < 3; ++i)
    write("data/videos/train/" + videos[i].filename().string(), "not a video");
  // Nine of the 24 records are unreadable. All are met in the two steps of 12 prompts.
  const std::vector<std::string> overrides = {"sft.yaml", "prompts_per_step=12", "micro_batch=12",
                                              "data.max_bad_fraction=0.5"};
  auto one = overrides, two = overrides;
  one.push_back("name=one");
  two.push_back("name=two");
  run("vrlt-train", one);
  run_on(2, "vrlt-train", two);
  EXPECT_EQ(metrics("one").back()["data/bad_samples"], 9.0);
  expect_same_metrics("one", "two");
  EXPECT_LT(largest_difference(weights("one"), weights("two")), kSameWeights);

  RankProcesses ranks(2, process_options());
  const auto results =
      ranks
          .start_all(binary("vrlt-train"), {"sft.yaml", "name=strict", "prompts_per_step=24",
                                            "data.max_bad_fraction=0.3"})
          .wait();
  for (const auto& result : results) {
    // 0.3 * 24 = 7.2: each rank has four or five of the nine, both together too many
    EXPECT_EQ(result.exit_code, 65) << result.err;
    EXPECT_NE(result.err.find("max_bad_fraction"), std::string::npos) << result.err;
  }
}

// docs/spec/selection.md#determinism, with the model: one round of questions, and all that there
// are.
TEST_F(DataParallel, SelectionGivesTheSameFilesOnAnyNumberOfRanks) {
  warm_up();
  for (const std::string config : {"select", "racing"}) {
    SCOPED_TRACE(config);
    std::vector<std::string> files = {"rollouts.jsonl", "statistics.jsonl", "selected.jsonl",
                                      "rejected.jsonl"};
    if (config == "racing") files.emplace_back("rounds.jsonl");
    run("vrlt-select", {config + ".yaml", "name=" + config});
    const auto expect_same = [&](const std::string& name) {
      for (const auto& file : files)
        EXPECT_EQ(contents(run_folder(config) / file), contents(run_folder(name) / file))
            << name << " " << file;
    };
    for (const int world_size : {2, 3}) {
      const auto name = config + std::to_string(world_size);
      run_on(world_size, "vrlt-select", {config + ".yaml", "name=" + name});
      expect_same(name);
    }
    // Killed in the second batch of two ranks, and in the last round of all, resumed by three.
    const auto text = contents(run_folder(config) / "rollouts.jsonl");
    size_t seventh = 0;
    for (int line = 0; line < 7; ++line) seventh = text.find('\n', seventh) + 1;
    for (const size_t cut : {seventh + 10, text.size() - 10}) {
      fs::resize_file(run_folder(config + "2") / "rollouts.jsonl", cut);
      run_on(3, "vrlt-select", {config + ".yaml", "name=" + config + "2", "--resume", "must"});
      expect_same(config + "2");
    }
  }
}

TEST_F(DataParallel, Evaluation) {
  warm_up();
  run("vrlt-eval", {"eval.yaml", "name=one"});
  std::vector<fs::path> tasks;
  for (const auto& entry : fs::directory_iterator(run_folder("one")))
    if (fs::exists(entry.path() / "samples.jsonl")) tasks.push_back(entry.path().filename());
  ASSERT_EQ(tasks.size(), 3u) << "synth has three task families";
  const auto expect_same = [&](const std::string& name) {
    for (const auto& task : tasks)
      for (const char* file : {"samples.jsonl", "results.json"})
        EXPECT_EQ(contents(run_folder("one") / task / file),
                  contents(run_folder(name) / task / file))
            << name << " " << task << " " << file;
  };
  for (const int world_size : {2, 3}) {
    const auto name = "ranks" + std::to_string(world_size);
    run_on(world_size, "vrlt-eval", {"eval.yaml", "name=" + name});
    expect_same(name);
  }
  const auto partial = run_folder("ranks3") / tasks[1] / "samples.jsonl";
  fs::resize_file(partial, fs::file_size(partial) / 2);
  run_on(2, "vrlt-eval", {"eval.yaml", "name=ranks3"});
  expect_same("ranks3");
}

}  // namespace
}  // namespace vrlt::test
