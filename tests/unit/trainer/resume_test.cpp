// What a run makes of a folder that an earlier start left: sound, edited, damaged or half gone.
#include <gmock/gmock.h>
#include <torch/types.h>

#include <functional>

#include "tests/unit/trainer/warm_task.h"
#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/core/error.h"
#include "vrlt/io/folders.h"

namespace vrlt::trainer {
namespace {

using ::testing::HasSubstr;

settings::TrainConfig short_config(int64_t steps) {
  auto config = base_config();
  config.steps = steps;
  config.checkpoint = {.every = 1, .keep = 10};
  return config;
}

std::string text_of(const fs::path& file) { return io::read_file(file, 1 << 24); }

/// Edits a file of a checkpoint so that its manifest is sound again.
void edit(const fs::path& checkpoint, const std::string& name, const std::string& text) {
  io::write_file_atomic(checkpoint / name, text);
  auto manifest = io::read_json(checkpoint / "manifest.json");
  for (auto& file : manifest["files"])
    if (file["path"] == name) {
      file["bytes"] = text.size();
      file["sha256"] = io::sha256(text);
    }
  io::write_file_atomic(checkpoint / "manifest.json", manifest.dump());
}

/// What is logged while a run goes on.
std::string log_of(const std::function<void()>& body) {
  ::testing::internal::CaptureStderr();
  try {
    body();
  } catch (...) {
    ::testing::internal::GetCapturedStderr();
    throw;
  }
  return ::testing::internal::GetCapturedStderr();
}

/// A run of two steps, with a checkpoint of each.
class TwoSteps : public ::testing::Test {
 protected:
  TwoSteps() { FinishedRun(short_config(2), run()); }
  const fs::path& run() const { return folder_.path(); }
  fs::path checkpoint(int step) const { return run() / "checkpoints" / concat("step-00000", step); }
  std::string go_on(bool must_resume = false) {
    auto config = short_config(2);
    return log_of([&] {
      FinishedRun(config, run(), warm_task().warm_folder(), false, distributed::single_process(),
                  must_resume);
    });
  }

