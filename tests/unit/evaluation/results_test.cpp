#include "vrlt/evaluation/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "vrlt/core/error.h"

namespace vrlt::evaluation {
namespace {

data::Sample choice(const std::string& id, const std::string& video, int64_t right) {
  return {.id = id,
          .task = data::Task::kMultipleChoice,
          .options = {"red", "blue"},
          .answer_option = right,
          .cluster = data::SharedText(video),
          .groups = {{"kind", "color"}}};
}

data::Sample grounding(const std::string& id) {
  return {.id = id,
          .task = data::Task::kTemporalGrounding,
          .segments = {{10, 20}},
          .cluster = data::SharedText(id)};
}

std::vector<const data::Sample*> pointers(const std::vector<data::Sample>& samples) {
  std::vector<const data::Sample*> list;
  for (const auto& sample : samples) list.push_back(&sample);
  return list;
}

double value(const io::Json& results, const char* metric) {
  return results.at("metrics").at(metric).at("value").get<double>();
}

}  // namespace

TEST(Summarize, CountsAndMeans) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v1", 1),
                                             choice("3", "v2", 1), choice("4", "v3", 0)};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"<answer>A</answer>", false, 3}}},
                                       {.id = "2", .responses = {{"<answer>A</answer>", false, 3}}},
                                       {.id = "3", .responses = {{"no idea", true, 8}}},
                                       {.id = "4", .responses = {{"(A)", false, 2}}}};
  const auto results = summarize(pointers(samples), answers, {});
  EXPECT_EQ(results.at("n_expected"), 4);
  EXPECT_EQ(results.at("n_done"), 4);
  EXPECT_EQ(results.at("n_error"), 0);
  EXPECT_EQ(results.at("n_missing"), 0);
  EXPECT_EQ(results.at("n_parse_fail"), 1);
  EXPECT_EQ(results.at("parse_failure_rate"), 0.25);
  EXPECT_EQ(results.at("truncation_rate"), 0.25);
  EXPECT_EQ(results.at("mean_tokens"), 4.0);
  EXPECT_EQ(value(results, "accuracy"), 0.5) << "an unreadable answer is a wrong one";
  EXPECT_EQ(value(results, "format"), 0.5);
  EXPECT_EQ(results.at("parse_failures").at("no_option"), 1);
  EXPECT_EQ(results.at("groups").at("kind=color").at("accuracy").at("value"), 0.5);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("n"), 4);
}

// A sample that could not be asked, or was not yet, must not pass for a wrong answer: it is
// counted, and left out of the mean.
TEST(Summarize, UnansweredSamplesAreNeverZeros) {
  const std::vector<data::Sample> samples = {choice("1", "v", 0), choice("2", "v", 0),
                                             choice("3", "v", 0)};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"<answer>A</answer>"}}},
                                       {.id = "2", .error = "v.mp4: cannot decode"}};
  const auto results = summarize(pointers(samples), answers, {});
  EXPECT_EQ(results.at("n_expected"), 3);
  EXPECT_EQ(results.at("n_done"), 1);
  EXPECT_EQ(results.at("n_error"), 1);
  EXPECT_EQ(results.at("n_missing"), 1);
  EXPECT_EQ(value(results, "accuracy"), 1.0);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("n"), 1);
  EXPECT_EQ(results.at("n_parse_fail"), 0);
}

// Hidden labels: the answer goes into a submission file, and no score is made up.
TEST(Summarize, UnlabelledSamplesAreNeverZeros) {
  std::vector<data::Sample> samples = {choice("1", "v", 0), choice("2", "v", 0)};
  samples[1].answer_option.reset();
  const auto results = summarize(pointers(samples),
                                 {{.id = "1", .responses = {{"<answer>A</answer>"}}},
                                  {.id = "2", .responses = {{"<answer>B</answer>"}}}},
                                 {});
  EXPECT_EQ(results.at("n_unlabelled"), 1);
  EXPECT_EQ(value(results, "accuracy"), 1.0);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("n"), 1);
}

TEST(Summarize, NothingAnswered) {
  const std::vector<data::Sample> samples = {choice("1", "v", 0)};
  const auto results = summarize(pointers(samples), {}, {});
  EXPECT_EQ(results.at("n_missing"), 1);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("n"), 0);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("unanswered_as_zero").at("n"), 1);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("unanswered_as_zero").at("value"), 0.0);
  EXPECT_EQ(results.at("mean_tokens"), 0.0);
}

