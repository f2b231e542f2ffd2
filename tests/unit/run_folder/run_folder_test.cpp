// Which start may go on with the run in a folder, and what the folder says about it.
#include "vrlt/run_folder/run_folder.h"

#include <gmock/gmock.h>

#include <cstdlib>

#include "run_folder/environment.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::run_folder {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// What a start is made of, by the values of its config.
struct Start {
  std::string name = "a", output = "runs", model = "model", records = "records.jsonl",
              root = "videos", steps = "60", seed = "1", newer = "0";
  bool knows_newer = true;

  std::string yaml() const {
    return concat("name: \"", name, "\"\noutput: \"", output, "\"\nsteps: ", steps,
                  "\nseed: ", seed, "\nmodel:\n  path: \"", model, "\"\ndata:\n  records: [\"",
                  records, "\"]\n  root: \"", root, "\"\n",
                  knows_newer ? "newer: " + newer + "\n" : "");
  }
};

class RunFolderTest : public ::testing::Test {
 protected:
  RunFolderTest() {
    fs::create_directories(folder_.path() / "model");
    put("model/config.json", "{}");
    put("model/weights", "w");
    put("records.jsonl", "{\"a\": 1}\n");
  }
  fs::path at(const std::string& name) const { return folder_.path() / name; }
  void put(const std::string& name, const std::string& text) const {
    fs::create_directories(at(name).parent_path());
    io::write_file_atomic(at(name), text);
  }
  std::string text_of(const std::string& name) const { return io::read_file(at(name), 1 << 20); }

  /// A start in the folder `runs/a`, or where the run was moved to.
  OpenedRun open(const Start& start, command_line::Resume resume = command_line::Resume::kAuto,
                 const std::string& run = "runs/a",
                 std::vector<std::string> arguments = {"vrlt-train"}) const {
    const auto absolute = [&](std::string Start::*key) {
      return (folder_.path() / (start.*key)).string();
    };
    auto placed = start;
    placed.model = absolute(&Start::model);
    placed.records = absolute(&Start::records);
    command_line::CommandLine command;
    command.resume = resume;
    command.arguments = std::move(arguments);
    const auto complete = [](const fs::path& file) {
      const auto text = io::read_file(file, 1 << 20);
      return text.find("newer:") == std::string::npos ? text + "newer: 0\n" : text;
    };
    return open_run_folder(
        at(run), {placed.yaml(), {placed.records, placed.model}, {"steps"}, complete}, command);
  }
  std::string refusal(const Start& start, const std::string& run = "runs/a") const {
    try {
      (void)open(start, command_line::Resume::kAuto, run);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "accepted";
  }
  void begin(const Start& start = {}) const {
    (void)open(start);
    put("runs/a/metrics.jsonl", "{\"step\":1}\n");
  }

  test::TemporaryFolder folder_;
};

TEST_F(RunFolderTest, WhereTheRunLiesIsNotPartOfWhatItIs) {
  begin({.output = "runs"});
  EXPECT_EQ(refusal({.output = "/abs/runs"}), "accepted");
  fs::rename(at("runs"), at("elsewhere"));
  EXPECT_EQ(refusal({.name = "b", .output = "/other/disk", .root = "moved/videos"}, "elsewhere/a"),
            "accepted");
}

TEST_F(RunFolderTest, InputsMayLieElsewhereWhileTheyAreTheSame) {
  begin();
  fs::rename(at("model"), at("moved-model"));
  fs::rename(at("records.jsonl"), at("renamed.jsonl"));
  EXPECT_EQ(refusal({.model = "moved-model", .records = "renamed.jsonl"}), "accepted");
  EXPECT_EQ(refusal({.model = "moved-model", .records = "renamed.jsonl"}), "accepted")
      << "inputs.json has their new places";
  put("moved-model/weights", "x");
  EXPECT_THAT(refusal({.model = "moved-model", .records = "renamed.jsonl"}),
              HasSubstr("moved-model/weights has changed since the run"));
  put("other.jsonl", "{\"a\": 2}\n");
  EXPECT_THAT(refusal({.model = "moved-model", .records = "other.jsonl"}),
              HasSubstr("data.records is ["));
}

TEST_F(RunFolderTest, KeysOfALaterVersionHaveTheirDefault) {
  begin({.knows_newer = false});
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(refusal({}), "accepted");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("of a version without newer"));
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(refusal({}), "accepted");
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), Not(HasSubstr("newer"))) << "said once";
  fs::remove_all(at("runs"));
  begin({.knows_newer = false});
  EXPECT_THAT(refusal({.newer = "1"}), HasSubstr("newer is 0 there and 1 now"));
}

