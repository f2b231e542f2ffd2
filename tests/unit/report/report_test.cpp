#include "vrlt/report/report.h"

#include <gmock/gmock.h>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr uint64_t kMaxPageBytes = 1 << 20;
const std::string kEstimate = R"({"value": 0.5, "ci95": [0.25, 0.75], "n": 4})";
const std::string kStrict =
    R"({"value": 0.5, "ci95": [0.25, 0.75], "n": 4, "unanswered_as_zero": )" + kEstimate + "}";

class Report : public ::testing::Test {
 protected:
  std::filesystem::path run(const std::string& name) {
    io::create_folders(folder_.path() / name);
    return folder_.path() / name;
  }
  void put(const std::filesystem::path& path, const std::string& text) {
    io::create_folders(path.parent_path());
    io::write_file_atomic(path, text);
  }
  std::string page(const std::vector<std::filesystem::path>& runs) {
    const auto output = folder_.path() / "report.html";
    write_report(runs, output, [&](const ShownFrames& frames) {
      asked_ = frames;
      return std::string("jpeg");
    });
    return io::read_file(output, kMaxPageBytes);
  }

  test::TemporaryFolder folder_;
  ShownFrames asked_;
};

TEST_F(Report, AQuestionOfValidationStandsWithItsAnswersByStep) {
  const auto trained = run("trained");
  put(trained / "metrics.jsonl", R"({"step": 0, "validation/score": 0.25})"
                                 "\n"
                                 R"({"step": 1, "reward/total": 0.5})"
                                 "\n"
                                 R"({"step": 1, "validation/score": 0.75})"
                                 "\n");
  put(trained / "validations.jsonl",
      R"({"step": 0, "id": "a", "question": "When <b>?", "truth": {"spans": [[1, 2.5]]}, "text": "0 to 9", "finish": "stop", "score": 0.25})"
      "\n"
      R"({"step": 1, "id": "a", "question": "When <b>?", "truth": {"spans": [[1, 2.5]]}, "text": "1 to 2", "finish": "stop", "score": 0.75})"
      "\n");
  const auto html = page({trained});
  EXPECT_THAT(html, HasSubstr("validation/score  (last 0.75)"));
  EXPECT_THAT(html, HasSubstr("When &lt;b&gt;?"));
  EXPECT_THAT(html, HasSubstr("right: 1 to 2.5 s"));
  EXPECT_LT(html.find("0 to 9"), html.find("1 to 2<"));
  EXPECT_LT(html.find("validation/score"), html.find("reward/total")) << "the headline comes first";
}

TEST_F(Report, EvaluationsStandSideBySideAndTheirPairedDifferenceBelow) {
  const auto before = run("before"), after = run("after");
  put(before / "tvg" / "results.json",
      R"({"n_done": 4, "n_expected": 4, "metrics": {"mIoU": )" + kStrict + "}}");
  put(after / "tvg" / "results.json",
      R"({"n_done": 3, "n_expected": 4, "metrics": {"mIoU": )" + kStrict + "}}");
  put(after / "comparison.json",
      R"({"before": "runs/before", "settings": [{"key": "video.fps", "before": "1", "after": "2"}], "tasks": {"tvg": {"n_unpaired": 0, "metrics": )"
      R"({"mIoU": {"before": )" +
          kEstimate + R"(, "after": )" + kEstimate + R"(, "difference": )" + kEstimate + "}}}}}");
  const auto html = page({before, after});
  EXPECT_THAT(html, HasSubstr("<th>before</th><th>after</th>"));
  EXPECT_THAT(html, HasSubstr("<td>4 of 4</td><td>3 of 4</td>"));
  EXPECT_THAT(html, HasSubstr("50 <span class=\"soft\">[25, 75]</span>"));
  EXPECT_THAT(html, HasSubstr("paired difference from runs/before"));
  EXPECT_LT(html.find("video.fps"), html.rfind("<td>mIoU</td><td>50"))
      << "settings come before scores";
}

