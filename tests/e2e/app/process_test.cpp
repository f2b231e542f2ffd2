// What a process meets outside of its work: closed descriptors, a reader that goes away, limits on
// memory, signals that come twice.
#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

/// Runs a program as a shell does that was told something first. @param script  sees the program
/// and its arguments as "$@".
ProcessResult run_by_shell(const std::string& script, const std::string& program,
                           const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"-c", script, "shell", SmallWorld::program(program).string()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return Process("/bin/bash", words, world().options()).wait();
}

constexpr int64_t kSteps = 6;
const std::vector<std::string> kShort = {"sft.yaml", "steps=6"};

std::vector<std::string> short_run(const std::string& name) {
  auto arguments = kShort;
  arguments.push_back("name=" + name);
  return arguments;
}

TEST(StandardDescriptors, ClosedOnesDoNotLetTheLogIntoFiles) {
  const auto result = run_by_shell(R"(exec "$@" <&- >&- 2>&-)", "vrlt-train", short_run("closed"));
  EXPECT_EQ(result.exit_code, 0);
  // Every line is JSON: what the log says would not be.
  EXPECT_EQ(std::ssize(lines_of(world().run_folder("closed") / "metrics.jsonl")), kSteps);
}

TEST(StandardDescriptors, AReaderOfTheLogThatGoesAwayEndsNothing) {
  const auto result = run_by_shell(R"("$@" 2>&1 | head -n 1 >/dev/null; exit "${PIPESTATUS[0]}")",
                                   "vrlt-train", short_run("headless"));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(std::ssize(lines_of(world().run_folder("headless") / "metrics.jsonl")), kSteps);
}

// What a program maps before main differs between machines: from a limit at which it can hardly
// start to one at which it runs, every end is either a whole run or says that memory ran out.
TEST(MemoryLimit, EndsWithItsOwnCode) {
  constexpr int kOutOfMemory = 80, kCannotStart = 127;
  int out_of_memory = 0, whole = 0;
  for (int megabytes = 480; megabytes <= 1200 && whole == 0; megabytes += 40) {
    const auto script = "ulimit -v " + std::to_string(megabytes * 1024) + R"(; exec "$@")";
    const auto result =
        run_by_shell(script, "vrlt-train", short_run("limit-" + std::to_string(megabytes)));
    EXPECT_THAT(result.exit_code, testing::AnyOf(0, kOutOfMemory, kCannotStart))
        << megabytes << " MB, signal " << result.signal << "\n"
        << result.err;
    whole += result.exit_code == 0;
    if (result.exit_code != kOutOfMemory) continue;
    ++out_of_memory;
    EXPECT_THAT(result.err, HasSubstr("out of memory"));
    EXPECT_THAT(result.err, HasSubstr("allow this process more (ulimit -v"));
  }
  EXPECT_GT(out_of_memory, 0);
  EXPECT_EQ(whole, 1);
}

TEST(Signals, ASecondTerminationEndsAtOnceAndLosesNothing) {
  ASSERT_EQ(world().run("vrlt-train", {"grpo.yaml", "name=once", "steps=12"}).exit_code, 0);
  const std::vector<std::string> arguments = {"grpo.yaml", "name=twice", "steps=12"};
  const auto run = world().run_folder("twice");
  Process process(SmallWorld::program("vrlt-train"), arguments, world().options());
  ASSERT_TRUE(process.wait_until([&] { return count_lines(run / "metrics.jsonl") >= 5; }));
  process.send(SIGTERM);
  process.wait_until(
      [&] { return process.error_output().find("SIGTERM: stopping") != std::string::npos; });
  process.send(SIGTERM);
  const auto ended = process.wait();
  // It may have come to its safe point between the two.
  if (ended.exit_code != 75) {
    EXPECT_EQ(ended.signal, SIGTERM) << ended.err;
    EXPECT_THAT(ended.err,
                HasSubstr("SIGTERM again: ending at once; the newest checkpoint is that of step "));
  }
  EXPECT_EQ(world().run("vrlt-train", arguments).exit_code, 0);
  for (const char* file :
       {"metrics.jsonl", "rollouts.jsonl", "checkpoints/step-000012/model/model.safetensors"})
    expect_same_file(world().run_folder("once") / file, run / file);
}

TEST(Signals, ARunThatScoresNothingYetEndsAtOnce) {
  for (const auto& [program, config] :
       {std::pair("vrlt-eval", "eval.yaml"), {"vrlt-select", "select.yaml"}}) {
    const auto name = std::string("stopped-") + program;
    Process process(SmallWorld::program(program), {config, "name=" + name}, world().options());
    ASSERT_TRUE(process.wait_until(
        [&] { return std::filesystem::exists(world().run_folder(name) / "config.yaml"); }));
    process.send(SIGUSR1);
    const auto result = process.wait();
    EXPECT_EQ(result.exit_code, 75) << program << result.err;
    EXPECT_THAT(result.err, HasSubstr("run the same command to go on"));
  }
}

}  // namespace
}  // namespace vrlt::test
