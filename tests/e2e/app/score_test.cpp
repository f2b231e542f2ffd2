// vrlt-score: completions in, one line of decisions each out.
#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

std::vector<io::Json> parse_lines(const std::string& text) {
  std::vector<io::Json> lines;
  for (size_t begin = 0, end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(io::parse_json(text.substr(begin, end - begin), "output"));
  return lines;
}

constexpr const char* kRecords =
    "{\"schema\": \"vs/1\", \"id\": \"span\", \"task\": \"tvg\", \"video\": \"v.mp4\", "
    "\"question\": \"q\", \"segments\": [[2.0, 6.0]]}\n"
    "{\"schema\": \"vs/1\", \"id\": \"letter\", \"task\": \"mcq\", \"video\": \"v.mp4\", "
    "\"question\": \"q\", \"options\": [\"x\", \"y\"], "
    "\"answer\": 1}\n";

TEST(Score, CompletionsOfRecords) {
  world().write("r.jsonl", kRecords);
  world().write("c.jsonl",
                "{\"id\": \"span\", \"completion\": \"<answer>4.0 to 8.0</answer>\"}\n"
                "{\"id\": \"letter\", \"completion\": \"<answer>B</answer>\"}\n"
                "{\"id\": \"letter\", \"completion\": \"no idea\"}\n");
  const auto result = world().run("vrlt-score", {"c.jsonl", "--records", "r.jsonl", "--rewards",
                                                 "temporal_iou=3", "choice=0.5", "format_answer"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto lines = parse_lines(result.out);
  ASSERT_EQ(lines.size(), 3u);
  // [4, 8] against [2, 6]: 2 of 6 seconds are shared. 3 * 1/3 + 1 = 2.
  EXPECT_EQ(lines[0]["id"], "span");
  EXPECT_NEAR(lines[0]["components"]["temporal_iou"]["value"], 1.0 / 3, 1e-15);  // one division
  // a few roundings of numbers near 1
  EXPECT_NEAR(lines[0]["total"], 2.0, 1e-15);
  EXPECT_FALSE(lines[0]["components"].contains("choice")) << "does not apply to a span";
  EXPECT_EQ(lines[1]["total"], 1.5);  // 0.5 for the letter, 1 for the format
  EXPECT_EQ(lines[1]["components"]["choice"]["reason"], "ok");
  EXPECT_EQ(lines[2]["total"], 0.0);
  EXPECT_NE(lines[2]["components"]["choice"]["reason"], "ok");
  EXPECT_TRUE(lines[2]["scorable"]);
  EXPECT_THAT(result.err, HasSubstr("temporal_iou"));
  EXPECT_THAT(result.err, HasSubstr("total                     1.166667"));  // (2 + 1.5 + 0) / 3
}

TEST(Score, RecordsWithCompletionsInThem) {
  auto record =
      io::parse_json(std::string(kRecords).substr(0, std::string(kRecords).find('\n')), "record");
  record["completion"] = "<think>t</think><answer>2 to 6</answer>";
  world().write("rc.jsonl", io::to_line(record) + "\n");
  const auto result =
      world().run("vrlt-score", {"rc.jsonl", "--rewards", "temporal_iou", "format"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(parse_lines(result.out).at(0)["total"], 2.0);
}

// Truth [2, 6], answer [4, 8]: 2 of 6 seconds.
TEST(Score, ExplainsEachDecisionForPeople) {
  world().write("r.jsonl", kRecords);
  world().write(
      "x.jsonl",
      "{\"id\": \"span\", \"completion\": \"<answer>from 4.0\\nto 8.0</answer>\\u001b[31m\"}\n"
      "{\"id\": \"letter\", \"completion\": \"<answer>A or B</answer>\", \"truncated\": true}\n");
  const auto result = world().run("vrlt-score", {"x.jsonl", "--records", "r.jsonl", "--rewards",
                                                 "temporal_iou=3", "choice", "--explain"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("x.jsonl:1  span (tvg)  total 1.000\n"));
  EXPECT_THAT(result.out, HasSubstr("response  <answer>from 4.0\\nto 8.0</answer>\\u001b[31m\n"))
      << "a terminal must not obey a response";
  EXPECT_THAT(result.out, HasSubstr("truth     2 to 6 s\n"));
  EXPECT_THAT(result.out, HasSubstr("temporal_iou              0.333   x 3  read \"4 to 8 s\"\n"));
  EXPECT_THAT(result.out, HasSubstr("does not apply: choice\n"));
  EXPECT_THAT(result.out, HasSubstr("<answer>A or B</answer>  (cut off)\n"));
  EXPECT_THAT(result.out, HasSubstr("truth     B. y\n"));
  EXPECT_THAT(result.out, HasSubstr("choice                    0.000   x 1  ambiguous\n"));
}

TEST(Score, ExpectedValuesThatAreNotMetFailInJUnit) {
  world().write("r.jsonl", kRecords);
  world().write(
      "e.jsonl",
      "{\"id\": \"span\", \"completion\": \"<answer>4.0 to 8.0</answer>\", \"expected\": "
      "{\"temporal_iou\": 0.3333333333, \"total\": 0.3333333333}}\n"
      "{\"id\": \"letter\", \"completion\": \"<answer>A & B</answer>\\u0007\", \"expected\": 1}\n"
      "{\"id\": \"letter\", \"completion\": \"<answer>B</answer>\", \"expected\": "
      "{\"temporal_iou\": 0}}\n"
      "{\"id\": \"letter\", \"completion\": \"nothing expected\"}\n");
  const std::vector<std::string> command = {"e.jsonl",      "--records", "r.jsonl", "--rewards",
                                            "temporal_iou", "choice",    "--junit", "junit.xml"};
  const auto result = world().run("vrlt-score", command);
  EXPECT_EQ(result.exit_code, 1) << result.err;
  EXPECT_THAT(result.err, HasSubstr("2 of 4 completions do not have the expected reward"));
  const auto lines = parse_lines(result.out);
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_FALSE(lines[0].contains("misses")) << "within the default tolerance";
  EXPECT_EQ(lines[1]["misses"][0], "total: expected 1, got 0");
  EXPECT_EQ(lines[2]["misses"][0], "temporal_iou: expected 0, does not apply to the task");
  const auto xml = io::read_file(world().folder() / "junit.xml", 1 << 20);
  EXPECT_THAT(
      xml,
      HasSubstr(
          "<testsuite name=\"vrlt-score\" tests=\"4\" failures=\"2\" errors=\"0\" skipped=\"0\">"));
  EXPECT_THAT(xml, HasSubstr("<testcase classname=\"vrlt-score.tvg\" name=\"span e.jsonl:1\"/>"));
  EXPECT_THAT(xml, HasSubstr("message=\"total: expected 1, got 0\""));
  EXPECT_THAT(xml, HasSubstr("&lt;answer&gt;A &amp; B&lt;/answer&gt;\\u0007"))
      << "XML has no way to write a bell";

  auto strict = command;
  strict.insert(strict.end(), {"--tolerance", "0"});
  EXPECT_EQ(parse_lines(world().run("vrlt-score", strict).out)[0]["misses"].size(), 2u);
}

// Video-R1's bonuses, docs/spec/rewards.md#length-and-order-of-frames: the responses of an id are a
// group, "control" marks those to shuffled frames.
TEST(Score, ResponsesOfOneRecordAreAGroup) {
  world().write("r.jsonl", kRecords);
  const auto line = [](const char* letter, int tokens, bool control) {
    return "{\"id\": \"letter\", \"completion\": \"<think>t</think><answer>" + std::string(letter) +
           "</answer>\", \"num_tokens\": " + std::to_string(tokens) +
           (control ? ", \"control\": true}\n" : "}\n");
  };
  world().write("g.jsonl", line("B", 319, false) + line("B", 320, false) + line("A", 400, false) +
                               line("A", 512, false) + line("B", 1, true) + line("A", 1, true));
  const auto result =
      world().run("vrlt-score", {"g.jsonl", "--records", "r.jsonl", "--rewards", "videor1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto lines = parse_lines(result.out);
  ASSERT_EQ(lines.size(), 4u) << "a control earns nothing";
  const double expected[] = {2.3, 2.5, 1, 1};
  for (size_t i = 0; i < 4; ++i) EXPECT_NEAR(lines[i]["total"], expected[i], 1e-12);
}

TEST(Score, TakesTheRewardsOfATrainingConfig) {
  world().write("r.jsonl", kRecords);
  world().write("c.jsonl",
                "{\"id\": \"letter\", \"completion\": \"<answer>A</answer><answer>B</answer>\", "
                "\"num_tokens\": 95}\n");
  world().write("rewarded.yaml",
                "name: n\noutput: o\nmodel: {path: m}\ndata: {records: [r.jsonl], root: "
                ".}\nrollout: {max_new_tokens: 100}\n"
                "rewards: [{name: choice, weight: 2}, overlong]\nreward_options: {answer_block: "
                "last, overlong_buffer: 10}\n");
  const auto result =
      world().run("vrlt-score", {"c.jsonl", "--records", "r.jsonl", "--config", "rewarded.yaml"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(parse_lines(result.out).at(0)["total"], 1.5)
      << "2 for the last answer, (100 - 10 - 95) / 10 for the length";
}

TEST(Score, MistakesHaveTheirLineAndExitCode) {
  world().write("r.jsonl", kRecords);
  const std::string good = "{\"id\": \"letter\", \"completion\": \"<answer>B</answer>\"}\n";
  struct Case {
    std::string completions;
    int exit_code;
    const char* message;
  };
  const Case cases[] = {
      {good + "{\"id\": \"other\", \"completion\": \"\"}\n", 65,
       "m.jsonl:2: id \"other\" is not in the records"},
      {good + "{\"id\": 7, \"completion\": \"\"}\n", 65, "m.jsonl:2: expected a text \"id\""},
      {good + "{\"completion\": \"\"}\n", 65, "m.jsonl:2: expected a text \"id\""},
      {good + "{\"id\": \"letter\"}\n", 65,
       "m.jsonl:2: expected an object with a text \"completion\""},
      {good + "{\"id\": \"letter\", \"completion\": 3}\n", 65,
       "m.jsonl:2: expected an object with a text \"completion\""},
      {good + "[]\n", 65, "m.jsonl:2: expected an object with a text \"completion\""},
      {good + "\n{\"id\": \"letter\",\n", 65, "m.jsonl:3: not valid JSON"},
      {"", 65, "m.jsonl: no completions"},
      {"{\"id\": \"letter\", \"completion\": \"\", \"num_tokens\": -1}\n", 65,
       "m.jsonl:1: expected a count \"num_tokens\""},
      {"{\"id\": \"letter\", \"completion\": \"\", \"control\": 1}\n", 65,
       "m.jsonl:1: expected true or false as \"control\""},
      {"{\"id\": \"letter\", \"completion\": \"\", \"expected\": {\"chioce\": 1}}\n", 65,
       "m.jsonl:1: expected \"expected\" to be a number, or"},
  };
  for (const auto& c : cases) {
    world().write("m.jsonl", c.completions);
    const auto result = world().run("vrlt-score", {"m.jsonl", "--records", "r.jsonl"});
    EXPECT_EQ(result.exit_code, c.exit_code) << c.completions;
    EXPECT_THAT(result.err, HasSubstr(c.message));
  }
  world().write("m.jsonl", good);
  const std::pair<std::vector<std::string>, std::pair<int, const char*>> commands[] = {
      {{"no-such.jsonl"}, {66, "no-such.jsonl: no such file"}},
      {{"m.jsonl", "--records", "no-such.jsonl"}, {66, "no-such.jsonl: no such file"}},
      {{"m.jsonl"}, {65, "m.jsonl:1: \"schema\" is missing"}},
      {{"m.jsonl", "--records", "r.jsonl", "--rewards", "chioce"},
       {2, "unknown reward \"chioce\"; known: format"}},
      {{"m.jsonl", "--records", "r.jsonl", "--rewards", "choice=much"},
       {2, "--rewards choice=much: the weight is not a number"}},
      {{"m.jsonl", "--records", "r.jsonl", "--rewards", "choice=nan"},
       {2, "--rewards choice=nan: the weight is not a number"}},
      {{"m.jsonl", "--records", "r.jsonl", "--rewards", "choice=-1"},
       {2, "the weight is not a number of at least 0"}},
      {{}, {2, "no completions given"}},
  };
  for (const auto& [arguments, expected] : commands) {
    const auto result = world().run("vrlt-score", arguments);
    EXPECT_EQ(result.exit_code, expected.first) << expected.second << "\n" << result.err;
    EXPECT_THAT(result.err, HasSubstr(expected.second));
  }
  EXPECT_EQ(world().run("vrlt-score", {"--list", "rewards"}).exit_code, 0);
  EXPECT_EQ(world().run("vrlt-score", {"--version"}).exit_code, 0);
}

// Without a word about rewards they are those that vrlt-train has without one, and they are told.
TEST(Score, DefaultRewardsAreThoseOfTraining) {
  world().write("r.jsonl", kRecords);
  world().write("d.jsonl",
                "{\"id\": \"letter\", \"completion\": \"<think>t</think><answer>B</answer>\"}\n");
  const auto result = world().run("vrlt-score", {"d.jsonl", "--records", "r.jsonl"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(parse_lines(result.out).at(0)["total"], 1.0)
      << "0.5 for the format and 0.5 for the letter";
  EXPECT_THAT(result.err, HasSubstr("rewards: format=0.5 temporal_iou=0.5 choice=0.5"));
  EXPECT_THAT(result.err, HasSubstr("(no --rewards or --config given: those of vrlt-train)"));
}

// A config is read as vrlt-train reads it: keys beside a preset of the algorithm have an effect by
// it.
TEST(Score, AConfigWithAPresetOfTheAlgorithm) {
  world().write("r.jsonl", kRecords);
  world().write("c.jsonl", "{\"id\": \"letter\", \"completion\": \"B\"}\n");
  world().write("preset.yaml", text_of(world().folder() / "grpo.yaml") +
                                   "algorithm: {preset: dapo, ds_max_batches: 8}\n");
  const auto result =
      world().run("vrlt-score", {"c.jsonl", "--records", "r.jsonl", "--config", "preset.yaml"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

TEST(Score, ReadsStandardInput) {
  world().write("r.jsonl", kRecords);
  // /dev/null
  const auto result =
      world().run("vrlt-score", {"-", "--records", "r.jsonl", "--rewards", "choice"});
  EXPECT_EQ(result.exit_code, 65);
  EXPECT_THAT(result.err, HasSubstr("/dev/stdin: no completions"));
}

TEST(Score, RefusesAToleranceThatIsNoNumber) {
  for (const char* tolerance : {"nan", "inf", "-1"}) {
    const auto result = world().run("vrlt-score", {"c.jsonl", "--tolerance", tolerance});
    EXPECT_EQ(result.exit_code, 2) << tolerance;
    EXPECT_THAT(result.err, HasSubstr("--tolerance")) << tolerance;
  }
}

}  // namespace
}  // namespace vrlt::test
