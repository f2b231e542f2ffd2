#include "vrlt/settings/validation_section.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/settings/eval_config.h"
#include "vrlt/settings/train_config.h"

namespace vrlt::settings {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TrainConfig load(const std::string& more) {
  const test::TemporaryFolder folder;
  io::write_file_atomic(
      folder.path() / "c.yaml",
      "name: test\nmodel: {path: model}\ndata: {records: [a.jsonl], root: /clips, "
      "prompt: auto_short}\nvideo: {fps: 3}\nseed: 7\n" +
          more);
  return load_train_config(folder.path() / "c.yaml", {});
}

std::string error_of(const std::string& more) {
  try {
    load(more);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(ValidationSection, IsTheEvaluationOfTheSameModelAndFrames) {
  const auto config = load(
      "rollout: {max_new_tokens: 99}\nvalidation: {records: [b.jsonl], max_samples: 5, batch: "
      "3}\n");
  const auto evaluation = evaluation_of(config);
  EXPECT_THAT(evaluation.data.records, ElementsAre("b.jsonl"));
  EXPECT_EQ(evaluation.data.root, "/clips");
  EXPECT_EQ(evaluation.data.prompt, "auto_short");
  EXPECT_EQ(evaluation.data.max_samples, 5);
  EXPECT_EQ(evaluation.video.fps, 3);
  EXPECT_EQ(evaluation.seed, 7U);
  EXPECT_EQ(evaluation.batch, 3);
  EXPECT_EQ(evaluation.generation.max_new_tokens, 99) << "that of rollout where none is set";
  EXPECT_EQ(evaluation.generation.group_size, 1);
  EXPECT_EQ(evaluation.generation.sampling.temperature, 0.0) << "greedy, whatever is sampled";
  const auto own = load("validation: {records: [b.jsonl], max_new_tokens: 8}\n");
  EXPECT_EQ(evaluation_of(own).generation.max_new_tokens, 8);
}

TEST(ValidationSection, IsOffWithoutRecordsAndSaysWhatThenDoesNothing) {
  EXPECT_FALSE(load("").validation.is_on());
  EXPECT_EQ(error_of("validation: {every: 50, records: []}\n"), "") << "the defaults, as printed";
  EXPECT_THAT(error_of("validation: {stop_after: 2}\n"),
              HasSubstr("c.yaml:6:14: \"validation.stop_after\" has no effect without "
                        "validation.records"));
  EXPECT_THAT(error_of("validation: {records: [b.jsonl], evry: 2}\n"), HasSubstr("\"every\""));
}

TEST(ValidationSection, IsNamedToWhoKnowsItsKeysFromElsewhere) {
  EXPECT_THAT(error_of("eval_steps: 5\n"), HasSubstr("it is validation.every here"));
  EXPECT_THAT(error_of("val_files: x\n"), HasSubstr("it is validation.records here"));
}

}  // namespace
}  // namespace vrlt::settings