TEST(Summarize, GroundingMetrics) {
  const std::vector<data::Sample> samples = {grounding("1"), grounding("2"), grounding("3"),
                                             grounding("4")};
  // IoU 1, 0.6, 0.3 and 0
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"<answer>10 to 20</answer>"}}},
                                       {.id = "2", .responses = {{"<answer>12 to 18</answer>"}}},
                                       {.id = "3", .responses = {{"<answer>14 to 17</answer>"}}},
                                       {.id = "4", .responses = {{"<answer>40 to 50</answer>"}}}};
  const auto results = summarize(pointers(samples), answers, {});
  EXPECT_NEAR(value(results, "mIoU"), 1.9 / 4, 1e-12);
  EXPECT_EQ(value(results, "R1@0.3"), 0.75) << "the boundary counts";
  EXPECT_EQ(value(results, "R1@0.5"), 0.5);
  EXPECT_EQ(value(results, "R1@0.7"), 0.25);
}

TEST(Summarize, TheFormatMetricFollowsThePrompt) {
  const std::vector<data::Sample> samples = {grounding("1")};
  const std::vector<Answer> answers = {
      {.id = "1", .responses = {{"<think>t</think><answer>10 to 20</answer>"}}}};
  EXPECT_EQ(
      value(summarize(pointers(samples), answers, {.prompt = &data::find_prompt("auto_think")}),
            "format"),
      1.0);
  EXPECT_EQ(value(summarize(pointers(samples), answers, {}), "format"), 0.0);
}

TEST(Summarize, SeveralResponsesCountWithTheirMean) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v2", 1)};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"A"}, {"A"}, {"B"}, {"?"}}},
                                       {.id = "2", .responses = {{"B"}, {"B"}, {"B"}, {"B"}}}};
  const auto results = summarize(pointers(samples), answers, {});
  EXPECT_EQ(value(results, "accuracy"), 0.75);  // (1/2 + 1) / 2
  EXPECT_EQ(results.at("n_responses"), 8);
  EXPECT_EQ(results.at("parse_failure_rate"), 0.125);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("n"), 2);
}

// The notebook of MVBench begins the answer with "Best option:(" and reads "(" and what follows, to
// the end of the line.
TEST(Summarize, ScoresWhatTheAuthorsRead) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 1), choice("2", "v2", 1)};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"B) blue\nAnswer: A"}}},
                                       {.id = "2", .responses = {{""}}}};
  const Scoring begun{.profiles = {&find_compat("mcq.mvb_off")},
                      .prompt = &data::find_prompt("p_mvb_off")};
  const auto results = summarize(pointers(samples), answers, begun);
  EXPECT_EQ(value(results, "accuracy"), 0.5) << "(B) blue; the bracket alone is no option";
  EXPECT_EQ(results.at("compat").at("mcq.mvb_off").at("metrics").at("accuracy").at("value"), 1.0)
      << "the bracket is a part of (b)";
  EXPECT_EQ(results.at("compat").at("mcq.mvb_off").at("n_right_though_empty"), 1);
  EXPECT_EQ(value(summarize(pointers(samples), answers, {}), "accuracy"), 0.0)
      << "the line behind says A";
  const auto line = to_json(answers[0], samples[0], begun);
  EXPECT_EQ(line.at("text"), "B) blue\nAnswer: A");
  EXPECT_EQ(line.at("read_as"), "(B) blue");
  EXPECT_EQ(line.at("compat").at("score").at("accuracy"), 1.0);
  EXPECT_FALSE(to_json(answers[0], samples[0], {}).contains("read_as"));
  auto own = samples[0];
  own.prompt = "p_mvb_lmms";
  EXPECT_FALSE(to_json(answers[0], own, begun).contains("read_as")) << "the prompt of the record";
}

TEST(Summarize, PredictionsHaveNoScores) {
  auto hidden = choice("2", "v2", 0);
  hidden.answer_option.reset();
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), hidden};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"A"}}},
                                       {.id = "2", .responses = {{"?"}}}};
  const Scoring scoring{.profiles = {&find_compat("mcq.vmme_old")}, .predict_only = true};
  const auto results = summarize(pointers(samples), answers, scoring);
  EXPECT_EQ(results.at("n_done"), 2);
  EXPECT_EQ(results.at("n_unlabelled"), 1);
  EXPECT_EQ(results.at("parse_failures"), (io::Json{{"no_option", 1}}));
  for (const char* scores : {"metrics", "groups", "compat", "blind", "parser_gap"})
    EXPECT_FALSE(results.contains(scores)) << scores;
  const auto line = to_json(answers[0], samples[0], scoring);
  EXPECT_EQ(line.at("parsed").at("option"), 0);
  EXPECT_FALSE(line.contains("strict") || line.contains("compat")) << line;
}