TEST_F(Report, AlarmsStandInRedAboveEverythingOfTheirRun) {
  const auto training = run("grpo");
  put(training / "metrics.jsonl", "{\"step\": 1, \"reward/total\": 0.5}\n");
  put(training / "alarms.jsonl",
      R"({"step": 3, "kind": "truncated", "text": "step 3: 96 % of responses <end>"})"
      "\n"
      R"({"step": 9, "kind": "truncated", "text": "most responses ended in 7 of 9 steps"})"
      "\n"
      R"({"step": 4, "kind": "constant/format", "text": "reward/format was 0 & taught nothing"})"
      "\n");
  const auto html = page({training});
  EXPECT_THAT(html, HasSubstr("<p class=\"alarm\">most responses ended in 7 of 9 steps</p>"));
  EXPECT_THAT(html, HasSubstr("<p class=\"alarm\">reward/format was 0 &amp; taught nothing</p>"));
  EXPECT_THAT(html, Not(HasSubstr("96 %"))) << "the last word on a kind is the one that is shown";
  EXPECT_LT(html.find("class=\"alarm\""), html.find(">per step</h3>"));
}

TEST_F(Report, OfficialScoresStandBeforeTheStrictOnes) {
  const auto evaluation = run("eval");
  put(evaluation / "tvg" / "results.json",
      R"({"n_done": 4, "n_expected": 4, "compat_profile": "tvg.seed", "compat": {"tvg.seed": {"metrics": {"mIoU": )" +
          kEstimate + R"(}}}, "metrics": {"mIoU": )" + kStrict + "}}");
  const auto html = page({evaluation});
  const auto official = html.find("<td>mIoU by tvg.seed</td>"), strict = html.find("<td>mIoU</td>");
  ASSERT_NE(official, std::string::npos);
  ASSERT_NE(strict, std::string::npos);
  EXPECT_LT(official, strict);
}

TEST_F(Report, CurvesAndConstantsOfATraining) {
  const auto training = run("grpo");
  put(training / "metrics.jsonl",
      "{\"step\": 1, \"reward/total\": 0.5, \"batch/rows\": 8}\n{\"step\": 2, \"reward/total\": "
      "0.75, \"batch/rows\": 8}\n");
  const auto html = page({training});
  EXPECT_THAT(html, HasSubstr("reward/total  (last 0.75)"));
  EXPECT_THAT(html, HasSubstr("the same in every step: batch/rows 8"));
  EXPECT_THAT(html, Not(HasSubstr("http://")));
  EXPECT_THAT(html, Not(HasSubstr("https://")));
}

TEST_F(Report, FramesAreAskedForByTheRunThatSawThem) {
  const std::string line =
      R"({"step": 1, "id": "a", "question": "q", "video": "v.mp4", "frame_seconds": [0.0], "responses": [])";
  const auto first = run("first"), second = run("second");
  put(first / "rollouts.jsonl", line + "}\n");
  page({first});
  EXPECT_EQ(asked_.run, first);
  EXPECT_FALSE(asked_.folder);
  put(second / "rollouts.jsonl",
      line + R"(, "frames": {"pattern": "%03d.png", "first": 7, "fps": 2.5}})" + "\n");
  page({first, second});
  EXPECT_EQ(asked_.run, second) << "runs may have videos of one name in roots of their own";
  EXPECT_EQ(asked_.folder, (data::FrameFolder{"%03d.png", 7, 2.5}));
}

