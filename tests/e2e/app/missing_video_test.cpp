// Videos that cannot be read, records files without records, selections that keep nothing.
#include <algorithm>
#include <sstream>

#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const SmallWorld& world() { return SmallWorld::get(); }

/// A records file of the training records with the videos of some replaced. @return the override
/// that names it.
std::string records_with(const std::string& name, const std::map<size_t, std::string>& videos) {
  std::string text;
  const auto records = lines_of(world().folder() / "data/train.jsonl");
  for (size_t i = 0; i < records.size(); ++i) {
    auto record = records[i];
    if (const auto found = videos.find(i); found != videos.end()) record["video"] = found->second;
    text += io::to_line(record) + "\n";
  }
  world().write(name, text);
  return "data.records=[" + name + "]";
}

// 12 clips with the questions tvg, mcq, gqa each: record 3 is the tvg question of clip 1.
constexpr size_t kGrounding = 3;

TEST(MissingVideo, EvaluationScoresTheRestAndSaysSo) {
  world().write("data/videos/not-a-video.mp4", "text\n");
  world().write("data/videos/empty.mp4", "");
  const auto records = records_with("missing.jsonl", {{kGrounding, "train/gone.mp4"},
                                                      {kGrounding + 3, "not-a-video.mp4"},
                                                      {kGrounding + 6, "empty.mp4"}});
  const auto result = world().run("vrlt-eval", {"eval.yaml", "name=missing", records});
  EXPECT_EQ(result.exit_code, 83) << result.err;
  EXPECT_THAT(result.err, HasSubstr("3 of 36 samples have no answer"));
  EXPECT_THAT(result.out, HasSubstr("tvg: 9 of 12 answered"));
  EXPECT_THAT(result.out, HasSubstr("mcq: 12 of 12 answered"));
  EXPECT_THAT(
      result.out,
      HasSubstr("not answered: synth/train/tvg/1: data/videos/train/gone.mp4: no such file"));
  EXPECT_THAT(result.out, HasSubstr("not answered: synth/train/tvg/2: "));
  EXPECT_THAT(result.out, HasSubstr("not answered: synth/train/tvg/3: "));
  EXPECT_THAT(result.out, HasSubstr("samples without an answer count 0"));

  const auto results = io::read_json(world().run_folder("missing") / "tvg/results.json");
  EXPECT_EQ(results["n_expected"], 12);
  EXPECT_EQ(results["n_done"], 9);
  EXPECT_EQ(results["n_error"], 3);
  double sum = 0;
  for (const auto& line : lines_of(world().run_folder("missing") / "tvg/samples.jsonl")) {
    if (line["err"].is_null())
      sum += line["strict"]["score"]["mIoU"].get<double>();
    else
      EXPECT_EQ(line["strict"]["reason"], "infer_error");
  }
  ASSERT_GT(sum, 0.0) << "a model that is always wrong cannot tell the two scores apart";
  const auto& metric = results["metrics"]["mIoU"];
  // Sums of 12 numbers of at most 1 in another order: a few units in the last place.
  EXPECT_NEAR(metric["value"], sum / 9, 1e-14);
  EXPECT_EQ(metric["n"], 9);
  EXPECT_NEAR(metric["unanswered_as_zero"]["value"], sum / 12, 1e-14);
  EXPECT_EQ(metric["unanswered_as_zero"]["n"], 12);
  char both[2][16];
  std::snprintf(both[0], sizeof both[0], "%6.2f  [", 100 * sum / 9);
  std::snprintf(both[1], sizeof both[1], "%6.2f  [", 100 * sum / 12);
  EXPECT_THAT(result.out, HasSubstr(std::string("mIoU       ") + both[0]));
  EXPECT_THAT(result.out, HasSubstr(both[1]));
}

TEST(MissingVideo, OfEverySampleStillGivesResults) {
  const auto records = lines_of(world().folder() / "data/test.jsonl");
  std::string text;
  for (auto record : records) {
    record["video"] = "gone.mp4";
    text += io::to_line(record) + "\n";
  }
  world().write("all-gone.jsonl", text);
  const auto result =
      world().run("vrlt-eval", {"eval.yaml", "name=all-gone", "data.records=[all-gone.jsonl]"});
  EXPECT_EQ(result.exit_code, 83) << result.err;
  const auto metric =
      io::read_json(world().run_folder("all-gone") / "mcq/results.json")["metrics"]["accuracy"];
  EXPECT_EQ(metric["n"], 0);
  EXPECT_EQ(metric["unanswered_as_zero"]["n"], 2);
  EXPECT_EQ(metric["unanswered_as_zero"]["value"], 0.0);
}

class MissingVideoInTraining : public ::testing::TestWithParam<const char*> {};