// Table 9.7 of the specification.

double compat_value(const io::Json& results, const char* profile, const char* metric) {
  return results.at("compat").at(profile).at("metrics").at(metric).at("value").get<double>();
}

Scoring by(const std::vector<std::string>& profiles) {
  Scoring scoring;
  for (const auto& name : profiles) scoring.profiles.push_back(&find_compat(name));
  return scoring;
}

data::Sample grounded(const std::string& id) {
  return {.id = id,
          .task = data::Task::kGroundedQa,
          .options = {"red", "blue"},
          .answer_option = 1,
          .segments = {{10, 20}},
          .cluster = data::SharedText(id)};
}

TEST(Denominators, AMissingIdIsSkippedOrZeroAsTheAuthorsDo) {
  const std::vector<data::Sample> samples = {grounded("1"), grounded("2")};
  const auto results = summarize(pointers(samples), {{.id = "1", .responses = {{"B, 10 - 20"}}}},
                                 by({"gqa.nextgqa", "gqa.rextime"}));
  EXPECT_EQ(compat_value(results, "gqa.nextgqa", "mIoU"), 1.0) << "skipped";
  EXPECT_EQ(results.at("compat").at("gqa.nextgqa").at("metrics").at("mIoU").at("n"), 1)
      << "and told";
  EXPECT_EQ(compat_value(results, "gqa.rextime", "mIoU"), 0.5);
  EXPECT_EQ(results.at("metrics").at("mIoU").at("unanswered_as_zero").at("value"), 0.5);
}

TEST(Denominators, OfOneKeyTwiceSomeAuthorsKeepTheLast) {
  std::vector<data::Sample> samples = {grounding("1"), grounding("2"), grounding("3")};
  samples[2].question = "another";
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"1 - 2"}}},
                                       {.id = "2", .responses = {{"10 - 20"}}},
                                       {.id = "3", .responses = {{"1 - 2"}}}};
  const auto results = summarize(pointers(samples), answers, by({"tvg.seed", "tvg.to_and"}));
  EXPECT_EQ(compat_value(results, "tvg.seed", "mIoU"), 0.5)
      << "the last counts, the denominator shrinks";
  EXPECT_EQ(results.at("compat").at("tvg.seed").at("n_duplicates_dropped"), 1);
  EXPECT_EQ(results.at("compat").at("tvg.to_and").at("metrics").at("mIoU").at("n"), 3);
  EXPECT_NEAR(value(results, "mIoU"), 1.0 / 3, 1e-15);
}

TEST(Denominators, WhatEmptyResponsesAreWorthIsTold) {
  std::vector<data::Sample> samples;
  std::vector<Answer> answers;
  for (int i = 0; i < 4000; ++i) {
    samples.push_back(choice(std::to_string(i), "v", 0));
    // 60 % of 3960
    answers.push_back({.id = samples.back().id,
                       .responses = {{i < 40          ? ""
                                      : i < 40 + 2376 ? "A"
                                                      : "B"}}});
  }
  const auto results = summarize(pointers(samples), answers, by({"mcq.mvb_lmms", "mcq.mvb_off"}));
  EXPECT_NEAR(compat_value(results, "mcq.mvb_lmms", "accuracy"), 0.600, 1e-12);
  EXPECT_NEAR(compat_value(results, "mcq.mvb_off", "accuracy"), 0.604, 1e-12);
  EXPECT_EQ(results.at("compat").at("mcq.mvb_off").at("n_right_though_empty"), 40);
  EXPECT_NEAR(value(results, "accuracy"), 0.594, 1e-12);
  EXPECT_NEAR(results.at("parser_gap").get<double>(), 0.006, 1e-12);
  EXPECT_EQ(results.at("compat_profile"), "mcq.mvb_lmms");
}

