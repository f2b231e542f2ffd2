#include "vrlt/evaluation/results.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrlt/core/error.h"

namespace vrlt::evaluation {
namespace {

data::Sample choice(const std::string& id, const std::string& video, int64_t right) {
  return {.id = id,
          .task = data::Task::kMultipleChoice,
          .options = {"red", "blue"},
          .answer_option = right,
          .cluster = video,
          .groups = {{"kind", "color"}}};
}

data::Sample grounding(const std::string& id) { return {.id = id, .task = data::Task::kTemporalGrounding, .segments = {{10, 20}}, .cluster = id}; }

std::vector<const data::Sample*> pointers(const std::vector<data::Sample>& samples) {
  std::vector<const data::Sample*> list;
  for (const auto& sample : samples) list.push_back(&sample);
  return list;
}

double value(const io::Json& results, const char* metric) { return results.at("metrics").at(metric).at("value").get<double>(); }

}  // namespace

TEST(Summarize, CountsAndMeans) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v1", 1), choice("3", "v2", 1), choice("4", "v3", 0)};
  const std::vector<Answer> answers = {{.id = "1", .text = "<answer>A</answer>", .num_tokens = 3},
                                       {.id = "2", .text = "<answer>A</answer>", .num_tokens = 3},
                                       {.id = "3", .text = "no idea", .truncated = true, .num_tokens = 8},
                                       {.id = "4", .text = "(A)", .num_tokens = 2}};
  const auto results = summarize(pointers(samples), answers, /*think=*/false);
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

// A sample that could not be asked, or was not yet, must not pass for a wrong answer: it is counted, and left out of the mean.
TEST(Summarize, UnansweredSamplesAreNeverZeros) {
  const std::vector<data::Sample> samples = {choice("1", "v", 0), choice("2", "v", 0), choice("3", "v", 0)};
  const std::vector<Answer> answers = {{.id = "1", .text = "<answer>A</answer>"}, {.id = "2", .error = "v.mp4: cannot decode"}};
  const auto results = summarize(pointers(samples), answers, false);
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
  const auto results = summarize(pointers(samples), {{.id = "1", .text = "<answer>A</answer>"}, {.id = "2", .text = "<answer>B</answer>"}}, false);
  EXPECT_EQ(results.at("n_unlabelled"), 1);
  EXPECT_EQ(value(results, "accuracy"), 1.0);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("n"), 1);
}

TEST(Summarize, NothingAnswered) {
  const std::vector<data::Sample> samples = {choice("1", "v", 0)};
  const auto results = summarize(pointers(samples), {}, false);
  EXPECT_EQ(results.at("n_missing"), 1);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("n"), 0);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("unanswered_as_zero").at("n"), 1);
  EXPECT_EQ(results.at("metrics").at("accuracy").at("unanswered_as_zero").at("value"), 0.0);
  EXPECT_EQ(results.at("mean_tokens"), 0.0);
}

TEST(Summarize, GroundingMetrics) {
  const std::vector<data::Sample> samples = {grounding("1"), grounding("2"), grounding("3"), grounding("4")};
  // IoU 1, 0.6, 0.3 and 0
  const std::vector<Answer> answers = {{.id = "1", .text = "<answer>10 to 20</answer>"},
                                       {.id = "2", .text = "<answer>12 to 18</answer>"},
                                       {.id = "3", .text = "<answer>14 to 17</answer>"},
                                       {.id = "4", .text = "<answer>40 to 50</answer>"}};
  const auto results = summarize(pointers(samples), answers, false);
  EXPECT_NEAR(value(results, "mIoU"), 1.9 / 4, 1e-12);
  EXPECT_EQ(value(results, "R1@0.3"), 0.75) << "the boundary counts";
  EXPECT_EQ(value(results, "R1@0.5"), 0.5);
  EXPECT_EQ(value(results, "R1@0.7"), 0.25);
}

