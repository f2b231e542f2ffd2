#include "vrlt/evaluation/benchmark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/temporary_folder.h"
#include "vrlt/evaluation/compat_profile.h"
#include "vrlt/evaluation/strict_score.h"
#include "vrlt/io/files.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::evaluation {
namespace {

const BenchmarkEntry& row(const std::string& name) {
  for (const auto& entry : benchmark_table())
    if (name == entry.name) return entry;
  throw std::runtime_error(name);
}

data::Sample of(const char* name) {
  const auto& entry = row(name);
  return {.task = entry.task, .bench = entry.bench};
}

}  // namespace

// Every row: its names are unique and known, its task can be scored, its headline is a metric of its first profile and of the strict score.
TEST(BenchmarkTable, RowsAreSound) {
  std::set<std::string> names;
  for (const auto& entry : benchmark_table()) {
    SCOPED_TRACE(entry.name);
    EXPECT_TRUE(names.insert(entry.name).second);
    data::Sample sample = {.id = "s",
                           .task = entry.task,
                           .bench = entry.bench,
                           .duration = 30.0,
                           .options = {"a", "b"},
                           .answer_option = 1,
                           .answer_text = "yes",
                           .segments = {{1, 2}}};
    EXPECT_EQ(find_benchmark(sample), &entry);
    const auto has = [&](const SampleScore& score) {
      return std::any_of(score.metrics.begin(), score.metrics.end(), [&](const auto& metric) { return metric.first == entry.headline; });
    };
    for (const bool think : {false, true}) {
      const auto profiles = profile_names(entry, think, "auto_answer");
      for (const auto& name : profiles) EXPECT_NO_THROW(find_compat(name));
      if (std::string(entry.headline).empty()) continue;
      EXPECT_TRUE(has(find_strict(entry.task).score(sample, "B, 1 to 2")));
      EXPECT_TRUE(has(find_compat(profiles.at(0)).score(sample, "B, 1 to 2", 0)));
    }
  }
}

// The sizes as published (section 1).
TEST(BenchmarkTable, Sizes) {
  EXPECT_EQ(row("mvbench").num_samples, 20 * 200);
  EXPECT_EQ(row("videomme").num_samples, 3 * 900);
  EXPECT_EQ(row("tempcompass_mc").num_samples + row("tempcompass_yes_no").num_samples + row("tempcompass_caption_matching").num_samples +
                row("tempcompass_captioning").num_samples,
            7540);
  EXPECT_EQ(row("charades_sta").num_samples, 3720);
  EXPECT_EQ(row("anet_tvg").num_samples, 17031);
  EXPECT_EQ(find_benchmark({.task = data::Task::kOpen, .bench = "mvbench"}), nullptr);
}

TEST(ProfileNames, FollowThePrompt) {
  const auto& charades = row("charades_sta");
  EXPECT_EQ(profile_names(charades, false, "p_tvg_seed").at(0), "tvg.seed");
  EXPECT_EQ(profile_names(charades, true, "p_tvg_seed_r1").at(0), "tvg.seed_r1");
  const auto time_r1 = profile_names(charades, true, "p_tvg_t1_r");
  EXPECT_EQ(time_r1.at(0), "tvg.time_r1");
  EXPECT_EQ(std::count(time_r1.begin(), time_r1.end(), "tvg.time_r1"), 1);
  EXPECT_EQ(profile_names(row("nextgqa"), true, "p_tvg_t1_r").at(0), "gqa.nextgqa") << "of another kind of task";
}

// Files for the benchmarks' own programs; a question that was not answered is not in them, except ReXTime's, which wants every id.
class Submission : public testing::Test {
 protected:
  std::string text(const char* benchmark, const std::vector<data::Sample>& samples, const std::vector<Answer>& answers, const char* file) {
    std::vector<const data::Sample*> list;
    for (const auto& sample : samples) list.push_back(&sample);
    row(benchmark).submit(list, answers, folder_.path());
    return io::read_file(folder_.path() / file, 1 << 20);
  }
  test::TemporaryFolder folder_;
};