TEST(Denominators, AMeanOverVideosStandsBesideTheMeanOverQuestions) {
  std::vector<data::Sample> samples;
  std::vector<Answer> answers;
  for (const char* id : {"1", "2", "3", "4"}) {
    samples.push_back(grounding(id));
    samples.back().task = data::Task::kReasoningLocalization;
    samples.back().cluster = samples.back().id == "4" ? "second" : "first";
    answers.push_back(
        {.id = id, .responses = {{samples.back().id == "4" ? "<40> <50>" : "<10> <20>"}}});
  }
  auto scoring = by({"rtl.lita"});
  scoring.macro_over = "video";
  const auto results = summarize(pointers(samples), answers, scoring);
  EXPECT_EQ(compat_value(results, "rtl.lita", "mIoU"), 0.5);
  EXPECT_EQ(results.at("compat").at("rtl.lita").at("mean_over"), "videos");
  EXPECT_EQ(value(results, "mIoU"), 0.75) << "micro";
  EXPECT_EQ(results.at("macro").at("mIoU").at("value"), 0.5);
}

// A judge that fails: 0, or as the scripts of the authors do it. TempCompass adds its rating -1 up,
// VLMEvalKit takes -1 for right in MVBench. What a rule can read is not for the judge.
TEST(Denominators, AJudgeThatFailsGivesZeroOrWhatTheAuthorsMakeOfIt) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v2", 0),
                                             choice("3", "v3", 0), choice("4", "v4", 0)};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"A"}}},
                                       {.id = "2", .responses = {{"A"}}},
                                       {.id = "3", .responses = {{"B"}}},
                                       {.id = "4", .responses = {{"I cannot tell."}}}};
  auto scoring = by({"mcq.tempcompass", "mcq.mvb_off", "mcq.vmme_old"});
  for (const char* profile : {"mcq.tempcompass", "mcq.mvb_off", "mcq.vmme_old"})
    EXPECT_EQ(compat_value(summarize(pointers(samples), answers, scoring), profile, "accuracy"),
              0.5)
        << profile;
  scoring.official_judge_bug = true;
  const auto results = summarize(pointers(samples), answers, scoring);
  EXPECT_EQ(compat_value(results, "mcq.tempcompass", "accuracy"), 0.25) << "(1 + 1 + 0 - 1) / 4";
  EXPECT_EQ(compat_value(results, "mcq.mvb_off", "accuracy"), 0.75) << "(1 + 1 + 0 + 1) / 4";
  EXPECT_EQ(compat_value(results, "mcq.vmme_old", "accuracy"), 0.5) << "has no judge";
  EXPECT_EQ(value(results, "accuracy"), 0.5) << "the strict score knows no judge";
  EXPECT_EQ(results.at("compat").at("mcq.mvb_off").at("unmatched").at("no_option"), 1);
}

// lmms-eval finds "Multilingual" in the joined names of both samples of that domain; the fields
// tell one.
TEST(Denominators, GroupsBySubstringOnlyWhereAsked) {
  std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v2", 0),
                                       choice("3", "v3", 0)};
  samples[0].groups = {{"domain", "Multilingual"}, {"sub_category", "Multilingual"}};
  samples[1].groups = {{"domain", "Multilingual"}, {"sub_category", "Other"}};
  samples[2].groups = {{"domain", "Knowledge"}, {"sub_category", "Law"}};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"A"}}},
                                       {.id = "2", .responses = {{"B"}}},
                                       {.id = "3", .responses = {{"A"}}}};
  const auto of_group = [](const io::Json& groups) {
    return groups.at("sub_category=Multilingual").at("accuracy");
  };
  auto scoring = by({"mcq.vmme_old"});
  EXPECT_EQ(of_group(summarize(pointers(samples), answers, scoring)
                         .at("compat")
                         .at("mcq.vmme_old")
                         .at("groups"))
                .at("value"),
            1.0);
  scoring.substring_groups = true;
  const auto results = summarize(pointers(samples), answers, scoring);
  EXPECT_EQ(of_group(results.at("compat").at("mcq.vmme_old").at("groups")).at("value"), 0.5);
  EXPECT_EQ(of_group(results.at("compat").at("mcq.vmme_old").at("groups")).at("n"), 2);
  EXPECT_EQ(results.at("compat")
                .at("mcq.vmme_old")
                .at("groups")
                .at("sub_category=Law")
                .at("accuracy")
                .at("n"),
            1);
  EXPECT_EQ(of_group(results.at("groups")).at("value"), 1.0) << "the strict score takes the fields";
  EXPECT_EQ(compat_value(results, "mcq.vmme_old", "accuracy"), 2.0 / 3)
      << "the whole stays what it was";
}

