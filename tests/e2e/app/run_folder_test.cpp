// Which run folders a program accepts.
#include <optional>

#include "tests/e2e/app/small_world.h"
#include "vrlt/io/folder_lock.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

struct Program {
  const char* name;
  const char* config;
  const char* changed;  ///< A key that results depend on, with another value.
  const char* message;  ///< What is said about it.
};
void PrintTo(const Program& program, std::ostream* out) {
  *out << program.name << ' ' << program.config;
}

class RunFolder : public ::testing::TestWithParam<Program> {
 protected:
  ProcessResult run(std::vector<std::string> more) const {
    std::vector<std::string> arguments = {GetParam().config, "name=" + name(),
                                          "data.max_samples=4"};
    if (std::string(GetParam().name) == "vrlt-train") arguments.emplace_back("steps=2");
    arguments.insert(arguments.end(), more.begin(), more.end());
    return world().run(GetParam().name, arguments);
  }
  static std::string name() { return std::string("folder-") + GetParam().config; }
};

TEST_P(RunFolder, NeverAndMust) {
  const auto nothing = run({"--resume", "must"});
  EXPECT_EQ(nothing.exit_code, 66);
  EXPECT_THAT(nothing.err, HasSubstr("runs/" + name() + " holds no run to resume"));
  EXPECT_FALSE(fs::exists(world().run_folder(name())));
  ASSERT_EQ(run({"--resume", "never"}).exit_code, 0);
  const auto used = run({"--resume", "never"});
  EXPECT_EQ(used.exit_code, 2);
  EXPECT_THAT(used.err,
              HasSubstr("runs/" + name() +
                        " already holds a run; choose another name, remove it, or resume it"));
  EXPECT_EQ(run({"--resume", "must"}).exit_code, 0);
  fs::remove_all(world().run_folder(name()));
}

TEST_P(RunFolder, AnotherConfigIsRefusedNamingTheFirstKeyThatDiffers) {
  ASSERT_EQ(run({}).exit_code, 0);
  const auto files = count_entries(world().run_folder(name()));
  const auto refused = run({GetParam().changed, "data.max_samples=5"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("runs/" + name() +
                                     " holds a run with another config: " + GetParam().message));
  EXPECT_THAT(refused.err, HasSubstr("(and 1 more keys)"));
  EXPECT_EQ(count_entries(world().run_folder(name())), files);
  // What does not touch the results may change.
  const auto accepted =
      run({"data.cache_megabytes=1", "data.cache_folder=clips", "data.cache_gigabytes=2",
           "data.reader_threads=1", "data.max_bad_fraction=0.5"});
  EXPECT_EQ(accepted.exit_code, 0) << accepted.err;
  EXPECT_THAT(text_of(world().run_folder(name()) / "config.yaml"),
              HasSubstr("max_bad_fraction: 0.5"));
  fs::remove_all(world().run_folder(name()));
}

TEST_P(RunFolder, ChangedInputsAreRefused) {
  const auto records = text_of(world().folder() / "data/train.jsonl");
  world().write("changing.jsonl", records);
  ASSERT_EQ(run({"data.records=[changing.jsonl]"}).exit_code, 0);
  world().write("changing.jsonl", records + "\n");
  const auto refused = run({"data.records=[changing.jsonl]"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err,
              HasSubstr("changing.jsonl has changed since the run in runs/" + name() + " began"));
  fs::remove_all(world().run_folder(name()));
}

TEST_P(RunFolder, IsOfOneProcessAtATime) {
  fs::create_directories(world().run_folder(name()));
  std::optional<io::FolderLock> other(world().run_folder(name()));
  const auto refused = run({});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("another process works in runs/" + name()));
  EXPECT_TRUE(fs::is_empty(world().run_folder(name())));
  other.reset();
  EXPECT_EQ(run({}).exit_code, 0);
  fs::remove_all(world().run_folder(name()));
}

// What a run left is never gone on with unless it is known which run.
TEST_P(RunFolder, ResultsOfAnUnknownRunAreRefused) {
  ASSERT_EQ(run({}).exit_code, 0);
  fs::remove(world().run_folder(name()) / "config.yaml");
  const auto files = count_entries(world().run_folder(name()));
  const auto refused = run({});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err,
              HasSubstr("runs/" + name() + " holds files without the config.yaml of their run"));
  EXPECT_EQ(count_entries(world().run_folder(name())), files);
  fs::remove_all(world().run_folder(name()));
}

// A start that failed before it did anything leaves a folder that the corrected config may use.
TEST_P(RunFolder, WithoutResultsIsTakenOver) {
  fs::create_directories(world().folder() / "unfinished-model");
  const auto failed = run({"model.path=unfinished-model"});
  EXPECT_EQ(failed.exit_code, 66);
  EXPECT_THAT(failed.err, HasSubstr("unfinished-model/config.json: no such file"));
  const auto corrected = run({});
  EXPECT_EQ(corrected.exit_code, 0) << corrected.err;
  fs::remove_all(world().run_folder(name()));
}