TEST_P(MissingVideoInTraining, IsLeftOutAndCountedOnce) {
  const std::string config = GetParam();
  const auto records = records_with("one-gone.jsonl", {{kGrounding, "train/gone.mp4"}});
  // 1 of 36 is within 3 %. Three epochs of 36 samples in 27 steps of 4: it is met three times and
  // counted once.
  const std::vector<std::string> arguments = {config,     "name=one-gone-" + config,
                                              records,    "data.max_bad_fraction=0.03",
                                              "steps=27", "prompts_per_step=4"};
  const auto result = world().run("vrlt-train", arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err,
              HasSubstr("leaving out synth/train/tvg/1: data/videos/train/gone.mp4: no such file"));
  double smallest_step = 4;
  const std::string rows = "batch/rows";
  const double rows_per_prompt = config == "grpo.yaml" ? 3 : 1;
  std::vector<double> lacking;
  for (const auto& line : lines_of(world().run_folder("one-gone-" + config) / "metrics.jsonl")) {
    smallest_step = std::min(smallest_step, line[rows].get<double>() / rows_per_prompt);
    if (line[rows].get<double>() < 4 * rows_per_prompt) lacking.push_back(line["step"]);
    EXPECT_EQ(line["data/bad_samples"], lacking.empty() ? 0.0 : 1.0);
  }
  EXPECT_EQ(lacking.size(), 3u) << "once in each epoch";
  EXPECT_EQ(smallest_step, 3.0);
}

TEST_P(MissingVideoInTraining, TooManyStopTheRun) {
  const std::string config = GetParam();
  const auto records = records_with(
      "two-gone.jsonl", {{kGrounding, "train/gone.mp4"}, {kGrounding + 7, "train/gone too.mp4"}});
  const std::vector<std::string> arguments = {config, "name=two-gone-" + config, records,
                                              "data.max_bad_fraction=0.03", "steps=20"};
  const auto result = world().run("vrlt-train", arguments);
  EXPECT_EQ(result.exit_code, 65) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 of 36 samples cannot be read, more than "
                                    "data.max_bad_fraction (0.03) allows; the last: "));
  // The limit may be raised for the same run.
  auto raised = arguments;
  raised[3] = "data.max_bad_fraction=0.1";
  const auto resumed = world().run("vrlt-train", raised);
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  // Lowered again, the run would go on with all samples left out.
  auto lowered = arguments;
  lowered.back() = "steps=24";
  const auto refused = world().run("vrlt-train", lowered);
  EXPECT_EQ(refused.exit_code, 65) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("they were found before the checkpoint"));
}

INSTANTIATE_TEST_SUITE_P(
    Trainers, MissingVideoInTraining, ::testing::Values("sft.yaml", "grpo.yaml"),
    [](const auto& info) {
      return std::string(info.param).substr(0, std::string(info.param).find('.'));
    });