TEST(Denominators, OfTwoOptionsOfOneTextEitherIsRight) {
  auto sample = choice("1", "v", 0);
  sample.options = {"red", "red", "blue"};
  const auto results =
      summarize({&sample}, {{.id = "1", .responses = {{"B"}}}}, by({"mcq.vmme_old"}));
  EXPECT_EQ(value(results, "accuracy"), 1.0) << "either is right";
  EXPECT_EQ(compat_value(results, "mcq.vmme_old", "accuracy"), 0.0) << "the first is the truth";
}

TEST(Denominators, AnUnreadableVideoIsNoEmptyAnswer) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v2", 0)};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"A"}}},
                                       {.id = "2", .error = "broken"}};
  const auto results = summarize(pointers(samples), answers, by({"mcq.mvb_off", "mcq.paren_last"}));
  EXPECT_EQ(compat_value(results, "mcq.mvb_off", "accuracy"), 0.5) << "no empty answer";
  EXPECT_EQ(compat_value(results, "mcq.paren_last", "accuracy"), 1.0) << "Time-R1 leaves it out";
  EXPECT_EQ(results.at("metrics").at("accuracy").at("unanswered_as_zero").at("value"), 0.5);
}

TEST(Denominators, WhereEverythingFailsTheScoreIsZeroOverAll) {
  std::vector<data::Sample> samples = {grounding("1"), grounding("2")};
  samples[1].question = "another";
  const auto results = summarize(
      pointers(samples), {{.id = "1", .responses = {{""}}}, {.id = "2", .responses = {{"?"}}}},
      by({"tvg.seed", "tvg.to_and"}));
  for (const char* profile : {"tvg.seed", "tvg.to_and"}) {
    EXPECT_EQ(compat_value(results, profile, "mIoU"), 0.0);
    EXPECT_EQ(results.at("compat").at(profile).at("metrics").at("mIoU").at("n"), 2);
  }
  EXPECT_EQ(results.at("parse_failures"), (io::Json{{"empty", 1}, {"no_span", 1}}));
}

TEST(Denominators, ATruthBeyondTheVideoStaysAndIsFlagged) {
  auto sample = grounding("1");
  sample.duration = 15;
  const auto results =
      summarize({&sample}, {{.id = "1", .responses = {{"10 - 20"}}}}, by({"tvg.seed"}));
  EXPECT_EQ(compat_value(results, "tvg.seed", "mIoU"), 1.0);
  EXPECT_EQ(value(results, "mIoU"), 1.0);
  EXPECT_EQ(results.at("flags"), (io::Json{{"out_of_range", 1}}));
}

TEST(Denominators, OfTwoAnswerBlocksTheLastIsRead) {
  const data::Sample sample = choice("1", "v", 1);
  const auto results =
      summarize({&sample}, {{.id = "1", .responses = {{"<answer>A</answer><answer>B</answer>"}}}},
                by({"mcq.exact_tag"}));
  EXPECT_EQ(compat_value(results, "mcq.exact_tag", "accuracy"), 0.0) << "Video-R1 takes the first";
  EXPECT_EQ(value(results, "accuracy"), 1.0) << "ours the last";
}

// docs/spec/benchmarks.md#prompts: the tasks of TempCompass averaged over all questions, each by
// the rules of its own script.
TEST(Pooled, TempCompass) {
  std::vector<data::Sample> samples = {choice("1", "v1", 1),
                                       {.id = "2",
                                        .task = data::Task::kYesNo,
                                        .answer_text = "no",
                                        .cluster = data::SharedText("v2")},
                                       {.id = "3",
                                        .task = data::Task::kCaptionMatch,
                                        .options = {"He runs.", "He walks."},
                                        .answer_option = 0,
                                        .cluster = data::SharedText("v3")},
                                       choice("4", "v4", 0)};
  const std::vector<Answer> answers = {{.id = "1", .responses = {{"B. blue"}}},
                                       {.id = "2", .responses = {{"No, it is not."}}},
                                       {.id = "3", .responses = {{"He runs."}}},
                                       {.id = "4", .responses = {{"yes"}}}};
  const auto results = summarize(pointers(samples), answers, by({"tempcompass"}));
  EXPECT_EQ(compat_value(results, "tempcompass", "accuracy"), 0.75);
  EXPECT_EQ(results.at("compat").at("tempcompass").at("unmatched").at("no_option"), 1);
}