TEST_F(RunFolderTest, WhatMayChangeIsRecordedAndWhatMayNotSaysHowToUseTheWeights) {
  begin();
  EXPECT_THAT(
      refusal({.seed = "2"}),
      HasSubstr(
          "seed is 1 there and 2 now; choose another name, or remove the folder to start over"));
  EXPECT_THAT(refusal({.seed = "2"}), Not(HasSubstr("model.path="))) << "there are no weights yet";
  fs::create_directories(at("runs/a/checkpoints/step-000060/model"));
  EXPECT_THAT(refusal({.seed = "2"}),
              HasSubstr("to start from its weights: name=a-2 model.path=" +
                        at("runs/a/checkpoints/step-000060/model").string()));
  EXPECT_FALSE(fs::exists(at("runs/a/config_history.jsonl")));
  const auto opened = open({.steps = "90"});
  ASSERT_EQ(opened.changes.size(), 1U);
  std::vector<io::Json> lines;
  io::for_each_jsonl(at("runs/a/config_history.jsonl"), false,
                     [&](int64_t, const io::Json& line) { lines.push_back(line); });
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_EQ(lines[0]["after_step"], 60);
  EXPECT_EQ(lines[0]["changes"],
            io::Json::array({{{"key", "steps"}, {"before", "60"}, {"after", "90"}}}));
  EXPECT_THAT(text_of("runs/a/config.yaml"), HasSubstr("steps: 90"));
}

TEST_F(RunFolderTest, MissingEmptyAndEditedRecordsOfInputsAreSaid) {
  for (const bool empty : {false, true}) {
    begin();
    fs::remove(at("runs/a/inputs.json"));
    if (empty) put("runs/a/inputs.json", "");
    ::testing::internal::CaptureStderr();
    EXPECT_EQ(refusal({}), "accepted");
    EXPECT_THAT(::testing::internal::GetCapturedStderr(),
                HasSubstr(empty ? "inputs.json is empty" : "inputs.json is missing"));
    EXPECT_GT(io::read_json(at("runs/a/inputs.json")).size(), 0U) << "recorded anew";
  }
  for (const char* text :
       {"{}", "[3]", R"([{"path": 3}])", R"([{"path": "a", "bytes": -1, "sha256": "x"}])", "[{]"}) {
    put("runs/a/inputs.json", text);
    try {
      (void)open({});
      ADD_FAILURE() << text;
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr("inputs.json"));
      EXPECT_THAT(error.what(), HasSubstr("or remove it"));
    }
  }
}

TEST_F(RunFolderTest, MustWantsResultsNotOnlyAConfig) {
  EXPECT_THROW((void)open({}, command_line::Resume::kMust), MissingInputError);
  (void)open({});
  EXPECT_THROW((void)open({}, command_line::Resume::kMust), MissingInputError)
      << "it never came to a result";
  put("runs/a/metrics.jsonl", "{\"step\":1}\n");
  EXPECT_NO_THROW((void)open({}, command_line::Resume::kMust));
}

TEST_F(RunFolderTest, TheCommandCanBePastedIntoAShell) {
  const std::vector<std::string> arguments = {
      "printf", "%s|",  "output=runs dir", "name=it's ünï", "rewards=[{name: format, weight: 0.5}]",
      "",       "$HOME"};
  (void)open({}, command_line::Resume::kAuto, "runs/a", arguments);
  const auto printed = at("printed");
  ASSERT_EQ(std::system(
                concat("sh ", at("runs/a/command.txt").string(), " > ", printed.string()).c_str()),
            0);
  EXPECT_EQ(io::read_file(printed, 1000),
            "output=runs dir|name=it's ünï|rewards=[{name: format, weight: 0.5}]||$HOME|");
}

TEST_F(RunFolderTest, TheEnvironmentNamesCommitProcessorAndGpus) {
  put("proc/cpuinfo",
      "processor\t: 0\nmodel name\t: Some Processor @ 2.0GHz\n\nprocessor\t: 1\nmodel name\t: "
      "Other\n");
  put("proc/driver/nvidia/version",
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.1\nGCC version: 12\n");
  put("proc/driver/nvidia/gpus/0000:01/information", "Model: \t\t NVIDIA X\nIRQ: 3\n");
  put("proc/driver/nvidia/gpus/0000:02/information", "Model: \t\t NVIDIA Y\n");
  const auto environment = describe_environment(at("proc"));
  EXPECT_EQ(environment["processor"], "Some Processor @ 2.0GHz");
  EXPECT_EQ(environment["gpus"], (io::Json{"NVIDIA X", "NVIDIA Y"}));
  EXPECT_EQ(environment["driver"], "NVRM version: NVIDIA UNIX x86_64 Kernel Module  580.1");
  EXPECT_GT(environment["threads"], 0);
  EXPECT_FALSE(environment["commit"].get<std::string>().empty());
  EXPECT_FALSE(describe_environment(at("none")).contains("gpus"));
}

TEST_F(RunFolderTest, InputsOfAReaderAreComparedByContent) {
  begin();
  EXPECT_NO_THROW(check_inputs(at("runs/a"), {at("records.jsonl")}));
  put("copy.jsonl", "{\"a\": 1}\n");
  EXPECT_NO_THROW(check_inputs(at("runs/a"), {at("copy.jsonl")}))
      << "the same truths under another path";
  put("other.jsonl", "{\"a\": 3}\n");
  EXPECT_THROW(check_inputs(at("runs/a"), {at("other.jsonl")}), ConfigError);
  put("records.jsonl", "{\"a\": 3}\n");
  EXPECT_THROW(check_inputs(at("runs/a"), {at("records.jsonl")}), ConfigError);
}

TEST_F(RunFolderTest, AFolderThatIsGoneIsNotMadeAgain) {
  EXPECT_THROW(require_run_folder(at("none")), DiskError);
  EXPECT_NO_THROW(require_run_folder(at("model")));
}

}  // namespace
}  // namespace vrlt::run_folder
