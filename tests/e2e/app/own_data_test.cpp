// Six layouts of other trainers and a table, as their users have them: converted, checked, trained
// on. The rows are made of records, which the conversion must give back.
#include "tests/e2e/app/small_world.h"
#include "tests/support/table_case.h"

namespace vrlt::test {
namespace {

using io::Json;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

std::string video_of(const Json& record) { return record["video"]; }
std::string absolute_video_of(const Json& record) {
  return (world().folder() / "data/videos" / video_of(record)).string();
}

/// "which color\nA. red\nB. blue"
std::string question_of(const Json& record) {
  std::string text = record["question"];
  if (record["options"].is_array())
    for (size_t i = 0; i < record["options"].size(); ++i)
      text += std::string("\n") + static_cast<char>('A' + i) + ". " +
              record["options"][i].get<std::string>();
  return text;
}

/// "B", or "From 4.0 to 5.5 seconds."
std::string answer_of(const Json& record) {
  if (record["answer"].is_number())
    return std::string(1, static_cast<char>('A' + record["answer"].get<int>()));
  const auto& span = record["segments"][0];
  return "From " + span[0].dump() + " to " + span[1].dump() + " seconds.";
}

/// The row with the spans that no text of its own holds.
Json with_spans(Json row, const Json& record) {
  if (record["task"] == "gqa") row["segments"] = record["segments"];
  return row;
}

Json user(const Json& content) { return {{"role", "user"}, {"content", content}}; }

Json llava(const Json& record) {
  return {{"id", record["id"]},
          {"video", video_of(record)},
          {"conversations",
           {{{"from", "human"}, {"value", "<video>\n" + question_of(record)}},
            {{"from", "gpt"}, {"value", answer_of(record)}}}}};
}
Json ms_swift(const Json& record) {
  return {{"messages", {user("<video>" + question_of(record))}},
          {"videos", {absolute_video_of(record)}},
          {"solution", "<answer>" + answer_of(record) + "</answer>"}};
}
Json llama_factory(const Json& record) {
  return {{"instruction", "<video>" + question_of(record)},
          {"input", ""},
          {"output", "<think>It moves.</think><answer>" + answer_of(record) + "</answer>"},
          {"videos", {video_of(record)}}};
}
Json trl(const Json& record) {
  const Json parts = {{{"type", "video"}, {"video", "file://" + absolute_video_of(record)}},
                      {{"type", "text"}, {"text", question_of(record)}}};
  return {{"prompt", {user(parts)}},
          {"completion", {{{"role", "assistant"}, {"content", answer_of(record)}}}}};
}
Json easyr1(const Json& record) {
  return {{"problem", "<video>" + question_of(record)},
          {"answer", answer_of(record)},
          {"videos", {video_of(record)}}};
}
Json verl(const Json& record) {
  return {{"data_source", "mine"},
          {"prompt", {user("<video>" + question_of(record))}},
          {"videos", {{{"video", absolute_video_of(record)}, {"fps", 1.0}}}},
          {"ability", "video"},
          {"reward_model", {{"style", "rule"}, {"ground_truth", answer_of(record)}}},
          {"extra_info", {{"split", "train"}, {"index", 0}}}};
}

struct Layout {
  const char* name;
  Json (*row)(const Json& record);
  bool is_list;  ///< One JSON list, or a row a line.
};
VRLT_PRINT_ROW_NAME(Layout)

constexpr Layout kLayouts[] = {
    {"llava", llava, true}, {"ms_swift", ms_swift, false}, {"llama_factory", llama_factory, true},
    {"trl", trl, false},    {"easyr1", easyr1, false},     {"verl", verl, false}};

class OwnData : public testing::TestWithParam<Layout> {};
INSTANTIATE_TEST_SUITE_P(Layouts, OwnData, testing::ValuesIn(kLayouts), row_name);

std::string text_of_rows(const std::vector<Json>& rows, bool is_list) {
  if (is_list) return Json(rows).dump(2) + "\n";
  std::string lines;
  for (const auto& row : rows) lines += row.dump() + "\n";
  return lines;
}

/// Whether it teaches the same as the record that its row was made of.
void expect_same_sample(const Json& converted, const Json& record) {
  for (const char* field : {"task", "video", "question", "options", "answer", "segments"})
    EXPECT_EQ(converted[field], record[field]) << record["id"] << " " << field;
}

void expect_trained_on(const std::string& records, const std::string& name) {
  const auto check = world().run("vrlt-data", {"check", records, "--data-root", "data/videos"});
  EXPECT_EQ(check.exit_code, 0) << check.out << check.err;
  const auto train =
      world().run("vrlt-train", {"grpo.yaml", "name=" + name, "steps=1", "prompts_per_step=3",
                                 "data.records=[" + records + "]"});
  EXPECT_EQ(train.exit_code, 0) << train.err;
}

}  // namespace

TEST_P(OwnData, IsConvertedCheckedAndTrainedOn) {
  const auto& layout = GetParam();
  const auto records = lines_of(world().folder() / "data/train.jsonl");
  std::vector<Json> rows;
  for (const auto& record : records) rows.push_back(with_spans(layout.row(record), record));
  const std::string name = layout.name, file = name + (layout.is_list ? ".json" : ".jsonl"),
                    output = name + ".records.jsonl";
  world().write(file, text_of_rows(rows, layout.is_list));

  const auto foreign = world().run("vrlt-data", {"check", file});
  EXPECT_EQ(foreign.exit_code, 65);
  EXPECT_THAT(foreign.out, HasSubstr("vrlt-data convert chat " + file));

  const auto result = world().run(
      "vrlt-data", {"convert", "chat", file, "--data-root", "data/videos", "--output", output});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto converted = lines_of(world().folder() / output);
  ASSERT_EQ(converted.size(), records.size()) << result.out;
  for (size_t i = 0; i < records.size(); ++i) expect_same_sample(converted[i], records[i]);
  expect_trained_on(output, "own-" + name);
}

TEST(OwnTable, IsConvertedCheckedAndTrainedOn) {
  const auto records = lines_of(world().folder() / "data/train.jsonl");
  std::string table = "clip,text,choices,label,from,to\n";
  for (const auto& record : records) {
    const bool asks_span = record["segments"].is_array();
    std::string choices;
    if (record["options"].is_array())
      for (const auto& option : record["options"])
        choices += (choices.empty() ? "" : "|") + option.get<std::string>();
    table += video_of(record) + "," + record["question"].get<std::string>() + "," + choices + "," +
             (record["answer"].is_number() ? record["answer"].dump() : "") + "," +
             (asks_span ? record["segments"][0][0].dump() : "") + "," +
             (asks_span ? record["segments"][0][1].dump() : "") + "\n";
  }
  world().write("own.csv", table);
  const auto result = world().run(
      "vrlt-data", {"convert", "table", "own.csv", "--map",
                    "question=text,options=choices,answer=label,start=from,end=to,video=clip",
                    "--output", "table.records.jsonl"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto converted = lines_of(world().folder() / "table.records.jsonl");
  ASSERT_EQ(converted.size(), records.size()) << result.out;
  for (size_t i = 0; i < records.size(); ++i) expect_same_sample(converted[i], records[i]);
  expect_trained_on("table.records.jsonl", "own-table");
}

}  // namespace vrlt::test
