// Evaluations that stand beside published numbers, or must not: profiles, counts, several answers,
// suites, comparisons.
#include <random>

#include "tests/e2e/app/small_world.h"
#include "tests/support/rank_processes.h"
#include "tests/support/test_folders.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const SmallWorld& world() { return SmallWorld::get(); }

/// The test records as if they were of published benchmarks: 2 of each. @return the override that
/// names them.
std::string benchmark_records() {
  const std::map<std::string, std::string> bench = {
      {"tvg", "charades_sta"}, {"mcq", "videomme"}, {"gqa", "nextgqa"}};
  std::string text;
  for (auto record : lines_of(world().folder() / "data/test.jsonl")) {
    record["bench"] = bench.at(record["task"].get<std::string>());
    const auto id = record["id"].get<std::string>(), video = record["video"].get<std::string>();
    const auto times = record.contains("segments") && record["segments"].is_array()
                           ? record["segments"].front().dump()
                           : "[]";
    record["native"] = {{"video", video}, {"timestamp_text", times}, {"vid", video}, {"qid", id}};
    text += io::to_line(record) + "\n";
  }
  world().write("benchmarks.jsonl", text);
  return "data.records=[benchmarks.jsonl]";
}

TEST(Benchmarks, TooFewRecordsGiveNoScore) {
  const auto result = world().run("vrlt-eval", {"eval.yaml", "name=few", benchmark_records()});
  EXPECT_EQ(result.exit_code, 83) << result.err;
  EXPECT_THAT(result.out, HasSubstr("charades_sta: 2 of 2 answered"));
  EXPECT_THAT(
      result.out,
      HasSubstr("not comparable with published numbers: 2 samples, the benchmark has 3720"));
  EXPECT_THAT(result.out, HasSubstr("no scores printed"));
  EXPECT_THAT(result.out, Not(HasSubstr("mIoU")));
  EXPECT_THAT(result.err, HasSubstr("the records are not the whole benchmark"));
  EXPECT_EQ(io::read_json(world().run_folder("few") / "charades_sta/results.json")["n_published"],
            3720);

  const auto partial =
      world().run("vrlt-eval", {"eval.yaml", "name=few", benchmark_records(), "--rescore",
                                "--allow-partial", "model.path=none"});
  EXPECT_EQ(partial.exit_code, 0) << partial.err;
  EXPECT_THAT(partial.out, AllOf(HasSubstr("tvg.seed"), HasSubstr("strict, all samples"),
                                 HasSubstr("by tvg.lmms_new: R1@0.3")));
  EXPECT_THAT(partial.out, HasSubstr("mcq.vmme_old"));
  const auto results = io::read_json(world().run_folder("few") / "nextgqa/results.json");
  EXPECT_EQ(results["compat_profile"], "gqa.nextgqa");
  EXPECT_TRUE(results["compat"]["gqa.nextgqa"]["metrics"].contains("accuracy"));
  EXPECT_EQ(
      io::read_json(world().run_folder("few") / "submissions/nextgqa/grounding.json").is_object(),
      true);
  const auto submission = io::read_json(
      world().run_folder("few") / "submissions/inference_results_temporal_grounding_charades.json");
  EXPECT_EQ(submission.size(), 2u);
  EXPECT_THAT(submission.begin().key(), testing::MatchesRegex(".*[.]mp4>>>.*>>>\\[.*,.*\\]"));
}

// For a split whose labels are hidden: answers and submission files; the same answers are scored
// when asked for.
TEST(Benchmarks, PredictionsWithoutScores) {
  const auto predicted = world().run(
      "vrlt-eval", {"eval.yaml", "name=predicted", benchmark_records(), "--predict-only"});
  EXPECT_EQ(predicted.exit_code, 0) << predicted.err;
  EXPECT_THAT(predicted.out, AllOf(HasSubstr("charades_sta: 2 of 2 answered"),
                                   HasSubstr("no scores asked for"), Not(HasSubstr("mIoU"))));
  const auto run = world().run_folder("predicted");
  EXPECT_FALSE(io::read_json(run / "charades_sta/results.json").contains("metrics"));
  EXPECT_FALSE(lines_of(run / "charades_sta/samples.jsonl").front().contains("strict"));
  EXPECT_TRUE(fs::exists(run / "submissions/inference_results_temporal_grounding_charades.json"));
  const auto scored = world().run("vrlt-eval", {"eval.yaml", "name=predicted", benchmark_records(),
                                                "--rescore", "--allow-partial"});
  EXPECT_EQ(scored.exit_code, 0) << scored.err;
  EXPECT_THAT(scored.out, HasSubstr("mIoU"));
}