TEST(MissingVideo, SelectionRejectsItAsUnreadable) {
  const auto records = records_with("rejected.jsonl", {{kGrounding, "train/gone.mp4"}});
  const auto result = world().run(
      "vrlt-select", {"select.yaml", "name=unreadable", records, "data.max_bad_fraction=0.03"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("unreadable: 1"));
  const auto rejected = lines_of(world().run_folder("unreadable") / "rejected.jsonl");
  ASSERT_FALSE(rejected.empty());
  EXPECT_EQ(rejected.front()["id"], "synth/train/tvg/1");
  EXPECT_EQ(rejected.front()["reason"], "unreadable");
  EXPECT_THAT(rejected.front()["error"].get<std::string>(),
              HasSubstr("data/videos/train/gone.mp4: no such file"));
  EXPECT_EQ(rejected.size() + lines_of(world().run_folder("unreadable") / "selected.jsonl").size(),
            36u)
      << "every sample is in one of the two files";

  const auto strict = world().run(
      "vrlt-select", {"select.yaml", "name=unreadable", records, "data.max_bad_fraction=0.02"});
  EXPECT_EQ(strict.exit_code, 65);
  EXPECT_THAT(
      strict.err,
      HasSubstr("1 of 36 samples cannot be read, more than data.max_bad_fraction (0.02) allows"));
}

/// What is said of each sample that is left out, in the order of the text.
std::vector<std::string> left_out(const std::string& log) {
  constexpr std::string_view kSays = "leaving out ";
  std::vector<std::string> lines;
  std::istringstream text(log);
  for (std::string line; std::getline(text, line);)
    if (const auto begin = line.find(kSays); begin != std::string::npos)
      lines.push_back(line.substr(begin + kSays.size()));
  std::sort(lines.begin(), lines.end());
  return lines;
}

TEST(MissingVideo, IsTheSameToTrainingSelectionAndEvaluation) {
  world().write("data/videos/of-text.mp4", "text\n");
  world().write("data/videos/of-nothing.mp4", "");
  const auto records = records_with("alike.jsonl", {{kGrounding, "train/gone.mp4"},
                                                    {kGrounding + 3, "of-text.mp4"},
                                                    {kGrounding + 6, "of-nothing.mp4"}});
  // Three steps of twelve prompts are one epoch of the 36 samples: training meets each once, as the
  // others do.
  const std::pair<std::string, std::vector<std::string>> programs[] = {
      {"vrlt-train",
       {"sft.yaml", "name=alike-sft", records, "steps=3", "prompts_per_step=12",
        "data.max_bad_fraction=0.1"}},
      {"vrlt-train",
       {"grpo.yaml", "name=alike-grpo", records, "steps=3", "prompts_per_step=12",
        "data.max_bad_fraction=0.1"}},
      {"vrlt-select", {"select.yaml", "name=alike-select", records, "data.max_bad_fraction=0.1"}},
      {"vrlt-eval", {"eval.yaml", "name=alike-eval", records, "allow_errors=true"}}};
  std::vector<std::string> expected;
  for (const auto& [program, arguments] : programs) {
    const auto result = world().run(program, arguments);
    EXPECT_EQ(result.exit_code, 0) << program << result.err;
    const auto said = left_out(result.err);
    if (expected.empty()) expected = said;
    EXPECT_EQ(said, expected) << program << " " << arguments.front();
  }
  ASSERT_EQ(expected.size(), 3u);
  EXPECT_EQ(expected[0], "synth/train/tvg/1: data/videos/train/gone.mp4: no such file");
  EXPECT_THAT(expected[1], StartsWith("synth/train/tvg/2: data/videos/of-text.mp4: "));
  EXPECT_THAT(expected[2], StartsWith("synth/train/tvg/3: data/videos/of-nothing.mp4: "));
}

TEST(EmptySelection, SaysWhatToLoosenAndTrainingNamesTheEmptyFile) {
  // Three right and three wrong of three responses: no discrete sample passes. Nor does a
  // continuous one with a spread of 1.
  const auto result =
      world().run("vrlt-select", {"select.yaml", "name=empty", "filter.min_correct=3",
                                  "filter.min_wrong=3", "filter.min_std=1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("selected 0 of 36"));
  EXPECT_THAT(result.err, HasSubstr("nothing is left to train on: loosen filter."));
  EXPECT_THAT(result.err, HasSubstr("filter.min_std (24 samples low_std)"))
      << "tvg and gqa have continuous rewards";
  EXPECT_THAT(result.err, HasSubstr("reuses the stored responses"));
  const auto selected = world().run_folder("empty") / "selected.jsonl";
  EXPECT_EQ(fs::file_size(selected), 0u);

  const auto train = world().run(
      "vrlt-train", {"grpo.yaml", "name=on-nothing", "data.records=[runs/empty/selected.jsonl]"});
  EXPECT_EQ(train.exit_code, 65);
  EXPECT_THAT(train.err, HasSubstr("no samples in runs/empty/selected.jsonl"));
  EXPECT_FALSE(fs::exists(world().run_folder("on-nothing")));
}

TEST(BrokenRecords, AreNamedWithTheirLine) {
  const auto good = text_of(world().folder() / "data/test.jsonl");
  auto asks_otherwise = lines_of(world().folder() / "data/test.jsonl").front();
  asks_otherwise.update({{"id", "x"}, {"prompt", "auto_shrt"}});
  const std::pair<std::string, std::string> cases[] = {
      {good + "{\"schema\": \"vs/1\", \"id\": \"x\"}\n", "broken.jsonl:7: \"task\" is missing"},
      {good + "{\"schema\": \n", "broken.jsonl:7: not valid JSON"},
      {good + io::to_line(asks_otherwise) + "\n",
       "broken.jsonl:7: \"prompt\" is \"auto_shrt\", expected a prompt of vrlt-train --list "
       "prompts; did you mean \"auto_short\"?"},
      {good + good.substr(0, good.find('\n') + 1),
       "broken.jsonl:7: id \"synth/test/tvg/0\" was used before at broken.jsonl:1"},
      {good + "{\"schema\": \"vs/1\", \"id\": \"cut", "broken.jsonl:7: not valid JSON"},
  };
  for (const auto& [text, message] : cases) {
    world().write("broken.jsonl", text);
    for (const auto& [program, config] : {std::pair("vrlt-train", "sft.yaml"),
                                          {"vrlt-select", "select.yaml"},
                                          {"vrlt-eval", "eval.yaml"}}) {
      const auto result =
          world().run(program, {config, "name=broken", "data.records=[broken.jsonl]"});
      EXPECT_EQ(result.exit_code, 65) << program;
      EXPECT_THAT(result.err, HasSubstr(message)) << program;
    }
  }
  EXPECT_FALSE(fs::exists(world().run_folder("broken")));
}

}  // namespace
}  // namespace vrlt::test
