// Mistakes in a config are told before anything is opened; a printed config is a config.
#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const SmallWorld& world() { return SmallWorld::get(); }

constexpr const char* kNoModel = "model.path=no/such/model";

TEST(ConfigMistakes, AreAllToldWithTheirPlaceBeforeAnythingIsOpened) {
  // Rows 3, 4 and 7: a misspelt key, a wrong type, a value out of range. The model and the data are
  // not there either.
  world().write("mistakes.yaml",
                "name: mistakes\n"
                "trainer: sft\n"
                "stpes: 5\n"
                "prompts_per_step: many\n"
                "model: {path: no/such/model}\n"
                "data: {records: [no/such/records.jsonl], root: no/such/folder}\n"
                "optim: {lr: 2}\n");
  const auto result = world().run("vrlt-train", {"mistakes.yaml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(
      result.err,
      "mistakes.yaml:3:1: unknown key \"stpes\"; did you mean \"steps\"?\n"
      "mistakes.yaml:4:19: prompts_per_step is \"many\", expected an integer from 1 to 1000000\n"
      "mistakes.yaml:7:13: lr is 2, expected a number from 0 to 1\n");
  EXPECT_FALSE(fs::exists(world().run_folder("mistakes")));
}

TEST(ConfigMistakes, OnTheCommandLine) {
  const auto result =
      world().run("vrlt-train", {"sft.yaml", "optm.lr=1", "optim.lr=2", "steps=ten", "trainer=sftt",
                                 "steps", "=3", "model={path: x, dtyp: bfloat16}", kNoModel});
  EXPECT_EQ(result.exit_code, 2);
  for (const char* expected :
       {"command line: optm.lr=1: unknown key \"optm\"; did you mean \"optim\"?\n",
        "command line: optim.lr=2: lr is 2, expected a number from 0 to 1\n",
        "command line: steps=ten: steps is \"ten\", expected an integer from 1 to 1000000000\n",
        "command line: trainer=sftt: trainer is \"sftt\", expected one of grpo, sft; did you mean "
        "\"sft\"?\n",
        "command line: steps: expected key=value", "command line: =3: expected key=value",
        "unknown key \"model.dtyp\"; did you mean \"dtype\"?\n"})
    EXPECT_THAT(result.err, HasSubstr(expected));
}

TEST(ConfigMistakes, OfTheCommandLineItself) {
  EXPECT_EQ(world().run("vrlt-train", {}).exit_code, 2);
  EXPECT_EQ(world().run("vrlt-train", {"sft.yaml", "--resume", "perhaps"}).exit_code, 2);
  EXPECT_EQ(world().run("vrlt-train", {"sft.yaml", "--no-such-flag"}).exit_code, 2);
  EXPECT_EQ(world().run("vrlt-train", {"--list", "no-such-table"}).exit_code, 2);
  EXPECT_EQ(world().run("vrlt-score", {"--no-such-flag"}).exit_code, 2);
  EXPECT_EQ(world().run("vrlt-report", {}).exit_code, 2);
  EXPECT_EQ(world().run("vrlt-data", {}).exit_code, 2);
  const auto missing = world().run("vrlt-train", {"no-such.yaml"});
  EXPECT_EQ(missing.exit_code, 66);
  EXPECT_THAT(missing.err, HasSubstr("no-such.yaml: no such file"));
}

// Checks across fields have a place too.
TEST(ConfigMistakes, AcrossFieldsHaveAPlace) {
  world().write("across.yaml",
                text_of(world().folder() / "sft.yaml") + "rollout: {group_size: 4}\n");
  EXPECT_THAT(world().run("vrlt-train", {"across.yaml"}).err, StartsWith("across.yaml:"));
  for (const auto& [program, config] : {std::pair("vrlt-train", "sft.yaml"),
                                        {"vrlt-select", "select.yaml"},
                                        {"vrlt-eval", "eval.yaml"}}) {
    const auto result =
        world().run(program, {config, "data.prompt=auto_shrt", "video.max_pixels=1000",
                              "video.min_pixels=2000", kNoModel});
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err,
                HasSubstr("command line: data.prompt=auto_shrt: unknown prompt \"auto_shrt\""))
        << program;
    EXPECT_THAT(
        result.err,
        HasSubstr("command line: video.max_pixels=1000: max_pixels is below min_pixels (2000)"))
        << program;
  }
  world().write("synth-wrong.yaml", "output: nowhere\nsize: 57\nmodel: {text_width: 25}\n");
  const auto result = world().run("vrlt-data", {"synth", "synth-wrong.yaml"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.err,
            "synth-wrong.yaml:2:1: size is 57, expected a multiple of 28\n"
            "synth-wrong.yaml:3:9: model.text_width is 25, expected a multiple of 24\n");
}

TEST(ConfigSound, ThenTheMissingModelIsNamed) {
  for (const auto& [program, config] : {std::pair("vrlt-train", "sft.yaml"),
                                        {"vrlt-select", "select.yaml"},
                                        {"vrlt-eval", "eval.yaml"}}) {
    const auto result = world().run(program, {config, "name=without-model", kNoModel});
    EXPECT_EQ(result.exit_code, 66) << program;
    EXPECT_THAT(result.err, HasSubstr("no/such/model: no such file or folder"));
  }
  EXPECT_FALSE(fs::exists(world().run_folder("without-model"))) << "a refused start leaves nothing";
}

// What a config needs no model for is answered by a program that has no LibTorch, and the same
// process goes on as one that has it.
TEST(Programs, HandOverToThoseWithLibTorch) {
  const auto libexec = test::bin_dir().parent_path() / "libexec" / "vrlt";
  for (const char* name : {"vrlt-train", "vrlt-select", "vrlt-eval", "vrlt-data", "vrlt-report"})
    EXPECT_TRUE(fs::exists(libexec / name)) << name;
  // Alone in another folder it still answers what needs no LibTorch, and says what is missing for
  // the rest.
  const TemporaryFolder folder;
  const auto alone = folder.path() / "bin" / "vrlt-train";
  fs::create_directories(alone.parent_path());
  fs::copy_file(test::bin_dir() / "vrlt-train", alone);
  const auto run = [&](const std::vector<std::string>& arguments) {
    return Process(alone, arguments, {.working_folder = world().folder()}).wait();
  };
  for (const char* flag : {"--help", "--version", "--print-config"})
    EXPECT_EQ(run({flag}).exit_code, 0) << flag;
  EXPECT_EQ(run({"--list", "losses"}).exit_code, 0);
  EXPECT_EQ(run({"sft.yaml", "stpes=5"}).exit_code, 2);
  const auto result = run({"sft.yaml", "name=alone"});
  EXPECT_EQ(result.exit_code, 66);
  EXPECT_THAT(result.err, HasSubstr("libexec/vrlt/vrlt-train: No such file or directory; the "
                                    "programs in bin need those in libexec/vrlt beside it"));
}

// Doubts are told once, though two programs read the config.
TEST(Programs, WarnOnce) {
  const auto result =
      world().run("vrlt-train", {"grpo.yaml", "name=warned", "rollout.top_p=0.9", "--dry-run"});
  const std::string warning = "rollout.top_p=0.9: responses come from a narrowed distribution";
  const auto first = result.err.find(warning);
  ASSERT_NE(first, std::string::npos) << result.err;
  EXPECT_EQ(result.err.find(warning, first + 1), std::string::npos) << result.err;
}

TEST(PrintConfig, WithoutAConfigShowsEveryKey) {
  const auto printed = world().run("vrlt-train", {"--print-config"});
  ASSERT_EQ(printed.exit_code, 0) << printed.err;
  EXPECT_THAT(printed.out, HasSubstr("  path:   # required: Hugging Face folder of the model\n"));
  EXPECT_THAT(printed.out, HasSubstr("#sft:\n"));
  EXPECT_THAT(world().run("vrlt-train", {"trainer=sft", "--print-config"}).out,
              HasSubstr("\nsft:\n"));
  // With what is required it is a config.
  world().write("every.yaml", printed.out);
  const auto sound =
      world().run("vrlt-train", {"every.yaml", "name=x", "model.path=x", "data.records=x.jsonl",
                                 "data.root=x", "--print-config"});
  EXPECT_EQ(sound.exit_code, 0) << sound.err;
}

// --print-config -> load -> --print-config, with values that differ from every default and text
// that YAML could misread.
TEST(PrintConfig, LoadsToItself) {
  const std::vector<std::string> shared = {"name='no: #1 \"q\" \\ é'", "data.max_bad_fraction=0.1",
                                           "data.max_samples=7", "video.num_frames=6",
                                           "video.max_pixels=12345.5"};
  const auto with = [&](std::vector<std::string> first, std::vector<std::string> more) {
    first.insert(first.end(), shared.begin(), shared.end());
    first.insert(first.end(), more.begin(), more.end());
    return first;
  };
  const std::pair<const char*, std::vector<std::string>> commands[] = {
      {"vrlt-data", {"synth", "synth.yaml", "seed=9007199254740992", "output='true'"}},
      {"vrlt-train",
       with({"sft.yaml"}, {"optim.lr=1e-7", "optim.epsilon=0.1", "optim.schedule=cosine"})},
      {"vrlt-train", with({"grpo.yaml"}, {"rollout.top_p=0.30000000000000004",
                                          "rewards=[choice, {name: temporal_iou, weight: 0.1}]",
                                          "algorithm.kl_coef=0.001"})},
      {"vrlt-select",
       with({"select.yaml"}, {"filter.min_std=0.125", "rewards=[{name: choice, weight: 3}]"})},
      {"vrlt-eval", with({"eval.yaml"}, {"generation.temperature=0.7", "rescore=true",
                                         "data.records=['a b.jsonl', \"c,d.jsonl\", 'null']"})},
  };
  for (auto [program, arguments] : commands) {
    SCOPED_TRACE(std::string(program) + " " + arguments.front());
    arguments.emplace_back("--print-config");
    const auto printed = world().run(program, arguments);
    ASSERT_EQ(printed.exit_code, 0) << printed.err;
    EXPECT_THAT(printed.out, HasSubstr("# ")) << "with the help of every key";
    world().write("printed.yaml", printed.out);
    std::vector<std::string> again = {"printed.yaml", "--print-config"};
    if (arguments.front() == "synth") again.insert(again.begin(), "synth");
    const auto reprinted = world().run(program, again);
    ASSERT_EQ(reprinted.exit_code, 0) << reprinted.err;
    EXPECT_EQ(reprinted.out, printed.out);
  }
}

// The config.yaml of a run folder runs again, to the same config.yaml.
TEST(PrintConfig, TheOneInTheRunFolderStartsTheSameRun) {
  for (const auto& [program, config] : {std::pair("vrlt-train", "sft.yaml"),
                                        {"vrlt-train", "grpo.yaml"},
                                        {"vrlt-select", "select.yaml"},
                                        {"vrlt-eval", "eval.yaml"}}) {
    SCOPED_TRACE(config);
    std::vector<std::string> arguments = {config, "name=first"};
    if (std::string(program) == "vrlt-train") arguments.emplace_back("steps=1");
    ASSERT_EQ(world().run(program, arguments).exit_code, 0);
    const auto text = text_of(world().run_folder("first") / "config.yaml");
    world().write("again.yaml", text);
    fs::remove_all(world().run_folder("first"));
    const auto again = world().run(program, {"again.yaml"});
    ASSERT_EQ(again.exit_code, 0) << again.err;
    EXPECT_EQ(text_of(world().run_folder("first") / "config.yaml"), text);
    fs::remove_all(world().run_folder("first"));
  }
}

}  // namespace
}  // namespace vrlt::test