// Both columns of Video-MME, and the prompt that begins the answer.
TEST(Benchmarks, SubtitlesAreAColumnOfTheirOwn) {
  const auto with = world().run("vrlt-eval", {"eval.yaml", "name=subtitled", benchmark_records(),
                                              "data.prompt=p_vmme_lmms_sub", "--allow-partial"});
  EXPECT_EQ(with.exit_code, 0) << with.err;
  EXPECT_THAT(with.out, AllOf(HasSubstr("videomme_subtitles: 2 of 2 answered"),
                              Not(HasSubstr("videomme: "))));
  const auto useless = world().run("vrlt-eval", {"eval.yaml", "name=useless", "subtitle_frames=8"});
  EXPECT_EQ(useless.exit_code, 2);
  EXPECT_THAT(useless.err, HasSubstr("data.prompt auto_short shows no subtitles"));
  const auto begun = world().run("vrlt-eval", {"eval.yaml", "name=begun", benchmark_records(),
                                               "data.prompt=p_mvb_off", "--allow-partial"});
  EXPECT_EQ(begun.exit_code, 0) << begun.err;
  EXPECT_THAT(lines_of(world().run_folder("begun") / "videomme/samples.jsonl")
                  .front()["read_as"]
                  .get<std::string>(),
              testing::StartsWith("("));
}

