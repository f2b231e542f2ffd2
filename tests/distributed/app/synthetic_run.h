#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/rank_processes.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/io/files.h"

namespace vrlt::test {

inline std::string contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.good()) << path << " is missing";
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A working folder with a few rendered clips, their records, a tiny model, and configs that name
/// them by relative paths.
class SyntheticRun : public testing::Test {
 protected:
  /// Steps of supervised training after which answers of the tiny model are readable and still
  /// differ: rewards vary.
  static constexpr const char* kWarmSteps = "25";

  void SetUp() override {
    write("synth.yaml",
          "output: data\ntrain_clips: 8\ntest_clips: 1\nmodel: {text_width: 48, text_layers: 2, "
          "vision_width: 32, vision_layers: 1}\n");
    ASSERT_EQ(run("vrlt-data", {"synth", "synth.yaml"}), 0);
    const std::string inputs = R"(
output: runs
data: {records: [data/train.jsonl], root: data/videos, prompt: auto_short}
video: {fps: 2.0, max_frames: 8, min_pixels: 3136, max_pixels: 3136}
)";
    // Five prompts a step: 2 and 3 ranks get unequal shares. epsilon: where the true gradient is 0
    // (key biases) Adam would turn rounding noise into full steps, which no two orders of summation
    // share.
    const std::string training = inputs + R"(
steps: 3
prompts_per_step: 5
micro_batch: 2
optim: {lr: 1.0e-3, epsilon: 1.0e-3, weight_decay: 0.01}
checkpoint: {every: 1, keep: 10}
)";
    write(
        "sft.yaml",
        "name: sft\ntrainer: sft\nmodel: {path: data/model, init: random, freeze_vision: false}\n" +
            training);
    write("warm.yaml",
          "name: warm\ntrainer: sft\nmodel: {path: data/model, init: random, freeze_vision: "
          "false}\nprompts_per_step: 12\nmicro_batch: 12\n"
          "optim: {lr: 5.0e-3}\n" +
              inputs + "steps: " + kWarmSteps + "\n");
    const std::string warm = std::string("model: {path: runs/warm/checkpoints/step-0000") +
                             kWarmSteps + "/model, freeze_vision: false}\n";
    write("grpo.yaml", "name: grpo\ntrainer: grpo\nlogged_rollouts: 4\n" + warm + training + R"(
rollout: {group_size: 4, temperature: 1.0, max_new_tokens: 24}
rewards: [{name: temporal_iou, weight: 1.0}, {name: choice, weight: 1.0}, {name: grounded_qa, weight: 1.0}, {name: format_answer, weight: 0.2}]
algorithm: {kl_coef: 0.01}
)");
    // 24 samples in batches of 5: the last batch is short, and with 2 or 3 ranks some have none in
    // the last round.
    write("select.yaml", "name: select\nbatch: 5\n" + warm + inputs +
                             "rollout: {group_size: 4, temperature: 1.0, max_new_tokens: 24}\n");
    write("racing.yaml", "name: racing\nbatch: 5\n" + warm + inputs + R"(
rollout: {group_size: 4, temperature: 1.0, max_new_tokens: 24}
racing: {first_draws: 2, redraw_parked: 0.5, near_cut_draws: 2}
audit: {fraction: 0.2, min_samples: 3}
filter: {keep: 0.25}
)");
    write("eval.yaml",
          "name: eval\nbatch: 3\n" + warm + inputs + "generation: {max_new_tokens: 24}\n");
  }

  /// Trains the model that grpo.yaml, select.yaml and eval.yaml start from.
  void warm_up() { ASSERT_EQ(run("vrlt-train", {"warm.yaml"}), 0); }

  /// One rank, without a launcher.
  int run(const std::string& program, const std::vector<std::string>& arguments) {
    auto options = process_options();
    options.environment["OMP_NUM_THREADS"] = "1";
    const auto result = Process(binary(program), arguments, options).wait();
    EXPECT_EQ(result.exit_code, 0) << program << "\n" << result.out << result.err;
    return result.exit_code;
  }

  void run_on(int world_size, const std::string& program,
              const std::vector<std::string>& arguments) {
    RankProcesses ranks(world_size, process_options());
    for (const auto& result : ranks.start_all(binary(program), arguments).wait())
      ASSERT_EQ(result.exit_code, 0) << world_size << " ranks\n" << result.out << result.err;
  }

  static std::filesystem::path binary(const std::string& program) {
    return test::bin_dir() / program;
  }
  std::filesystem::path run_folder(const std::string& name) const {
    return folder_.path() / "runs" / name;
  }
  ProcessOptions process_options() const { return {.working_folder = folder_.path()}; }
  void write(const std::string& name, const std::string& text) const {
    io::write_file_atomic(folder_.path() / name, text);
  }

  TemporaryFolder folder_;
};

}  // namespace vrlt::test
