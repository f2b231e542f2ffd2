// A training run that was killed or stopped and resumed ends as an undisturbed one does.
#include "tests/e2e/app/killing.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

fs::path last_checkpoint(const fs::path& run) {
  fs::path last;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints"))
    last = std::max(last, entry.path());
  return last;
}

/// Weights, optimizer, and every line: the same bytes. What the clock says is in timing.jsonl, a
/// line per step as well.
void expect_same_training(const fs::path& expected, const fs::path& actual) {
  const auto a = last_checkpoint(expected), b = last_checkpoint(actual);
  EXPECT_EQ(a.filename(), b.filename());
  for (const char* file :
       {"model/model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"})
    EXPECT_EQ(io::sha256_file(a / file), io::sha256_file(b / file)) << file << " of " << actual;
  expect_same_file(expected / "metrics.jsonl", actual / "metrics.jsonl");
  if (fs::exists(expected / "rollouts.jsonl"))
    expect_same_file(expected / "rollouts.jsonl", actual / "rollouts.jsonl");
  int64_t step = 0;
  for (const auto& line : lines_of(actual / "timing.jsonl")) {
    EXPECT_EQ(line["step"], ++step);
    EXPECT_GT(line["time/step_seconds"], 0.0);
  }
  EXPECT_EQ(step, count_lines(expected / "metrics.jsonl"));
  EXPECT_THAT(text_of(actual / "metrics.jsonl"), Not(HasSubstr("time/")));
  EXPECT_EQ(count_entries(actual / "checkpoints"), count_entries(expected / "checkpoints"))
      << "left over from interrupted saves";
}

int64_t lines_and_saves(const fs::path& run) {
  return count_lines(run / "metrics.jsonl") + count_entries(run / "checkpoints", ".tmp");
}

class ResumeTraining : public ::testing::TestWithParam<const char*> {
 protected:
  std::vector<std::string> arguments(const std::string& name,
                                     const std::string& resume = "auto") const {
    return {std::string(GetParam()) + ".yaml", "name=" + name, "--resume", resume};
  }
  /// The undisturbed run.
  fs::path whole() const {
    const auto name = std::string("whole-") + GetParam();
    const auto result = world_.run("vrlt-train", arguments(name));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return world_.run_folder(name);
  }
  const SmallWorld& world_ = SmallWorld::get();
};

TEST_P(ResumeTraining, KilledTenTimesEndsAsUndisturbed) {
  const auto expected = whole();
  double largest_gradient = 0;
  for (const auto& line : lines_of(expected / "metrics.jsonl"))
    largest_gradient = std::max(largest_gradient, line["grad/norm"].get<double>());
  ASSERT_GT(largest_gradient, 0.0) << "nothing was learned, so equal weights would prove nothing";
  // What a kill leaves in the folder of kept clips changes no line and no weight of the next start.
  const auto with_kept_clips = [&](const std::string& name) {
    auto all = arguments(name);
    all.push_back(std::string("data.cache_folder=kept-") + GetParam());
    return all;
  };
  kill_ten_times(
      "vrlt-train", with_kept_clips, lines_and_saves, 0,
      [&](const fs::path& run) { expect_same_training(expected, run); });
}

TEST_P(ResumeTraining, TerminationSavesAndExitsWith75) {
  const auto expected = whole();
  const auto name = std::string("terminated-") + GetParam();
  const auto run = world_.run_folder(name);
  Process process(SmallWorld::program("vrlt-train"), arguments(name), world_.options());
  ASSERT_TRUE(process.wait_until([&] { return count_lines(run / "metrics.jsonl") >= 2; }));
  process.send(SIGTERM);
  const auto stopped = process.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("run the same command to go on"));
  // It stopped after the step it was in, and saved that step: no step is done twice.
  const auto steps = count_lines(run / "metrics.jsonl");
  EXPECT_EQ(io::read_json(last_checkpoint(run) / "state.json")["step"], steps);
  const auto resumed = world_.run("vrlt-train", arguments(name, "must"));
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(resumed.err, HasSubstr("resuming after step " + std::to_string(steps)));
  expect_same_training(expected, run);
}

// What a crash of the machine may leave: a newest checkpoint that is damaged, lines of steps behind
// the last sound one, half a line.
TEST_P(ResumeTraining, PassesOverDamagedCheckpointAndSurplusLines) {
  const auto expected = whole();
  for (const char* damaged : {"manifest.json", "model/model.safetensors"}) {
    SCOPED_TRACE(damaged);
    const auto name =
        std::string("damaged-") + GetParam() + "-" + fs::path(damaged).stem().string();
    const auto run = world_.run_folder(name);
    fs::create_directories(run.parent_path());
    fs::copy(expected, run, fs::copy_options::recursive);
    world_.write(
        "runs/" + name + "/config.yaml",
        text_of(expected / "config.yaml")
            .replace(0, text_of(expected / "config.yaml").find('\n'), "name: \"" + name + "\""));
    fs::resize_file(last_checkpoint(run) / damaged,
                    fs::file_size(last_checkpoint(run) / damaged) / 2);
    std::ofstream(run / "metrics.jsonl", std::ios::app) << R"({"step": 1)";
    const auto resumed = world_.run(
        "vrlt-train", {std::string(GetParam()) + ".yaml", "name=" + name, "checkpoint.keep=1"});
    ASSERT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_THAT(resumed.err, HasSubstr("ignoring checkpoint"));
    EXPECT_EQ(io::sha256_file(last_checkpoint(expected) / "model/model.safetensors"),
              io::sha256_file(last_checkpoint(run) / "model/model.safetensors"));
    expect_same_file(expected / "metrics.jsonl", run / "metrics.jsonl");
  }
}

INSTANTIATE_TEST_SUITE_P(Trainers, ResumeTraining, ::testing::Values("sft", "grpo"),
                         [](const auto& info) { return std::string(info.param); });

// With one checkpoint kept, a damaged newer one must not crowd out the sound one that the run fell
// back to.
TEST(ResumeTrainingAfterDamage, KeepsTheSoundCheckpoint) {
  const auto& world = SmallWorld::get();
  const auto run = world.run_folder("crowded");
  const std::vector<std::string> arguments = {"sft.yaml", "name=crowded", "steps=12",
                                              "checkpoint.keep=2"};
  ASSERT_EQ(world.run("vrlt-train", arguments).exit_code, 0);
  fs::resize_file(run / "checkpoints/step-000012/manifest.json", 10);  // left: step 8, sound
  fs::rename(run / "checkpoints/step-000012", run / "checkpoints/step-000999");
  auto again = arguments;
  again.back() = "checkpoint.keep=1";
  const auto result = world.run("vrlt-train", again);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(fs::exists(run / "checkpoints/step-000012/manifest.json"))
      << "the checkpoint just saved";
  EXPECT_EQ(count_entries(run / "checkpoints"), 1);
}

TEST(ResumeTrainingWhenFinished, DoesNothingMore) {
  const auto& world = SmallWorld::get();
  const std::vector<std::string> arguments = {"sft.yaml", "name=finished", "steps=3"};
  ASSERT_EQ(world.run("vrlt-train", arguments).exit_code, 0);
  const auto metrics = text_of(world.run_folder("finished") / "metrics.jsonl");
  const auto again = world.run("vrlt-train", arguments);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.err, HasSubstr("already"));
  EXPECT_EQ(text_of(world.run_folder("finished") / "metrics.jsonl"), metrics);
}

}  // namespace
}  // namespace vrlt::test
