// Writes that fail, by a limit on file sizes and by /dev/full: exit code 74, the reason, and
// nothing lost.
#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AnyOf;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

ProcessResult run_limited(const std::string& program, const std::vector<std::string>& arguments,
                          uint64_t max_file_bytes) {
  auto options = world().options();
  options.max_file_bytes = max_file_bytes;
  return Process(SmallWorld::program(program), arguments, options).wait();
}

TEST(DiskFull, CheckpointFailsAndThePreviousOneResumes) {
  const std::vector<std::string> arguments = {"sft.yaml", "name=full", "steps=12"};
  ASSERT_EQ(world().run("vrlt-train", {"sft.yaml", "name=roomy", "steps=12"}).exit_code, 0);
  const auto run = world().run_folder("full");
  // The first checkpoint is saved without a limit, then a stop is asked for.
  {
    Process process(SmallWorld::program("vrlt-train"), arguments, world().options());
    ASSERT_TRUE(process.wait_until([&] { return fs::exists(run / "checkpoints/step-000004"); }));
    process.send(SIGTERM);
    ASSERT_EQ(process.wait().exit_code, 75);
  }
  const auto saved = count_entries(run / "checkpoints");
  // Weights and optimizer state are the largest files of a run: a limit of half the weights stops
  // the next checkpoint and nothing before it.
  const auto limit = fs::file_size(world().folder() / "warm/model.safetensors") / 2;
  const auto failed = run_limited("vrlt-train", arguments, limit);
  EXPECT_EQ(failed.exit_code, 74) << failed.signal << failed.err;
  EXPECT_THAT(failed.err, HasSubstr("model.safetensors"));
  EXPECT_THAT(failed.err, HasSubstr("runs/full/checkpoints/step-"));
  EXPECT_THAT(failed.err, HasSubstr(std::strerror(EFBIG)));
  EXPECT_EQ(count_entries(run / "checkpoints", ".tmp"), 0)
      << "the space of what could not be finished is given back";
  EXPECT_EQ(count_entries(run / "checkpoints"), saved);

  const auto resumed = world().run("vrlt-train", arguments);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("resuming after step "));
  for (const char* file : {"checkpoints/step-000012/model/model.safetensors",
                           "checkpoints/step-000012/optimizer.safetensors", "metrics.jsonl"})
    expect_same_file(world().run_folder("roomy") / file, run / file);
}

TEST(DiskFull, LinesFailAndTheRunGoesOnLater) {
  for (const auto& [program, config, file] :
       {std::tuple("vrlt-select", "select.yaml", "rollouts.jsonl"),
        {"vrlt-eval", "eval.yaml", "mcq/samples.jsonl"}}) {
    SCOPED_TRACE(program);
    const auto whole = std::string("roomy-") + program, name = std::string("full-") + program;
    ASSERT_EQ(world().run(program, {config, "name=" + whole}).exit_code, 0);
    const auto expected = world().run_folder(whole) / file;
    // Some lines fit, and half of one. The run folder's own files fit too: the run is opened
    // without a limit.
    ASSERT_EQ(world().run(program, {config, "name=" + name, "--resume", "never"}).exit_code, 0);
    const auto path = world().run_folder(name) / file;
    fs::resize_file(path, 0);
    const auto failed =
        run_limited(program, {config, "name=" + name}, fs::file_size(expected) - 10);
    EXPECT_EQ(failed.exit_code, 74) << failed.err;
    EXPECT_THAT(failed.err,
                HasSubstr(std::string(file) + ": cannot write: " + std::strerror(EFBIG)));
    EXPECT_GT(fs::file_size(path), 0u);
    EXPECT_EQ(world().run(program, {config, "name=" + name}).exit_code, 0);
    expect_same_file(expected, path);
  }
}

TEST(DiskFull, RenderingSaysSo) {
  const auto result = run_limited("vrlt-data", {"synth", "synth.yaml", "output=full-data"}, 600);
  EXPECT_EQ(result.exit_code, 74) << result.err;
  EXPECT_THAT(result.err, HasSubstr("full-data/videos/train/00000.mp4.tmp: cannot write: " +
                                    std::string(std::strerror(EFBIG))));
}

TEST(DiskFull, StandardOutputIsPartOfTheWork) {
  auto options = world().options();
  options.standard_output = "/dev/full";
  world().write("completion.jsonl",
                "{\"id\": \"synth/test/mcq/0\", \"completion\": \"<answer>A</answer>\"}\n");
  for (const auto& [program, arguments] :
       {std::pair<const char*, std::vector<std::string>>{
            "vrlt-score", {"completion.jsonl", "--records", "data/test.jsonl"}},
        {"vrlt-train", {"sft.yaml", "--print-config"}}}) {
    const auto result = Process(SmallWorld::program(program), arguments, options).wait();
    EXPECT_EQ(result.exit_code, 74) << program;
    EXPECT_THAT(result.err,
                HasSubstr("standard output: cannot write: " + std::string(std::strerror(ENOSPC))))
        << program;
  }
}

TEST(DiskFull, AFolderThatCannotBeMadeIsNamed) {
  world().write("a-file", "");
  for (const auto& [program, config] : {std::pair("vrlt-train", "sft.yaml"),
                                        {"vrlt-select", "select.yaml"},
                                        {"vrlt-eval", "eval.yaml"}}) {
    const auto result = world().run(program, {config, "output=a-file"});
    EXPECT_EQ(result.exit_code, 74) << program << result.err;
    EXPECT_THAT(result.err, HasSubstr("a-file/")) << program;
    EXPECT_THAT(result.err, HasSubstr(std::strerror(ENOTDIR))) << program;
  }
}

}  // namespace
}  // namespace vrlt::test
