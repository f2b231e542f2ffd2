// Questions about videos from the command line.
#include <sstream>

#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

/// A question with options, which a prompt puts alike whether a record or a command line asks it.
io::Json a_record() {
  for (const auto& record : lines_of(world().folder() / "data/test.jsonl"))
    if (record.value("task", "") == "mcq") return record;
  return {};
}

std::string a_video() { return "data/videos/" + a_record()["video"].get<std::string>(); }

std::vector<std::string> asking(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"--model",          "warm", "--fps",        "1",
                                        "--max-frames",     "4",    "--max-pixels", "784",
                                        "--max-new-tokens", "24"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

std::vector<io::Json> json_lines(const std::string& text) {
  std::vector<io::Json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(io::Json::parse(line));
  return lines;
}

}  // namespace

TEST(Ask, AnswersAsAnEvaluationDoes) {
  const auto record = a_record();
  const auto evaluated = world().run(
      "vrlt-eval", {"eval.yaml", "name=asked", "data.records=[data/test.jsonl]",
                    "ids=[" + record["id"].get<std::string>() + "]", "allow_partial=true"});
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  std::string expected;
  for (const auto& task : fs::directory_iterator(world().run_folder("asked")))
    if (fs::exists(task.path() / "samples.jsonl"))
      expected = lines_of(task.path() / "samples.jsonl").front().at("text").get<std::string>();
  std::vector<std::string> more;
  for (const auto& option : record.at("options"))
    more.insert(more.end(), {"--option", option.get<std::string>()});
  more.insert(more.end(), {"--json", a_video(), record["question"].get<std::string>()});
  const auto result = world().run("vrlt-ask", asking(more));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto line = json_lines(result.out).at(0);
  EXPECT_EQ(line["answer"], expected);
  EXPECT_GT(line["frames"], 0);
  EXPECT_EQ(line["kept_tokens"], 0);
}

TEST(Ask, KeepsTheVideoForTheNextQuestionWhoseAnswerStaysTheSame) {
  const auto both = world().run(
      "vrlt-ask", asking({"--json", a_video(), "-q", "when red square ?", "-q", "what ?"}));
  ASSERT_EQ(both.exit_code, 0) << both.err;
  const auto lines = json_lines(both.out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0]["kept_tokens"], 0);
  EXPECT_GT(lines[1]["kept_tokens"], 0);
  const auto alone = world().run("vrlt-ask", asking({"--json", a_video(), "what ?"}));
  EXPECT_EQ(json_lines(alone.out).at(0)["answer"], lines[1]["answer"]);
}

TEST(Ask, TakesAFolderAndGoesOnBehindABrokenVideo) {
  const auto folder = world().folder() / "some";
  fs::create_directories(folder);
  fs::copy_file(world().folder() / a_video(), folder / "b.mp4",
                fs::copy_options::overwrite_existing);
  world().write("some/a.mp4", "no video");
  world().write("some/notes.txt", "no video either");
  const auto result = world().run("vrlt-ask", asking({"some", "what ?"}));
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.out, AllOf(HasSubstr("some/a.mp4"), HasSubstr("not answered: "),
                                HasSubstr("some/b.mp4"), HasSubstr("tokens of prompt")));
}

TEST(Ask, SaysWhatIsMissing) {
  const auto error_of = [](const std::vector<std::string>& arguments, int exit_code) {
    const auto result = world().run("vrlt-ask", arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    return result.err;
  };
  EXPECT_THAT(error_of(asking({"nowhere.mp4", "what ?"}), 66),
              HasSubstr("nowhere.mp4: no such file"));
  EXPECT_THAT(error_of({"--model", "nowhere", a_video(), "what ?"}, 66), HasSubstr("nowhere"));
  EXPECT_THAT(error_of({a_video(), "what ?"}, 2), HasSubstr("--model DIR"));
  EXPECT_THAT(error_of(asking({a_video()}), 2), HasSubstr("question"));
  EXPECT_THAT(error_of(asking({"configs-of-nobody", "what ?"}), 66), HasSubstr("no such file"));
}

}  // namespace vrlt::test