INSTANTIATE_TEST_SUITE_P(
    Programs, RunFolder,
    ::testing::Values(
        Program{"vrlt-train", "sft.yaml", "sft.aggregation=seq_mean_token_mean",
                "data.max_samples is 4 there and 5 now"},
        Program{"vrlt-train", "grpo.yaml", "micro_batch=1", "micro_batch is 2 there and 1 now"},
        Program{"vrlt-select", "select.yaml", "batch=3", "batch is 2 there and 3 now"},
        Program{"vrlt-eval", "eval.yaml", "generation.max_new_tokens=9",
                "data.max_samples is 4 there and 5 now"}),
    [](const auto& info) {
      const std::string config = info.param.config;
      return config.substr(0, config.find('.'));
    });

TEST(RunFolderOfSelection, OtherFiltersReuseTheStoredResponses) {
  const std::vector<std::string> first = {"select.yaml", "name=filters"};
  ASSERT_EQ(world().run("vrlt-select", first).exit_code, 0);
  const auto run = world().run_folder("filters");
  const auto store = text_of(run / "rollouts.jsonl"),
             statistics = text_of(run / "statistics.jsonl");
  const auto strict = world().run("vrlt-select", {"select.yaml", "name=filters",
                                                  "filter.keep_per_stratum=2", "filter.min_std=0"});
  EXPECT_EQ(strict.exit_code, 0) << strict.err;
  EXPECT_LE(count_lines(run / "selected.jsonl"), 6) << "two of each of the three tasks at most";
  EXPECT_EQ(text_of(run / "rollouts.jsonl"), store);
  EXPECT_EQ(text_of(run / "statistics.jsonl"), statistics);
}

TEST(RunFolderOfEvaluation, ScoresAgainWithoutAModel) {
  ASSERT_EQ(world().run("vrlt-eval", {"eval.yaml", "name=scored"}).exit_code, 0);
  const auto results = world().run_folder("scored") / "tvg/results.json";
  const auto text = text_of(results);
  fs::remove(results);
  const auto again =
      world().run("vrlt-eval", {"eval.yaml", "name=scored", "rescore=true",
                                "model.path=no/such/model", "data.root=no/such/videos"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(text_of(results), text);
  world().write("other-truths.jsonl", text_of(world().folder() / "data/test.jsonl") + "\n");
  const auto changed = world().run("vrlt-eval", {"eval.yaml", "name=scored", "rescore=true",
                                                 "data.records=[other-truths.jsonl]"});
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.err,
              HasSubstr("other-truths.jsonl is nothing that the run in runs/scored read"));
  const auto nothing = world().run("vrlt-eval", {"eval.yaml", "name=unscored", "rescore=true"});
  EXPECT_EQ(nothing.exit_code, 66);
  EXPECT_THAT(nothing.err, HasSubstr("runs/unscored holds no run to score again"));
  EXPECT_FALSE(fs::exists(world().run_folder("unscored")));
}

TEST(RunFolderOfSelection, ChoosesAgainWithoutVideos) {
  ASSERT_EQ(world().run("vrlt-select", {"select.yaml", "name=unseen"}).exit_code, 0);
  const auto again = world().run("vrlt-select", {"select.yaml", "name=unseen", "filter.min_std=0",
                                                 "data.root=no/such/videos"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
}

TEST(RunFolderOfTraining, GoesOnWithMoreStepsAndAnotherRateAndSaysSo) {
  const std::vector<std::string> first = {"sft.yaml", "name=longer", "steps=2",
                                          "optim.schedule=cosine"};
  ASSERT_EQ(world().run("vrlt-train", first).exit_code, 0);
  const auto run = world().run_folder("longer");
  const auto more =
      world().run("vrlt-train", {"sft.yaml", "name=longer", "steps=3", "optim.schedule=cosine",
                                 "optim.lr=0.001", "checkpoint.keep=5"});
  EXPECT_EQ(more.exit_code, 0) << more.err;
  EXPECT_THAT(more.err, HasSubstr("from step 3 on steps is 3, before it was 2"));
  EXPECT_THAT(more.err, HasSubstr("optim.schedule: cosine spans all steps"));
  EXPECT_EQ(count_lines(run / "metrics.jsonl"), 3);
  EXPECT_EQ(count_lines(run / "config_history.jsonl"), 1);
  ASSERT_EQ(world().run("vrlt-report", {"runs/longer", "--output", "longer.html"}).exit_code, 0);
  EXPECT_THAT(text_of(world().folder() / "longer.html"),
              HasSubstr("<td>steps</td><td>2</td><td>3</td>"));
  const auto other = world().run("vrlt-train", {"sft.yaml", "name=longer", "steps=3", "seed=99"});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err,
              HasSubstr("name=longer-2 model.path=runs/longer/checkpoints/step-000003/model"));
}

TEST(RunFolderOfTraining, ThatIsMovedAwayEndsTheRun) {
  const auto run = world().run_folder("moving");
  Process process(SmallWorld::program("vrlt-train"), {"sft.yaml", "name=moving", "steps=100000"},
                  world().options());
  ASSERT_TRUE(process.wait_until([&] { return count_lines(run / "metrics.jsonl") >= 2; }));
  fs::rename(run, world().run_folder("moved"));
  const auto ended = process.wait();
  EXPECT_EQ(ended.exit_code, 74) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("runs/moving"));
  EXPECT_FALSE(fs::exists(run)) << "a second folder would hide what was lost";
}

}  // namespace
}  // namespace vrlt::test