TEST_F(Report, RolloutsShowFramesOfTheFilesClockAndEscapedText) {
  const auto training = run("grpo");
  put(training / "rollouts.jsonl",
      R"({"step": 1, "id": "a", "question": "<b>?", "video": "v.mp4", "clip_start": 10.0, "frame_seconds": [0.0, 0.5], "truth": [[0.0, 0.5]],)"
      R"( "responses": [{"text": "<script>alert(1)</script>", "reward": 0.5, "finish": "stop", "components": {}, "predicted": [0.0, 1.0]}]})"
      "\n");
  const auto html = page({training});
  EXPECT_EQ(asked_.video, "v.mp4");
  EXPECT_EQ(asked_.seconds, (std::vector<double>{10.0, 10.5}));
  EXPECT_THAT(html, HasSubstr("data:image/jpeg;base64,anBlZw=="));  // "jpeg"
  EXPECT_THAT(html, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;"));
  EXPECT_THAT(html, Not(HasSubstr("<script>alert")));
}

TEST_F(Report, SelectionCountsItsDecisions) {
  const auto selection = run("select");
  put(selection / "statistics.jsonl",
      "{\"id\": \"a\", \"task\": \"tvg\", \"mean\": 0.5, \"std\": 0.2}\n{\"id\": \"b\", \"task\": "
      "\"tvg\", \"mean\": 1, \"std\": 0}\n");
  put(selection / "rejected.jsonl", "{\"id\": \"b\", \"reason\": \"low_std\"}\n");
  const auto html = page({selection});
  EXPECT_THAT(html, HasSubstr("<td>tvg</td><td>low_std</td><td class=\"number\">1</td>"));
  EXPECT_THAT(html, HasSubstr(".number{text-align:right"))
      << "the class of a number is one that the page styles";
  EXPECT_THAT(html, HasSubstr("<td>tvg</td><td>selected</td><td class=\"number\">1</td>"));
  EXPECT_THAT(html, Not(HasSubstr("as predicted")));
}

TEST_F(Report, SelectionSaysHowFarItCanBeTrusted) {
  const auto selection = run("select");
  put(selection / "statistics.jsonl",
      "{\"id\": \"a\", \"task\": \"tvg\", \"mean\": 0.5, \"std\": 0.2}\n");
  put(selection / "report.json",
      "{\"noise\": {\"<tvg>\": {\"mean_var\": 0.25, \"mean_sd_of_var\": 0.125, \"all_same\": "
      "null}}, "
      "\"predicted_no_signal\": {\"selected\": 0.0625, \"pool\": 0.5}}");
  const auto html = page({selection});
  EXPECT_THAT(html, HasSubstr("as predicted: 6.25 % of the selected samples, 50 % of all"));
  EXPECT_THAT(
      html,
      HasSubstr(
          "<td>&lt;tvg&gt;</td><td class=\"number\">0.25</td><td class=\"number\">0.125</td>"));
  put(selection / "report.json", "[]");
  EXPECT_THROW(page({selection}), DataError);
}

TEST_F(Report, ChangesOfTheConfigStandBeforeTheCurves) {
  const auto training = run("grpo");
  put(training / "metrics.jsonl", "{\"step\": 1, \"reward/total\": 0.5}\n");
  put(training / "config_history.jsonl",
      R"({"time": "2026-01-02T03:04:05Z", "after_step": 60, "changes": [{"key": "steps", "before": "60", "after": "<90>"}]})"
      "\n");
  const auto html = page({training});
  EXPECT_THAT(html, HasSubstr("<td "
                              "class=\"number\">60</td><td>2026-01-02T03:04:05Z</td><td>steps</"
                              "td><td>60</td><td>&lt;90&gt;</td>"));
  EXPECT_LT(html.find("changes of the config</h3>"), html.find(">per step</h3>"));
}

// Of a log of any size the first and the last rollouts are shown and some between: the others are
// not even parsed.
TEST_F(Report, ShowsRolloutsSpreadOverTheRun) {
  const auto training = run("grpo");
  std::string lines;
  for (int step = 0; step < 23; ++step)
    lines += step % 2 == 1 ? "{\"responses\": not parsed\n"
                           : concat("{\"id\": \"id", step, "\", \"responses\": []}\n");
  put(training / "rollouts.jsonl", lines);
  const auto html = page({training});  // 12 of 23: every other one
  for (int step = 0; step < 23; step += 2)
    EXPECT_THAT(html, HasSubstr(concat("id", step, " <"))) << step;
}

// The answers of two evaluations to four samples: an option that became right, a span whose IoU
// fell from 0.75 to 0.25, and two that stayed what they were.
TEST_F(Report, AnswersOfEvaluationsSayWhatBecameRightAndWrong) {
  const auto line = [](const char* id, const char* task, const char* metric, double score,
                       const char* text) {
    return concat(
        R"({"id": ")", id, R"(", "err": null, "text": ")", text,
        R"(", "finish": "stop", "strict": {"score": {"R1@0.5": 1, ")", metric, "\": ", score,
        R"(}, "reason": "ok"}, "asked": {"task": ")", task,
        R"(", "question": "Is <it>?", "options": ["red", "black"], "truth": {"option": "B"},)"
        R"( "video": "v.mp4"}})",
        "\n");
  };
  const auto before = run("before"), after = run("after");
  put(before / "set" / "samples.jsonl",
      line("a", "mcq", "accuracy", 0, "A") + line("b", "tvg", "mIoU", 0.75, "1 to 2") +
          line("c", "mcq", "accuracy", 1, "B") + line("d", "mcq", "accuracy", 0, "C"));
  put(after / "set" / "samples.jsonl",
      line("d", "mcq", "accuracy", 0, "C") + line("a", "mcq", "accuracy", 1, "B &") +
          line("b", "tvg", "mIoU", 0.25, "2 to 9") + line("c", "mcq", "accuracy", 1, "B"));
  for (const auto& folder : {before, after})
    put(folder / "set" / "results.json",
        R"({"n_done": 4, "n_expected": 4, "metrics": {"accuracy": )" + kStrict + "}}");
  const auto html = page({before, after});
  EXPECT_THAT(html,
              HasSubstr("set: 1 became right, 1 became wrong, 1 stayed right, 1 stayed wrong"));
  EXPECT_THAT(html, HasSubstr("data-kinds=\"became right|mcq\""));
  EXPECT_THAT(html, HasSubstr("data-kinds=\"became wrong|tvg\""));
  EXPECT_THAT(html, HasSubstr("A. red, <b class=\"right\">B. black</b>"));
  EXPECT_THAT(html, HasSubstr("Is &lt;it&gt;?"));
  EXPECT_THAT(html, HasSubstr("<code>B &amp;</code>"));
  EXPECT_LT(html.find("became right|mcq"), html.find("became wrong|tvg")) << "1 is more than 0.5";
  EXPECT_LT(html.find("became wrong|tvg"), html.find("\"right|mcq"));
}