TEST(Macro, IsTheMeanOfTheGroups) {
  std::vector<data::Sample> samples = {choice("1", "v", 0), choice("2", "v", 0),
                                       choice("3", "v", 0)};
  samples[2].groups["kind"] = "shape";
  Scoring scoring{.macro_over = "kind"};
  const auto results = summarize(pointers(samples),
                                 {{.id = "1", .responses = {{"A"}}},
                                  {.id = "2", .responses = {{"A"}}},
                                  {.id = "3", .responses = {{"B"}}}},
                                 scoring);
  EXPECT_EQ(results.at("macro").at("accuracy"), (io::Json{{"value", 0.5}, {"n_groups", 2}}));
}

// 5.10: what can be derived from the counts that the specification prints.
TEST(Blind, AlwaysTheCommonestOption) {
  const auto always = [](const std::vector<int>& counts) {
    std::vector<data::Sample> samples;
    for (size_t option = 0; option < counts.size(); ++option)
      for (int i = 0; i < counts[option]; ++i)
        samples.push_back(choice("x", "v", static_cast<int64_t>(option)));
    return summarize(pointers(samples), {}, {}).at("blind");
  };
  const auto percent = [](const io::Json& blind, const char* key) {
    return std::round(1e4 * blind.at(key).at("accuracy").get<double>()) / 100;
  };
  // TempCompass multi-choice
  EXPECT_EQ(percent(always({461, 457, 505, 157}), "always_C"), 31.96);
  // TempCompass caption matching
  EXPECT_EQ(percent(always({767, 736}), "always_A"), 51.03);
  // ReXTime; D has 227 of 921: 24.65
  EXPECT_EQ(percent(always({248, 224, 222, 227}), "always_A"), 26.93);
  EXPECT_EQ(percent(always({1113, 1105, 1133, 1136, 1066}), "always_D"), 20.46);  // NExT-GQA
}

TEST(Blind, WholeVideoAndMiddleHalf) {
  std::vector<data::Sample> samples = {grounding("1"), grounding("2")};
  for (auto& sample : samples) sample.duration = 40;
  samples[1].segments = {{0, 40}};
  const auto blind = summarize(pointers(samples), {}, {}).at("blind");
  EXPECT_EQ(blind.at("whole_video").at("mIoU"), (0.25 + 1.0) / 2);
  EXPECT_EQ(blind.at("whole_video").at("R1@0.3"), 0.5);
  EXPECT_EQ(blind.at("middle_half").at("mIoU"), (0.5 + 0.5) / 2);  // 10-30 against 10-20 and 0-40
  samples[0].duration.reset();
  EXPECT_FALSE(summarize(pointers(samples), {}, {}).contains("blind"))
      << "not without every duration";
}

TEST(Compare, RefusesOtherSamplesAndTests) {
  std::vector<data::Sample> samples;
  std::vector<Answer> before, after;
  for (int i = 0; i < 10; ++i) {
    samples.push_back(choice(std::to_string(i), concat("v", i), 0));
    before.push_back({.id = samples.back().id, .responses = {{i < 5 ? "A" : "B"}}});
    after.push_back({.id = samples.back().id, .responses = {{i < 8 ? "A" : "B"}}});
  }
  const auto difference = compare(pointers(samples), before, after, by({"mcq.vmme_old"}))
                              .at("metrics")
                              .at("mcq.vmme_old/accuracy")
                              .at("difference");
  // Three of ten differences are 1: mean 0.3, se sqrt(0.21 / 10), t = 2.0702, p of Student with 9
  // degrees 0.0683.
  EXPECT_NEAR(difference.at("t").get<double>(), 0.3 / std::sqrt(0.021), 1e-12);
  EXPECT_NEAR(difference.at("p").get<double>(), 0.0683, 5e-5);
  after.pop_back();
  EXPECT_THROW(compare(pointers(samples), before, after, {}), DataError);
}