TEST_F(Submission, Grounding) {
  auto sample = of("charades_sta");
  sample.id = "charades_sta/test/AB1CD#0";
  sample.video = "Charades_v1_480/AB1CD.mp4";
  sample.question = "person says \"hi\"";
  sample.segments = {{24.3, 30.4}};
  const auto json = io::Json::parse(
      text("charades_sta", {sample}, {{.id = sample.id, .responses = {{"1 - 2"}}}}, "inference_results_temporal_grounding_charades.json"));
  EXPECT_EQ(json, (io::Json{{"AB1CD.mp4>>>person says \"hi\">>>[24.3, 30.4]", "1 - 2"}}));
  sample.record = {{"native", {{"timestamp_text", "[24.296875, 30.40625]"}}}, {"query_raw", " person says"}};
  const auto raw =
      text("charades_sta", {sample}, {{.id = sample.id, .responses = {{"1 - 2"}}}}, "inference_results_temporal_grounding_charades.json");
  EXPECT_THAT(raw, testing::HasSubstr("AB1CD.mp4>>> person says>>>[24.296875, 30.40625]"));
}

TEST_F(Submission, GroundedQuestions) {
  auto sample = of("nextgqa");
  sample.id = "nextgqa/test/123_4";
  sample.clip_start = 10;
  sample.options = {"x", "y"};
  sample.answer_option = 0;
  auto silent = sample;
  silent.id = "nextgqa/test/123_5";
  const std::vector<Answer> answers = {{.id = sample.id, .responses = {{"<answer>B</answer><glue>[(1.5, 2)]</glue>"}}}};
  EXPECT_EQ(io::Json::parse(text("nextgqa", {sample, silent}, answers, "nextgqa_grounding.json")), (io::Json{{"123_4", {11.5, 12.0}}}));
  EXPECT_EQ(io::Json::parse(text("nextgqa", {sample, silent}, answers, "nextgqa_qa.json")),
            (io::Json{{"123_4", {{"prediction", 1}, {"answer", 0}}}, {"123_5", {{"prediction", -1}, {"answer", 0}}}}))
      << "eval_next.py looks every question up";
  EXPECT_EQ(text("rextime", {sample, silent}, answers, "rextime_submission.jsonl"),
            "{\"qid\":\"123_4\",\"pred_relevant_windows\":[[11.5,12.0]],\"ans\":\"B\"}\n"
            "{\"qid\":\"123_5\",\"pred_relevant_windows\":[[0,0]],\"ans\":\"\"}\n");
}

TEST_F(Submission, TempCompassAndMvBench) {
  auto sample = of("tempcompass_yes_no");
  sample.id = "t/1";
  sample.video = "1000000001.mp4";
  sample.question = "Is it fast?";
  sample.groups = {{"dim", "speed"}};
  sample.record = {{"answer_raw", "yes"}, {"query_raw", "Is it fast? "}};
  EXPECT_EQ(io::Json::parse(text("tempcompass_yes_no", {sample}, {{.id = "t/1", .responses = {{"Yes"}}}}, "yes_no.json")),
            (io::Json{{"1000000001", {{"speed", {{{"question", "Is it fast? "}, {"answer", "yes"}, {"prediction", "Yes"}}}}}}}));
  auto choice = of("mvbench");
  choice.id = "m/1";
  choice.options = {"x", "y"};
  choice.answer_option = 1;
  choice.groups = {{"sub_task", "action_count"}};
  const auto json = io::Json::parse(text("mvbench", {choice}, {{.id = "m/1", .responses = {{"(B)"}}}}, "mvbench.json"));
  EXPECT_EQ(json["acc_dict"], (io::Json{{"action_count", {1, 1}}}));
  EXPECT_EQ(json["res_list"][0], (io::Json{{"pred", "(B)"}, {"gt", "(B) y"}}));
}

// The files of `vrlt-data export`: here only that the first response of each sample is in them.
TEST_F(Submission, FilesOfTheExporters) {
  auto choice = of("videomme");
  choice.id = "v/1";
  choice.options = {"x", "y"};
  choice.answer_option = 1;
  choice.groups = {{"duration", "short"}, {"domain", "d"}, {"sub_category", "s"}, {"task_type", "t"}};
  choice.record = {{"native", {{"video_id", "001"}, {"question_id", "001-1"}, {"id", "validation_1"}}}};
  const std::vector<Answer> answers = {{.id = "v/1", .responses = {{"B"}, {"A"}}}};
  EXPECT_EQ(io::Json::parse(text("videomme", {choice}, answers, "videomme_output.json"))[0]["questions"][0]["response"], "B");
  EXPECT_EQ(io::Json::parse(text("mmvu_mc", {choice}, answers, "mmvu_mc_output.json"))[0]["response"], "B");
  auto when = of("anet_rtl");
  when.id = "v/1";
  when.record = choice.record;
  EXPECT_EQ(io::Json::parse(text("anet_rtl", {when}, answers, "anet_rtl_answers.json"))[0]["text_out"], "B");
}

}  // namespace vrlt::evaluation