TEST_F(Report, TrainingsAreOverlaidAndContentsLeadToEveryPart) {
  for (const char* name : {"first", "second"})
    put(run(name) / "metrics.jsonl",
        "{\"step\": 1, \"reward/total\": 0.5}\n{\"step\": 2, \"reward/total\": 0.75}\n");
  const auto html = page({run("first"), run("second")});
  EXPECT_THAT(html, HasSubstr("<title>vrlt report: first, second</title>"));
  EXPECT_THAT(html, HasSubstr("<span class=\"c0\">first</span><span class=\"c1\">second</span>"));
  EXPECT_LT(html.find("training at a glance</h2>"), html.find(">first</h2>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"#part-1\">training at a glance</a>"));
  EXPECT_THAT(html, HasSubstr("<a href=\"#part-3-1\">per step</a>"));
  EXPECT_THAT(html, HasSubstr("<h3 id=\"part-3-1\">per step</h3>"));
}

TEST_F(Report, ProvenanceNamesCommandModelAndCommit) {
  const auto training = run("grpo");
  put(training / "metrics.jsonl", "{\"step\": 1, \"reward/total\": 0.5}\n");
  put(training / "command.txt", "vrlt-train a.yaml\nvrlt-train a.yaml steps=<9>\n");
  put(training / "config.yaml", "data:\n  path: other\nmodel:\n  path: \"models/tiny\"\n");
  put(training / "environment.json", R"({"program": "vrlt 9.9", "commit": "0123456789abcdef"})");
  const auto html = page({training});
  EXPECT_THAT(html, HasSubstr("<td>grpo</td><td><code>vrlt-train a.yaml steps=&lt;9&gt;</code></td>"
                              "<td>models/tiny</td><td>vrlt 9.9 0123456789ab</td>"));
}

TEST_F(Report, RolloutsShowThePromptAndTheRightOption) {
  const auto training = run("grpo");
  put(training / "rollouts.jsonl",
      R"({"step": 1, "id": "a", "task": "mcq", "question": "q", "options": ["red", "black"], "answer": 0,)"
      R"( "prompt": "<|im_start|>user", "responses": [{"text": "A", "reward": 1.0, "components": {}}, {"text": "B", "reward": 0.5, "components": {}}]})"
      "\n");
  const auto html = page({training});
  EXPECT_THAT(html, HasSubstr("<pre>&lt;|im_start|&gt;user</pre>"));
  EXPECT_THAT(html, HasSubstr("<b class=\"right\">A. red</b>, B. black"));
  EXPECT_THAT(html, HasSubstr("rewards 0.5 to 1"));
  EXPECT_THAT(html, HasSubstr("<option>mcq</option>"));
}

TEST_F(Report, AFolderThatIsNoRunIsAnError) {
  EXPECT_THROW(page({folder_.path() / "none"}), MissingInputError);
  EXPECT_THROW(page({run("empty")}), DataError);
}

}  // namespace
}  // namespace vrlt::report
