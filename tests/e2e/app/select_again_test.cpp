// Selections of several rounds, and choosing again among what is stored.
#include <map>

#include "tests/e2e/app/racing_config.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

void must_select(const std::vector<std::string>& arguments) {
  const auto result = world().run("vrlt-select", arguments);
  ASSERT_EQ(result.exit_code, 0) << result.err;
}

/// Texts of the responses to each sample, in the order of their draws; those of one round if it is
/// named.
std::map<std::string, std::vector<std::string>> texts(const std::string& run,
                                                      const std::string& only = "") {
  std::map<std::string, std::vector<std::string>> of_samples;
  for (const auto& line : lines_of(world().run_folder(run) / "rollouts.jsonl")) {
    const auto round = line.value("round", "");
    if (only.empty() ? round == "audit" : round != only) continue;
    for (const auto& response : line["responses"])
      of_samples[line["id"]].push_back(response["text"]);
  }
  return of_samples;
}

}  // namespace

// The draw k of a sample is the same whether it was drawn at once or later.
TEST(Racing, ExtendsTheDrawsOfARunWithoutIt) {
  write_racing_config();
  must_select({"select.yaml", "name=plain", "rollout.group_size=6"});
  must_select({"racing.yaml", "name=raced"});
  const auto plain = texts("plain"), raced = texts("raced");
  std::map<size_t, int> samples_by_draws;
  ASSERT_EQ(raced.size(), 36u);
  for (const auto& [id, responses] : raced) {
    ++samples_by_draws[responses.size()];
    for (size_t k = 0; k < responses.size(); ++k)
      EXPECT_EQ(responses[k], plain.at(id)[k]) << id << " draw " << k;
  }
  EXPECT_GT(samples_by_draws[2], 0) << "parked";
  EXPECT_GT(samples_by_draws[4], 0) << "the whole group";
  EXPECT_GT(samples_by_draws[6], 0) << "near the cut";
  for (const auto& line : lines_of(world().run_folder("raced") / "statistics.jsonl"))
    EXPECT_EQ(line["K"], raced.at(line["id"]).size());

  const auto report = io::read_json(world().run_folder("raced") / "report.json");
  const int64_t parked = report["racing"]["parked"], redrawn = report["racing"]["redrawn"];
  EXPECT_EQ(samples_by_draws[2], parked - redrawn)
      << "none of the redrawn is near the cut and none of the others is";
  EXPECT_GT(redrawn, 0);
  EXPECT_LE(report["racing"]["miss_rate"], 1.0);
}

TEST(Audit, DrawsAnewAndChangesNothingThatIsSelected) {
  write_racing_config();
  must_select({"racing.yaml", "name=unaudited", "audit.fraction=0"});
  const auto run = world().run_folder("unaudited");
  const auto selected = text_of(run / "selected.jsonl"), store = text_of(run / "rollouts.jsonl");
  EXPECT_FALSE(io::read_json(run / "report.json").contains("audit"));
  must_select({"racing.yaml", "name=unaudited"});
  EXPECT_EQ(text_of(run / "selected.jsonl"), selected);
  EXPECT_TRUE(text_of(run / "rollouts.jsonl").starts_with(store));
  const auto report = io::read_json(run / "report.json");
  EXPECT_EQ(report["audit"]["samples"], 3) << "a fifth of nine are two, and three at least";
  EXPECT_TRUE(report["audit"]["mean_var"]["fresh"].is_number());
  EXPECT_TRUE(report["predicted_no_signal"]["selected"].is_number());
  const auto before = texts("unaudited"), fresh = texts("unaudited", "audit");
  ASSERT_EQ(fresh.size(), 3u);
  int same = 0;
  for (const auto& [id, responses] : fresh) {
    EXPECT_EQ(responses.size(), 4u);
    same += std::equal(responses.begin(), responses.end(), before.at(id).begin());
  }
  EXPECT_LT(same, 3) << "fresh draws are other draws";
}

