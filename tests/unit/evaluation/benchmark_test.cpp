#include "vrlt/evaluation/benchmark.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "vrlt/data/exporter_table.h"
#include "vrlt/evaluation/compat_profile.h"
#include "vrlt/evaluation/strict_score.h"

namespace vrlt::evaluation {
namespace {

const BenchmarkEntry& row(const std::string& name) {
  for (const auto& entry : benchmark_table())
    if (name == entry.name) return entry;
  throw std::runtime_error(name);
}

}  // namespace

// Every row: its names are unique and known, its task can be scored, its headline is a metric of
// its first profile and of the strict score.
TEST(BenchmarkTable, RowsAreSound) {
  std::set<std::string> names;
  for (const auto& entry : benchmark_table()) {
    SCOPED_TRACE(entry.name);
    EXPECT_TRUE(names.insert(entry.name).second);
    data::Sample sample = {.id = "s",
                           .task = entry.task,
                           .bench = data::SharedText(entry.bench),
                           .duration = 30.0,
                           .options = {"a", "b"},
                           .answer_option = 1,
                           .answer_text = "yes",
                           .segments = {{1, 2}}};
    EXPECT_EQ(find_benchmark(sample, entry.with_subtitles), &entry);
    if (entry.exporter != nullptr) EXPECT_NO_THROW(data::find_exporter(entry.exporter));
    const auto has = [&](const SampleScore& score) {
      return std::any_of(score.metrics.begin(), score.metrics.end(),
                         [&](const auto& metric) { return metric.first == entry.headline; });
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

// The sizes as published (docs/spec/benchmarks.md#what-there-is).
TEST(BenchmarkTable, Sizes) {
  EXPECT_EQ(row("mvbench").num_samples, 20 * 200);
  EXPECT_EQ(row("videomme").num_samples, 3 * 900);
  EXPECT_EQ(row("tempcompass_mc").num_samples + row("tempcompass_yes_no").num_samples +
                row("tempcompass_caption_matching").num_samples +
                row("tempcompass_captioning").num_samples,
            7540);
  EXPECT_EQ(row("charades_sta").num_samples, 3720);
  EXPECT_EQ(row("anet_tvg").num_samples, 17031);
  EXPECT_EQ(find_benchmark({.task = data::Task::kOpen, .bench = data::SharedText("mvbench")}),
            nullptr);
}

// Two columns, which never mix. Where a benchmark has no column of its own, it is the one there is.
TEST(BenchmarkTable, SubtitlesAreAnotherColumn) {
  const data::Sample videomme = {.task = data::Task::kMultipleChoice,
                                 .bench = data::SharedText("videomme")},
                     mvbench = {.task = data::Task::kMultipleChoice,
                                .bench = data::SharedText("mvbench")};
  EXPECT_EQ(find_benchmark(videomme, false), &row("videomme"));
  EXPECT_EQ(find_benchmark(videomme, true), &row("videomme_subtitles"));
  EXPECT_EQ(row("videomme_subtitles").num_samples, 2700);
  EXPECT_EQ(find_benchmark(mvbench, true), &row("mvbench"));
}

TEST(ProfileNames, FollowThePrompt) {
  const auto& charades = row("charades_sta");
  EXPECT_EQ(profile_names(charades, false, "p_tvg_seed").at(0), "tvg.seed");
  EXPECT_EQ(profile_names(charades, true, "p_tvg_seed_r1").at(0), "tvg.seed_r1");
  const auto time_r1 = profile_names(charades, true, "p_tvg_t1_r");
  EXPECT_EQ(time_r1.at(0), "tvg.time_r1");
  EXPECT_EQ(std::count(time_r1.begin(), time_r1.end(), "tvg.time_r1"), 1);
  EXPECT_EQ(profile_names(row("mmvu_mc"), false, "p_mmvu_cot").at(0), "mcq.final_answer");
  EXPECT_EQ(profile_names(row("mmvu_mc"), false, "p_mmvu_direct").at(0), "mcq.exact_tag");
  EXPECT_EQ(profile_names(row("nextgqa"), true, "p_tvg_t1_r").at(0), "gqa.nextgqa")
      << "of another kind of task";
}

}  // namespace vrlt::evaluation
