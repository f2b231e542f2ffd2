// Each benchmark from a folder in its authors' layout to the file of answers that its own program
// reads: convert, check, evaluate, score. The model is a tiny one that has never seen such
// questions; then its answers are replaced by right ones and scored again without it.
#include "tests/e2e/app/published_layouts.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using layouts::AnswerFile;
using layouts::PublishedLayout;
using layouts::Texts;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAreArray;

const SmallWorld& world() { return SmallWorld::get(); }

/// Of a task's results.json, in percent.
struct Scores {
  std::optional<double> official, strict;
};

std::string to_text(std::optional<double> percent) {
  char text[16] = "n/a";
  if (percent) std::snprintf(text, sizeof text, "%.2f", *percent);
  return text;
}

class PublishedLayouts : public testing::TestWithParam<PublishedLayout> {
 protected:
  static void SetUpTestSuite() {
    std::printf("%-30s %7s  %-10s %8s %8s  %14s  %s\n", "benchmark", "records", "metric",
                "official", "strict", "right answers", "file of answers");
  }
  void must(const ProcessResult& result, const char* step) {
    ASSERT_EQ(result.exit_code, 0) << step << "\n" << result.out << result.err;
  }

  void convert_and_check() {
    const auto& layout = GetParam();
    const auto annotations = layout.write(root_);
    layouts::place_videos(layout, root_);
    Texts convert = {"convert", layout.format, annotations,    "--data-root",
                     ".",       "--output",    "records.jsonl"};
    convert.insert(convert.end(), layout.convert_options.begin(), layout.convert_options.end());
    for (const auto& arguments : {convert, {"check", "records.jsonl", "--data-root", "."}})
      must(Process(SmallWorld::program("vrlt-data"), arguments,
                   {.working_folder = root_, .environment = {{"OMP_NUM_THREADS", "1"}}})
               .wait(),
           arguments.front().c_str());
    EXPECT_EQ(count_lines(root_ / "records.jsonl"), layout.num_records);
  }

  ProcessResult evaluate(const Texts& more = {}) {
    Texts arguments = {"eval.yaml", "name=" + name_,
                       "data.records=[" + (root_ / "records.jsonl").string() + "]",
                       "data.root=" + root_.string(), "--allow-partial"};
    arguments.insert(arguments.end(), GetParam().eval_options.begin(),
                     GetParam().eval_options.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    return world().run("vrlt-eval", arguments);
  }

  void expect_answer_file(const AnswerFile& answer) {
    Texts expected;
    for (const auto& line : lines_of(run_ / answer.task / "samples.jsonl")) {
      const auto id = line["id"].get<std::string>();
      // A begun answer is read by its authors with its beginning.
      const auto& text = line.contains("read_as") ? line["read_as"] : line["text"];
      expected.push_back(answer.by_id ? id.substr(id.rfind('/') + 1) : text.get<std::string>());
    }
    EXPECT_THAT(answer.read(run_ / "submissions" / answer.file),
                UnorderedElementsAreArray(expected));
  }

  /// NExT-GQA has no official score if no answer can be read.
  Scores scores_of(const AnswerFile& answer) {
    const auto results = io::read_json(run_ / answer.task / "results.json");
    EXPECT_EQ(results["n_done"], results["n_expected"]);
    Scores scores;
    if (answer.metric.empty()) return scores;
    const auto& official =
        results["compat"][results["compat_profile"].get<std::string>()]["metrics"];
    if (official.contains(answer.metric))
      scores.official = 100 * official[answer.metric]["value"].get<double>();
    scores.strict =
        100 * results["metrics"][answer.metric]["unanswered_as_zero"]["value"].get<double>();
    return scores;
  }

  void answer_rightly(const AnswerFile& answer) {
    std::map<std::string, std::string> right;
    for (const auto& record : lines_of(root_ / "records.jsonl"))
      right[record["id"]] = layouts::right_answer(record);
    std::string text;
    for (auto line : lines_of(run_ / answer.task / "samples.jsonl")) {
      line["text"] = right.at(line["id"]);
      // its hash is that of the answer before; a file without any is taken as it is
      line.erase("sha");
      text += io::to_line(line) + "\n";
    }
    io::write_file_atomic(run_ / answer.task / "samples.jsonl", text);
  }

  const std::string name_ = "published-" + GetParam().format;
  const fs::path root_ = world().folder() / "published" / GetParam().format,
                 run_ = world().run_folder(name_);
};

TEST_P(PublishedLayouts, FromAnnotationsToTheFileOfAnswers) {
  convert_and_check();
  const auto evaluated = evaluate();
  must(evaluated, "eval");
  std::vector<Scores> scores;
  for (const auto& answer : GetParam().answers) {
    SCOPED_TRACE(answer.task);
    scores.push_back(scores_of(answer));
    expect_answer_file(answer);
    answer_rightly(answer);
    if (!answer.metric.empty()) {
      EXPECT_THAT(evaluated.out, HasSubstr("strict, all samples")) << "both scores are printed";
    }
  }
  must(evaluate({"--rescore", "model.path=none"}), "rescore");
  for (size_t i = 0; i < scores.size(); ++i) {
    const auto& answer = GetParam().answers[i];
    SCOPED_TRACE(answer.task);
    const auto best = scores_of(answer);
    if (!answer.metric.empty()) {
      EXPECT_NEAR(best.official.value(), answer.best, 1e-9);
      EXPECT_NEAR(best.strict.value(), answer.best, 1e-9);
    }
    std::printf("%-30s %7lld  %-10s %8s %8s  %6s %7s  %s\n", answer.task.c_str(),
                static_cast<long long>(count_lines(run_ / answer.task / "samples.jsonl")),
                answer.metric.c_str(), to_text(scores[i].official).c_str(),
                to_text(scores[i].strict).c_str(), to_text(best.official).c_str(),
                to_text(best.strict).c_str(), answer.file.c_str());
  }
}

INSTANTIATE_TEST_SUITE_P(Benchmarks, PublishedLayouts, testing::ValuesIn(layouts::kLayouts),
                         [](const auto& info) { return info.param.format; });

}  // namespace
}  // namespace vrlt::test