// What is stored is enough: the model may be gone.
TEST(SelectAgain, NeedsNoModel) {
  fs::copy(world().folder() / "warm", world().folder() / "leaving", fs::copy_options::recursive);
  const std::vector<std::string> arguments = {"select.yaml", "name=modelless",
                                              "model.path=leaving"};
  must_select(arguments);
  const auto run = world().run_folder("modelless");
  const auto selected = text_of(run / "selected.jsonl"), store = text_of(run / "rollouts.jsonl"),
             report = text_of(run / "report.json");
  fs::remove_all(world().folder() / "leaving");
  must_select(arguments);
  EXPECT_EQ(text_of(run / "selected.jsonl"), selected);
  EXPECT_EQ(text_of(run / "report.json"), report);

  auto quarter = arguments;
  quarter.insert(quarter.end(), {"filter.preset=random", "filter.keep=0.25"});
  must_select(quarter);
  EXPECT_EQ(count_lines(run / "selected.jsonl"), 9) << "a quarter of 36";
  EXPECT_EQ(text_of(run / "rollouts.jsonl"), store);

  // A store that lacks something needs it.
  fs::resize_file(run / "rollouts.jsonl", store.size() / 2);
  const auto result = world().run("vrlt-select", arguments);
  EXPECT_EQ(result.exit_code, 66) << result.err;
  EXPECT_THAT(result.err, HasSubstr("leaving: no such file or folder"));
}

TEST(SelectAgain, WithAnotherModelIsRefused) {
  fs::copy(world().folder() / "warm", world().folder() / "changing", fs::copy_options::recursive);
  const std::vector<std::string> arguments = {"select.yaml", "name=changed-model",
                                              "model.path=changing"};
  must_select(arguments);
  const auto path = world().run_folder("changed-model") / "rollouts.jsonl";
  fs::resize_file(path, fs::file_size(path) / 2);
  world().write("changing/config.json", text_of(world().folder() / "warm/config.json") + "\n");
  const auto result = world().run("vrlt-select", arguments);
  EXPECT_EQ(result.exit_code, 2) << result.err;
  EXPECT_THAT(
      result.err,
      HasSubstr("changing/config.json has changed since the run in runs/changed-model began"));
}

TEST(SelectionPresets, EachRunsOnTheStore) {
  must_select({"select.yaml", "name=presets"});
  for (const char* preset : {"temporal_rlt", "timelens2", "time_r1", "timelens", "dapo", "vcrl",
                             "difficulty_mix", "random"}) {
    const auto result =
        world().run("vrlt-select", {"select.yaml", "name=presets",
                                    std::string("filter.preset=") + preset, "filter.keep=0.25"});
    EXPECT_EQ(result.exit_code, 0) << preset << result.err;
    EXPECT_LE(count_lines(world().run_folder("presets") / "selected.jsonl"), 9) << preset;
  }
  const auto listed = world().run("vrlt-select", {"--list", "selection_presets"});
  EXPECT_THAT(listed.out, HasSubstr("temporal_rlt"));
  const auto mistake = world().run(
      "vrlt-select", {"select.yaml", "name=presets", "filter.preset=dapo", "filter.min_mean=0.1"});
  EXPECT_EQ(mistake.exit_code, 2);
  EXPECT_THAT(mistake.err,
              HasSubstr("\"filter.min_mean\" has no effect without require: [good]; remove it"));
}

TEST(DuplicateSamples, AreRefused) {
  const auto records = lines_of(world().folder() / "data/train.jsonl");
  auto copy = records.front();
  copy["id"] = "copy";
  world().write("duplicate.jsonl",
                text_of(world().folder() / "data/train.jsonl") + io::to_line(copy) + "\n");
  const auto result = world().run(
      "vrlt-select", {"select.yaml", "name=duplicates", "data.records=[duplicate.jsonl]"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.err, HasSubstr("samples synth/train/tvg/0 and copy ask the same"));
  EXPECT_FALSE(fs::exists(world().run_folder("duplicates")));
}

}  // namespace vrlt::test
