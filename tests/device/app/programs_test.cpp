// Training, selection and evaluation as programs run them, on a device that is not the CPU: every
// answer is the CPU's, every number up to the order of sums.
#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/fake_device/fake_device.h"
#include "tests/support/jsonl_lines.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/tiny_task.h"
#include "vrlt/app/eval.h"
#include "vrlt/app/select.h"
#include "vrlt/app/train.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/settings/device_names.h"

namespace vrlt::app {
namespace {

namespace fs = std::filesystem;

/// Clips, a model that has seen the answers, and a config for each program.
class Programs : public ::testing::Test {
 protected:
  static constexpr int64_t kSamples = 3;

  static void SetUpTestSuite() {
    test::fake_device();
    folder_ = new test::TemporaryFolder;
    const test::TinyTask task(folder(), kSamples);
    std::string records;
    for (int64_t i = 0; i < kSamples; ++i)
      records += io::Json{{"schema", "vs/1"},
                          {"id", concat("sample", i)},
                          {"task", "tvg"},
                          {"video", concat("clip", i, ".mp4")},
                          {"duration", 2.0},
                          {"question", "red square"},
                          {"segments", io::Json::array({{0.5 * static_cast<double>(i % 2),
                                                         1.0 + 0.5 * static_cast<double>(i % 2)}})}}
                     .dump() +
                 "\n";
    io::write_file_atomic(folder() / "records.jsonl", records);
    // epsilon: where a gradient is next to 0 Adam would turn its rounding into full steps
    write_config("sft",
                 "trainer: sft\nsteps: 20\nprompts_per_step: 3\nmicro_batch: 2\n"
                 "optim: {lr: 0.01, epsilon: 1.0e-3}\nmodel: {path: " +
                     (folder() / "model").string() + ", init: random, freeze_vision: false}\n");
    // As the programs are: no config can name the device.
    ASSERT_THROW(run_train(command("sft", "fake")), ConfigError);
    settings::add_device_name("fake");
    ASSERT_EQ(run_train(command("sft", "cpu")), 0);
    const auto warm = "model: {path: " + model_of("sft", "cpu", 20).string();
    write_config("grpo", warm +
                             ", freeze_vision: false}\nsteps: 2\nprompts_per_step: 3\n"
                             "micro_batch: 2\nlogged_rollouts: 3\n"
                             "rollout: {group_size: 4, max_new_tokens: 24}\n"
                             "optim: {lr: 1.0e-3, epsilon: 1.0e-3}\n"
                             "rewards: [{name: temporal_iou, weight: 1.0}, "
                             "{name: format_answer, weight: 0.5}]\nalgorithm: {kl_coef: 0.1}\n");
    write_config("select", warm + "}\nbatch: 2\nrollout: {group_size: 4, max_new_tokens: 24}\n");
    write_config("eval", warm + "}\nbatch: 2\ngeneration: {max_new_tokens: 24}\n");
  }
  static void TearDownTestSuite() { delete folder_; }

  static fs::path folder() { return folder_->path(); }
  static fs::path run_folder(const std::string& name, const std::string& device) {
    return folder() / "runs" / (name + "_" + device);
  }
  static fs::path model_of(const std::string& name, const std::string& device, int64_t step) {
    auto number = std::to_string(step);
    number.insert(0, 6 - number.size(), '0');
    return run_folder(name, device) / "checkpoints" / ("step-" + number) / "model";
  }

  static command_line::CommandLine command(const std::string& name, const std::string& device,
                                           std::vector<std::string> overrides = {}) {
    overrides.insert(overrides.begin(), {"model.device=" + device, "name=" + name + "_" + device});
    return {.config = folder() / (name + ".yaml"), .overrides = overrides};
  }

  /// Lines of numbers and texts: texts are equal, numbers near.
  static void expect_near(const io::Json& expected, const io::Json& actual, double tolerance,
                          const std::string& where) {
    ASSERT_EQ(expected.type() == io::Json::value_t::string,
              actual.type() == io::Json::value_t::string)
        << where;
    if (expected.is_structured()) {
      ASSERT_EQ(expected.size(), actual.size()) << where << expected << actual;
      for (auto a = expected.begin(), b = actual.begin(); a != expected.end(); ++a, ++b)
        expect_near(*a, *b, tolerance, where + (expected.is_object() ? "." + a.key() : "[]"));
    } else if (expected.is_number() && actual.is_number()) {
      EXPECT_NEAR(expected.get<double>(), actual.get<double>(),
                  tolerance * std::max(1.0, std::abs(expected.get<double>())))
          << where;
    } else {
      EXPECT_EQ(expected, actual) << where;
    }
  }

  static void expect_same_lines(const std::string& name, const std::string& file,
                                double tolerance) {
    const auto expected = test::lines_of(run_folder(name, "cpu") / file),
               actual = test::lines_of(run_folder(name, "fake") / file);
    ASSERT_EQ(expected.size(), actual.size()) << file;
    ASSERT_GT(expected.size(), 0u) << file;
    for (size_t i = 0; i < expected.size(); ++i)
      expect_near(expected[i], actual[i], tolerance, concat(file, ":", i + 1));
  }