// What people make tables of, and what lmms-eval's tools read.
TEST(Benchmarks, ScoresInOtherForms) {
  ASSERT_EQ(
      world()
          .run("vrlt-eval", {"eval.yaml", "name=tabled", benchmark_records(), "--allow-partial"})
          .exit_code,
      0);
  const auto result = world().run("vrlt-report", {"runs/tabled", "--csv", "t.csv", "--md", "t.md",
                                                  "--lmms-format", "lmms", "--output", "t.html"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(text_of(world().folder() / "t.csv"),
              HasSubstr("tabled,charades_sta,auto_short,tvg.seed,1,mIoU,"));
  EXPECT_THAT(text_of(world().folder() / "t.md"),
              HasSubstr("| tabled | videomme | auto_short | mcq.vmme_old | 0 | accuracy |"));
  EXPECT_TRUE(fs::exists(world().folder() / "t.html"));
  std::map<std::string, fs::path> files;  // without the time
  for (const auto& entry : fs::directory_iterator(world().folder() / "lmms/tabled"))
    files[entry.path().filename().string().substr(std::string("YYYYMMDD_HHMMSS_").size())] =
        entry.path();
  const auto results = io::read_json(files.at("results.json"));
  EXPECT_TRUE(results["results"]["charades_sta"].contains("mIoU,tvg.seed"));
  EXPECT_EQ(results["n-samples"]["charades_sta"], (io::Json{{"original", 3720}, {"effective", 2}}));
  const auto lines = lines_of(files.at("samples_videomme.jsonl"));
  ASSERT_EQ(lines.size(), 2u);
  for (const char* key : {"doc_id", "doc", "target", "input", "resps", "filtered_resps", "doc_hash",
                          "prompt_hash", "target_hash", "accuracy"})
    EXPECT_TRUE(lines[0].contains(key)) << key;
  EXPECT_EQ(lines[0]["doc_hash"].get<std::string>().size(), 64u);
  const auto nothing = world().run("vrlt-report", {"--csv", "none.csv"});
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("no run folder given"));
}

TEST(Benchmarks, LimitAndIdsAreMarked) {
  const auto limited =
      world().run("vrlt-eval", {"eval.yaml", "name=limited", benchmark_records(), "--limit", "4"});
  EXPECT_EQ(limited.exit_code, 0) << limited.err;
  EXPECT_THAT(limited.out, AllOf(HasSubstr("not comparable"), HasSubstr("mIoU")));
  const auto ids = lines_of(world().folder() / "benchmarks.jsonl");
  const auto id = ids[3]["id"].get<std::string>();
  const auto one = world().run(
      "vrlt-eval", {"eval.yaml", "name=one-id", "--ids", id, "data.records=[data/test.jsonl]"});
  EXPECT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("1 of 1 answered"));
  world().write("ids.txt", id + "\r\n\n" + ids[0]["id"].get<std::string>() + "\n");
  const auto listed = world().run("vrlt-eval", {"eval.yaml", "name=listed", "--ids", "ids.txt",
                                                "data.records=[data/test.jsonl]"});
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_THAT(listed.out, HasSubstr("tvg: 2 of 2 answered"));
  const auto unknown = world().run("vrlt-eval", {"eval.yaml", "name=no-id", "--ids", "nobody",
                                                 "data.records=[data/test.jsonl]"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("no record has the id \"nobody\""));
}

// What costs most comes first, so that ranks finish together.
TEST(Benchmarks, LongClipsAreAskedFirst) {
  std::string text;
  std::vector<std::string> ids;
  for (auto record : lines_of(world().folder() / "data/test.jsonl")) {
    if (record["task"] != "mcq") continue;
    if (ids.empty()) record["clip_end"] = 3.0;
    ids.push_back(record["id"].get<std::string>());
    text += io::to_line(record) + "\n";
  }
  ASSERT_EQ(ids.size(), 2u);
  world().write("costs.jsonl", text);
  const auto result = world().run(
      "vrlt-eval", {"eval.yaml", "name=costs", "data.records=[costs.jsonl]", "video.max_frames=8"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto lines = lines_of(world().run_folder("costs") / "mcq/samples.jsonl");
  EXPECT_EQ(lines[0]["id"], ids[1]);
  EXPECT_EQ(lines[1]["id"], ids[0]);
  // Clips of 8 and 3 s at 1 frame per second; at least 4 frames are taken.
  EXPECT_EQ(lines[0]["input"]["n_frames"], 8);
  EXPECT_EQ(lines[1]["input"]["n_frames"], 4);
  EXPECT_EQ(lines[0]["input"]["prompt_id"], "auto_short");
  EXPECT_GT(lines[0]["input"]["n_prompt_tok"], lines[1]["input"]["n_prompt_tok"]);
}

TEST(Benchmarks, SeveralAnswersToAQuestion) {
  const std::vector<std::string> arguments = {"eval.yaml", "name=avg",
                                              "data.records=[data/test.jsonl]",
                                              "generation.samples=3", "generation.temperature=1"};
  const auto result = world().run("vrlt-eval", arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("avg@3"));
  EXPECT_THAT(result.err, AllOf(HasSubstr("tokens/s"), HasSubstr("% reading videos")));
  for (const auto& line : lines_of(world().run_folder("avg") / "tvg/samples.jsonl"))
    EXPECT_EQ(line["responses"].size(), 3u);
  EXPECT_EQ(io::read_json(world().run_folder("avg") / "tvg/results.json")["n_responses"], 6);
  const auto greedy = world().run("vrlt-eval", {"eval.yaml", "name=same", "generation.samples=3"});
  EXPECT_EQ(greedy.exit_code, 2);
  EXPECT_THAT(greedy.err, HasSubstr("several greedy answers are the same answer"));
}

TEST(Benchmarks, ComparisonTellsSettingsBeforeScores) {
  ASSERT_EQ(world().run("vrlt-eval", {"eval.yaml", "name=before"}).exit_code, 0);
  ASSERT_EQ(world()
                .run("vrlt-eval", {"eval.yaml", "name=after", "generation.max_new_tokens=8"})
                .exit_code,
            0);
  const auto result = world().run("vrlt-eval", {"compare", "runs/before", "runs/after"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const size_t setting = result.out.find("settings differ: generation.max_new_tokens: 24 -> 8");
  ASSERT_NE(setting, std::string::npos) << result.out;
  EXPECT_LT(setting, result.out.find("mIoU"));
  const auto report = world().run(
      "vrlt-report", {"--compare", "runs/before", "runs/after", "--output", "compared.html"});
  EXPECT_EQ(report.exit_code, 0) << report.err;
  EXPECT_THAT(text_of(world().folder() / "compared.html"),
              AllOf(HasSubstr("paired difference from"), HasSubstr("generation.max_new_tokens")));

  ASSERT_EQ(world().run("vrlt-eval", {"eval.yaml", "name=fewer", "--limit", "6"}).exit_code, 0);
  const auto refused = world().run("vrlt-eval", {"compare", "runs/before", "runs/fewer"});
  EXPECT_EQ(refused.exit_code, 65);
  EXPECT_THAT(refused.err, HasSubstr("they are of different samples"));
}

TEST(Benchmarks, ASuiteRunsItsEvaluations) {
  const auto config = text_of(world().folder() / "eval.yaml");
  io::create_folders(world().folder() / "suite");
  world().write("suite/one.yaml", config);
  world().write("suite/two.yaml", config);
  world().write("suite/both.yaml", "name: both\nevals: [one.yaml, two.yaml]\n");
  const auto result =
      world().run("vrlt-eval", {"suite", "suite/both.yaml", "data.records=[data/test.jsonl]"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  expect_same_file(world().run_folder("both/one") / "tvg/results.json",
                   world().run_folder("both/two") / "tvg/results.json");
  const auto plain =
      world().run("vrlt-eval", {"suite/both.yaml", "data.records=[data/test.jsonl]", "--dry-run"});
  EXPECT_EQ(plain.exit_code, 0) << "the word is not needed: " << plain.err;
  const auto mistake = world().run("vrlt-eval", {"suite", "suite/both.yaml", "batsh=1"});
  EXPECT_EQ(mistake.exit_code, 2);
  EXPECT_THAT(mistake.err, HasSubstr("did you mean \"batch\"?"));
}

// The suites and configs that come with the program.
TEST(Benchmarks, ConfigsOfTheRepositoryAreSound) {
  const auto configs = test::tests_dir().parent_path() / "configs/eval";
  for (const char* config : {"charades", "videomme_both", "mmvu_mc_cot", "mvbench_official"}) {
    const auto result =
        world().run("vrlt-eval", {(configs / config).string() + ".yaml", "--print-config"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  for (const char* suite : {"temporal_rlt", "brief8"}) {
    const auto result =
        world().run("vrlt-eval", {(configs / suite).string() + ".yaml", "--print-config"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    size_t evaluations = 0;
    for (size_t i = result.out.find("\nmodel:"); i != std::string::npos;
         i = result.out.find("\nmodel:", i + 1))
      ++evaluations;
    EXPECT_EQ(evaluations, 8u) << suite;
  }
}

constexpr const char* kTasks[] = {"mcq", "tvg", "gqa"};

uintmax_t stored_bytes(const fs::path& run) {
  uintmax_t bytes = 0;
  for (const char* task : kTasks) {
    std::error_code error;
    const auto size = fs::file_size(run / task / "samples.jsonl", error);
    if (!error) bytes += size;
  }
  return bytes;
}

/// Runs on `ranks` processes until it ends, or is killed once so many more bytes are stored.
/// @return whether it was killed.
bool run_or_kill(int ranks, const std::vector<std::string>& arguments, const fs::path& run,
                 uintmax_t more) {
  RankProcesses processes(ranks, world().options());
  processes.start_all(SmallWorld::program("vrlt-eval"), arguments);
  const auto before = stored_bytes(run);
  const bool alive = processes[0].wait_until([&] { return stored_bytes(run) >= before + more; });
  if (alive)
    for (int rank = 0; rank < ranks; ++rank) processes[rank].send(SIGKILL);
  return processes.wait()[0].signal == SIGKILL;
}

// Killed 20 times at different places, on one rank and on two in turn: the store of an undisturbed
// run, no line lost or doubled, and its results.
TEST(Benchmarks, KilledOnOneAndTwoRanksEndsAsUndisturbed) {
  constexpr int kKills = 20;
  ASSERT_EQ(world().run("vrlt-eval", {"eval.yaml", "name=undisturbed"}).exit_code, 0);
  const auto undisturbed = world().run_folder("undisturbed");
  const auto all = stored_bytes(undisturbed);
  std::mt19937 random(20250601);  // fixed: the same plan of kills every time
  int kills = 0;
  for (int i = 0; kills < kKills && i < kKills; ++i) {
    const auto name = "disturbed-" + std::to_string(i);
    const auto run = world().run_folder(name);
    // Every fifth kill falls into the start, the others into the next quarter of the work.
    const auto next_kill = [&] {
      return kills >= kKills ? all + 1 : kills % 5 == 4 ? 0 : random() % (all / 4);
    };
    while (run_or_kill(1 + kills % 2, {"eval.yaml", "name=" + name}, run, next_kill())) ++kills;
    for (const std::string task : kTasks)
      for (const char* file : {"samples.jsonl", "results.json"})
        expect_same_file(undisturbed / task / file, run / task / file);
  }
  EXPECT_EQ(kills, kKills);
}

}  // namespace
}  // namespace vrlt::test