TEST(Summarize, TheFormatMetricFollowsThePrompt) {
  const std::vector<data::Sample> samples = {grounding("1")};
  const std::vector<Answer> answers = {{.id = "1", .text = "<think>t</think><answer>10 to 20</answer>"}};
  EXPECT_EQ(value(summarize(pointers(samples), answers, /*think=*/true), "format"), 1.0);
  EXPECT_EQ(value(summarize(pointers(samples), answers, /*think=*/false), "format"), 0.0);
}

TEST(Compare, IsPairedOverWhatBothAnswered) {
  const std::vector<data::Sample> samples = {choice("1", "v1", 0), choice("2", "v2", 0), choice("3", "v3", 0), choice("4", "v4", 0)};
  const std::vector<Answer> before = {{.id = "1", .text = "A"}, {.id = "2", .text = "B"}, {.id = "3", .text = "B"}, {.id = "4", .error = "broken"}};
  const std::vector<Answer> after = {{.id = "4", .text = "A"}, {.id = "2", .text = "A"}, {.id = "1", .text = "A"}};
  const auto accuracy = compare(pointers(samples), before, after).at("accuracy");  // on 1 and 2
  EXPECT_EQ(accuracy.at("before").at("value"), 0.5);
  EXPECT_EQ(accuracy.at("after").at("value"), 1.0);
  EXPECT_EQ(accuracy.at("difference").at("value"), 0.5);
  EXPECT_EQ(accuracy.at("difference").at("n"), 2);
}

// The same answers: the difference is exactly 0 and its interval a point, whatever the spread of the scores.
TEST(Compare, ARunWithItselfDiffersByNothing) {
  std::vector<data::Sample> samples;
  std::vector<Answer> answers;
  for (int i = 0; i < 20; ++i) {
    samples.push_back(grounding(concat("s", i)));
    answers.push_back({.id = samples.back().id, .text = concat("<answer>", i, " to ", 2 * i + 1, "</answer>")});
  }
  const auto difference = compare(pointers(samples), answers, answers).at("mIoU").at("difference");
  EXPECT_EQ(difference.at("value"), 0.0);
  EXPECT_EQ(difference.at("ci95"), (io::Json{0.0, 0.0}));
}

TEST(AnswerLines, GoThereAndBack) {
  const auto sample = choice("1", "v", 0);
  const Answer answer{.id = "1", .text = "<answer>A</answer>\xF0\x9F\x8E\xA5", .truncated = true, .num_tokens = 9};
  const auto line = to_json(answer, sample, true);
  EXPECT_EQ(line.at("finish"), "length");
  EXPECT_EQ(line.at("parsed").at("option"), 0);
  EXPECT_EQ(line.at("strict").at("score").at("accuracy"), 1.0);
  EXPECT_EQ(line.at("strict").at("reason"), "ok");
  const auto back = parse_answer(line, "samples.jsonl:1");
  EXPECT_EQ(back.id, answer.id);
  EXPECT_EQ(back.text, answer.text);
  EXPECT_EQ(back.truncated, answer.truncated);
  EXPECT_EQ(back.num_tokens, answer.num_tokens);
  EXPECT_EQ(back.error, "");
}

// An error line holds no score: nobody may take it for a wrong answer.
TEST(AnswerLines, AnErrorHasNoScore) {
  const auto line = to_json({.id = "1", .error = "cannot decode"}, choice("1", "v", 0), false);
  EXPECT_EQ(line.at("finish"), "error");
  EXPECT_EQ(line.at("strict").at("reason"), "error");
  EXPECT_TRUE(line.at("strict").at("score").empty());
  EXPECT_EQ(parse_answer(line, "x").error, "cannot decode");
}

TEST(AnswerLines, MalformedLinesNameTheirPlace) {
  for (const char* text : {"{}", R"({"id": 1, "text": "a", "finish": "stop"})", R"({"id": "1", "finish": "stop"})", "[]",
                           R"({"id": "1", "text": "a", "finish": "stop", "n_gen_tok": "x"})"})
    try {
      parse_answer(io::Json::parse(text), "samples.jsonl:7");
      ADD_FAILURE() << text << " was accepted";
    } catch (const DataError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("samples.jsonl:7: ")) << text;
    }
}

}  // namespace vrlt::evaluation