  static void expect_same_weights(const std::string& name, int64_t step, double tolerance) {
    const auto open = [&](const char* device) {
      return checkpoint::SafetensorsFile(model_of(name, device, step) / "model.safetensors");
    };
    const auto expected = open("cpu"), actual = open("fake");
    ASSERT_EQ(expected.names(), actual.names());
    double worst = 0;
    for (const auto& tensor : expected.names())
      worst = std::max(
          worst, (expected.tensor(tensor) - actual.tensor(tensor)).abs().max().item<double>());
    EXPECT_LT(worst, tolerance);
    std::printf("  %s: weights differ by %.1e at most\n", name.c_str(), worst);
  }

 private:
  static void write_config(const std::string& name, const std::string& own) {
    io::write_file_atomic(
        folder() / (name + ".yaml"),
        "output: " + (folder() / "runs").string() + "\ndata: {records: [" +
            (folder() / "records.jsonl").string() + "], root: " + folder().string() +
            ", prompt: auto_short}\nvideo: {fps: 2.0, min_pixels: 3136, max_pixels: 3136}\n" + own);
  }

  static inline test::TemporaryFolder* folder_ = nullptr;
};

TEST_F(Programs, SupervisedTraining) {
  ASSERT_EQ(run_train(command("sft", "fake")), 0);
  expect_same_lines("sft", "metrics.jsonl", 1e-3);
  expect_same_weights("sft", 20, 1e-3);
}

// Twelve prompts a step, with memory for three in a pass and not for six: twelve are halved twice,
// from the first step that lacks memory on, and it is the training that had three from the start.
TEST_F(Programs, SupervisedPassesThatDoNotFitBecomeSmaller) {
  const auto device = test::fake_device();
  const auto train = [&](int64_t micro_batch, std::optional<int64_t> limit) {
    const auto name = concat("passes_", micro_batch, limit ? "_limited" : "");
    test::reset_counts(device);
    test::limit_memory(device, limit);
    const int code = run_train(command(
        "sft", "fake",
        {"name=" + name, concat("micro_batch=", micro_batch), "steps=2", "prompts_per_step=12"}));
    test::limit_memory(device, {});
    EXPECT_EQ(code, 0) << name;
    return std::pair(test::counts_of(device).peak_bytes,
                     io::read_file(folder() / "runs" / name / "checkpoints/step-000002/model" /
                                       "model.safetensors",
                                   int64_t{1} << 30));
  };
  const auto three = train(3, {}), six = train(6, {}), twelve = train(12, {});
  ASSERT_LT(three.first, six.first);
  EXPECT_NE(three.second, twelve.second) << "all passes are alike";
  const auto limited = train(12, (three.first + six.first) / 2);
  EXPECT_TRUE(limited.second == three.second);
}

// In bfloat16 the device takes other kernels than the CPU: losses agree as far as 8 bits go.
TEST_F(Programs, InBFloat16WithAndWithoutAnAdapter) {
  for (const std::string lora : {"lora.rank=0", "lora.rank=4"}) {
    SCOPED_TRACE(lora);
    std::vector<std::vector<io::Json>> lines;
    for (const char* device : {"cpu", "fake"}) {
      const auto name = concat(lora == "lora.rank=0" ? "full_" : "lora_", device);
      ASSERT_EQ(
          run_train(command("sft", device,
                            {"name=" + name, "model.dtype=bfloat16", lora,
                             "model.path=" + model_of("sft", "cpu", 20).string(),
                             "model.init=pretrained", "model.freeze_vision=true", "steps=4"})),
          0);
      lines.push_back(test::lines_of(folder() / "runs" / name / "metrics.jsonl"));
    }
    for (size_t i = 0; i < lines[0].size(); ++i)
      expect_near(lines[0][i]["loss/nll"], lines[1][i]["loss/nll"], 0.05, "loss/nll");
  }
}

TEST_F(Programs, GroupTrainingInBFloat16Runs) {
  ASSERT_EQ(run_train(command("grpo", "fake", {"name=narrow", "model.dtype=bfloat16"})), 0);
}

TEST_F(Programs, GroupTrainingWithAReference) {
  for (const char* device : {"cpu", "fake"}) ASSERT_EQ(run_train(command("grpo", device)), 0);
  expect_same_lines("grpo", "rollouts.jsonl", 1e-3);
  expect_same_lines("grpo", "metrics.jsonl", 1e-3);
  expect_same_weights("grpo", 2, 1e-4);
}

TEST_F(Programs, Selection) {
  for (const char* device : {"cpu", "fake"}) ASSERT_EQ(run_select(command("select", device)), 0);
  for (const char* file : {"rollouts.jsonl", "statistics.jsonl", "selected.jsonl"})
    expect_same_lines("select", file, 1e-3);
}

TEST_F(Programs, Evaluation) {
  for (const char* device : {"cpu", "fake"}) ASSERT_EQ(run_eval(command("eval", device)), 0);
  expect_same_lines("eval", "tvg/samples.jsonl", 1e-3);
}

}  // namespace
}  // namespace vrlt::app