 private:
  test::TemporaryFolder folder_;
};

struct Edit {
  const char* name;
  void (*apply)(io::Json& state);
  const char* message;
};
void PrintTo(const Edit& edit, std::ostream* out) { *out << edit.name; }

class EditedState : public TwoSteps, public ::testing::WithParamInterface<Edit> {};

TEST_P(EditedState, IsNamedAndTheCheckpointBeforeIsUsed) {
  const auto metrics = text_of(run() / "metrics.jsonl"),
             state_text = text_of(checkpoint(2) / "state.json");
  auto state = io::parse_json(state_text, "state");
  GetParam().apply(state);
  edit(checkpoint(2), "state.json", state.dump());
  const auto log = go_on();
  EXPECT_THAT(log, HasSubstr("ignoring checkpoint"));
  EXPECT_THAT(log, HasSubstr(GetParam().message));
  EXPECT_THAT(log, HasSubstr("resuming after step 1"));
  EXPECT_EQ(text_of(run() / "metrics.jsonl"), metrics) << "step 2 is done again, the same";
  EXPECT_EQ(text_of(checkpoint(2) / "state.json"), state_text);
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, EditedState,
    ::testing::Values(
        Edit{"object_without_fields", [](io::Json& s) { s = io::Json::object(); },
             "\"step\" is missing"},
        Edit{"a_list", [](io::Json& s) { s = io::Json::array(); },
             "state.json: is [], expected an object"},
        Edit{"another_step", [](io::Json& s) { s["step"] = 3; }, "\"step\" is 3, expected 2"},
        Edit{"text_for_a_number", [](io::Json& s) { s["step"] = "2"; }, "\"step\" is \"2\""},
        Edit{"negative_updates", [](io::Json& s) { s["updates"] = -1; }, "\"updates\" is -1"},
        Edit{"updates_that_are_half", [](io::Json& s) { s["updates"] = 0.5; },
             "\"updates\" is 0.5"},
        Edit{"bad_samples_as_object", [](io::Json& s) { s["bad_samples"] = io::Json::object(); },
             "\"bad_samples\" is {}"},
        Edit{"bad_samples_of_numbers", [](io::Json& s) { s["bad_samples"] = {1}; },
             "\"bad_samples\" is [1]"},
        Edit{"no_bad_samples", [](io::Json& s) { s.erase("bad_samples"); },
             "\"bad_samples\" is missing"},
        Edit{"trainer_as_list", [](io::Json& s) { s["trainer"] = {1}; }, "\"trainer\" is [1]"},
        Edit{"negative_position", [](io::Json& s) { s["trainer"]["next_position"] = -5; },
             "\"next_position\" is -5"},
        Edit{"position_as_text", [](io::Json& s) { s["trainer"]["next_position"] = "4"; },
             "\"next_position\" is \"4\""},
        Edit{"coefficient_as_text", [](io::Json& s) { s["trainer"]["kl_reward_coef"] = "x"; },
             "\"kl_reward_coef\" is \"x\""},
        Edit{"watch_as_text", [](io::Json& s) { s["trainer"]["watch"] = "x"; },
             "constant rewards and answers cannot be read"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_F(TwoSteps, TensorsOfAnotherModelAreNoCheckpoint) {
  edit(checkpoint(2), "optimizer.safetensors",
       text_of(checkpoint(2) / "model" / "model.safetensors"));
  EXPECT_THAT(go_on(), HasSubstr("resuming after step 1"));
}

TEST_F(TwoSteps, WithoutASoundCheckpointMustIsRefusedAndAutoKeepsTheOldLines) {
  const auto metrics = text_of(run() / "metrics.jsonl"),
             rollouts = text_of(run() / "rollouts.jsonl");
  for (const int step : {1, 2}) fs::resize_file(checkpoint(step) / "model" / "config.json", 3);
  EXPECT_THROW(go_on(/*must_resume=*/true), CheckpointError);
  EXPECT_EQ(text_of(run() / "metrics.jsonl"), metrics);
  EXPECT_EQ(io::list_folder(run() / "checkpoints").size(), 2U);

  const auto log = go_on();
  EXPECT_THAT(log, HasSubstr("starting at step 0"));
  EXPECT_THAT(log, HasSubstr("set-aside-1"));
  EXPECT_EQ(text_of(run() / "set-aside-1" / "metrics.jsonl"), metrics);
  EXPECT_EQ(text_of(run() / "set-aside-1" / "rollouts.jsonl"), rollouts);
  EXPECT_EQ(io::list_folder(run() / "set-aside-1" / "checkpoints").size(), 2U);
  EXPECT_EQ(text_of(run() / "metrics.jsonl"), metrics) << "the same run from its start";
  EXPECT_EQ(io::list_folder(run() / "checkpoints").size(), 2U);
}

TEST_F(TwoSteps, WithoutAnyCheckpointMustIsRefusedAndAutoKeepsTheOldLines) {
  const auto metrics = text_of(run() / "metrics.jsonl");
  fs::remove_all(run() / "checkpoints");
  EXPECT_THROW(go_on(/*must_resume=*/true), MissingInputError);
  EXPECT_EQ(text_of(run() / "metrics.jsonl"), metrics);
  go_on();
  EXPECT_EQ(text_of(run() / "set-aside-1" / "metrics.jsonl"), metrics);
}

TEST_F(TwoSteps, CheckpointsThatCannotBeListedEndTheRunBeforeAnythingIsTouched) {
  const auto metrics = text_of(run() / "metrics.jsonl");
  fs::rename(run() / "checkpoints", run() / "kept");
  fs::create_symlink("checkpoints", run() / "checkpoints");
  EXPECT_THROW(go_on(), DiskError);
  EXPECT_EQ(text_of(run() / "metrics.jsonl"), metrics);
  EXPECT_FALSE(fs::exists(run() / "set-aside-1"));
}

TEST_F(TwoSteps, LogsThatAreGoneOrEmptyAreSaid) {
  fs::remove(run() / "metrics.jsonl");
  io::write_file_atomic(run() / "rollouts.jsonl", "");
  const auto log = go_on();
  EXPECT_THAT(log, HasSubstr("metrics.jsonl ends at step 0, the checkpoint is of step 2"));
  EXPECT_THAT(log, HasSubstr("rollouts.jsonl ends at step 0"));
  EXPECT_THAT(log, HasSubstr("put a copy of the file back"));
}

TEST_F(TwoSteps, ALogThatCannotBeReadSaysWhatToDo) {
  const auto refused = [&](const char* what) {
    try {
      go_on();
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), HasSubstr(what));
      EXPECT_THAT(error.what(), HasSubstr("move it away"));
      return;
    }
    ADD_FAILURE() << what;
  };
  io::write_file_atomic(run() / "metrics.jsonl", "{\"step\": \"one\"}\n");
  refused("metrics.jsonl:1: \"step\" is \"one\"");
  fs::remove(run() / "metrics.jsonl");
  fs::create_directory(run() / "metrics.jsonl");
  refused("metrics.jsonl: not a regular file");
}

// A run of two steps that goes on to four is a run of four: nothing but the last checkpoint depends
// on how many there are.
TEST(MoreSteps, GiveTheRunThatHadThemFromTheStart) {
  for (const char* trainer : {"sft", "grpo"}) {
    const test::TemporaryFolder whole_folder, folder;
    const auto config_of = [&](int64_t steps) {
      auto config = short_config(steps);
      config.trainer = trainer;
      return config;
    };
    FinishedRun whole(config_of(4), whole_folder.path());
    FinishedRun(config_of(2), folder.path());
    FinishedRun continued(config_of(4), folder.path());
    for (const auto& [name, tensor] : whole.policy().parameters().entries())
      EXPECT_TRUE(at::equal(tensor, continued.policy().parameters().at(name)))
          << trainer << " " << name;
    EXPECT_EQ(continued.metrics(), whole.metrics()) << trainer;
    EXPECT_EQ(text_of(folder.path() / "checkpoints/step-000004/state.json"),
              text_of(whole_folder.path() / "checkpoints/step-000004/state.json"));
  }
}

TEST(Checkpoints, HaveTheFilesOfTheStartModelWhenItIsGone) {
  const test::TemporaryFolder folder;
  fs::copy(warm_task().warm_folder(), folder.path() / "start");
  const auto model = model::load_model(folder.path() / "start", {});
  fs::remove_all(folder.path() / "start");
  model->save(folder.path() / "saved");
  for (const char* name : {"config.json", "generation_config.json", "tokenizer.model"})
    EXPECT_EQ(text_of(folder.path() / "saved" / name), text_of(warm_task().warm_folder() / name))
        << name;
}

}  // namespace
}  // namespace vrlt::trainer