TEST(Compare, IsPairedOverWhatBothAnswered) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v2", 0),
                                             choice("3", "v3", 0), choice("4", "v4", 0)};
  const std::vector<Answer> before = {{.id = "1", .responses = {{"A"}}},
                                      {.id = "2", .responses = {{"B"}}},
                                      {.id = "3", .responses = {{"B"}}},
                                      {.id = "4", .error = "broken"}};
  const std::vector<Answer> after = {{.id = "4", .responses = {{"A"}}},
                                     {.id = "2", .responses = {{"A"}}},
                                     {.id = "1", .responses = {{"A"}}},
                                     {.id = "3", .error = "broken"}};
  // on 1 and 2
  const auto accuracy = compare(pointers(samples), before, after, {}).at("metrics").at("accuracy");
  EXPECT_EQ(accuracy.at("before").at("value"), 0.5);
  EXPECT_EQ(accuracy.at("after").at("value"), 1.0);
  EXPECT_EQ(accuracy.at("difference").at("value"), 0.5);
  EXPECT_EQ(accuracy.at("difference").at("n"), 2);
}

// The same answers: the difference is exactly 0 and its interval a point, whatever the spread of
// the scores.
TEST(Compare, ARunWithItselfDiffersByNothing) {
  std::vector<data::Sample> samples;
  std::vector<Answer> answers;
  for (int i = 0; i < 20; ++i) {
    samples.push_back(grounding(concat("s", i)));
    answers.push_back({.id = samples.back().id,
                       .responses = {{concat("<answer>", i, " to ", 2 * i + 1, "</answer>")}}});
  }
  const auto difference =
      compare(pointers(samples), answers, answers, {}).at("metrics").at("mIoU").at("difference");
  EXPECT_EQ(difference.at("value"), 0.0);
  EXPECT_EQ(difference.at("ci95"), (io::Json{0.0, 0.0}));
}

TEST(AnswerLines, GoThereAndBack) {
  const auto sample = choice("1", "v", 0);
  const Answer answer{.id = "1", .responses = {{"<answer>A</answer>\xF0\x9F\x8E\xA5", true, 9}}};
  const auto line = to_json(answer, sample, {});
  EXPECT_EQ(line.at("finish"), "length");
  EXPECT_EQ(line.at("parsed").at("option"), 0);
  EXPECT_EQ(line.at("strict").at("score").at("accuracy"), 1.0);
  EXPECT_EQ(line.at("strict").at("reason"), "ok");
  const auto back = parse_answer(line, "samples.jsonl:1");
  EXPECT_EQ(back.id, answer.id);
  ASSERT_EQ(back.responses.size(), 1u);
  EXPECT_EQ(back.responses[0].text, answer.responses[0].text);
  EXPECT_EQ(back.responses[0].truncated, true);
  EXPECT_EQ(back.responses[0].num_tokens, 9);
  EXPECT_EQ(back.error, "");
}

TEST(AnswerLines, SeveralResponsesAndTheProfile) {
  const auto sample = choice("1", "v", 0);
  const Answer answer{.id = "1", .responses = {{"(A)", false, 3}, {"B", true, 1}}};
  const auto line = to_json(answer, sample, {.profiles = {&find_compat("mcq.exact_tag")}});
  EXPECT_EQ(line.at("responses")[0].at("strict").at("score").at("accuracy"), 1.0);
  EXPECT_EQ(line.at("responses")[0].at("compat"), (io::Json{{"profile", "mcq.exact_tag"},
                                                            {"score", {{"accuracy", 0.0}}},
                                                            {"reason", "no_option"}}));
  const auto back = parse_answer(line, "x");
  ASSERT_EQ(back.responses.size(), 2u);
  EXPECT_EQ(back.responses[1].text, "B");
  EXPECT_TRUE(back.responses[1].truncated);
}

// An error line holds no score: nobody may take it for a wrong answer.
TEST(AnswerLines, AnErrorHasNoScore) {
  const auto line = to_json({.id = "1", .error = "cannot decode"}, choice("1", "v", 0), {});
  EXPECT_EQ(line.at("finish"), "error");
  EXPECT_EQ(line.at("strict").at("reason"), "infer_error");
  EXPECT_TRUE(line.at("strict").at("score").empty());
  EXPECT_EQ(parse_answer(line, "x").error, "cannot decode");
}

TEST(AnswerLines, MalformedLinesNameTheirPlace) {
  for (const char* text :
       {"{}", R"({"id": 1, "text": "a", "finish": "stop"})", R"({"id": "1", "finish": "stop"})",
        "[]", R"({"id": "1", "text": "a", "finish": "stop", "n_gen_tok": "x"})"})
    try {
      parse_answer(io::Json::parse(text), "samples.jsonl:7");
      ADD_FAILURE() << text << " was accepted";
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("samples.jsonl:7: ")) << text;
    }
}

}  // namespace vrlt::evaluation
