// Files that people give for records: what each is told, in one line, once for the whole file.
#include "vrlt/data/record_file.h"

#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/data/dataset.h"

namespace vrlt::data {
namespace {

using test::BrokenFile;
using testing::HasSubstr;

constexpr const char* kRecord =
    R"({"schema": "vs/1", "id": "1", "task": "open", "video": "v.mp4", "question": "q"})";

const BrokenFile kForeign[] = {
    {"list_of_records", concat("[", kRecord, ", ", kRecord, "]"),
     "a JSON list; records are JSON objects, one a line: jq -c '.[]'"},
    {"pretty_list", "[\n  {\n    \"schema\": \"vs/1\"\n  }\n]\n",
     "a JSON list; records are JSON objects, one a line: jq -c '.[]'"},
    {"pretty_records",
     "{\n  \"schema\": \"vs/1\",\n  \"id\": \"a\"\n}\n{\n  \"schema\": \"vs/1\"\n}\n",
     "JSON objects over several lines, expected one a line: jq -c . "},
    {"one_document", R"({"version": 1, "data": [{"a": 1}]})",
     "one JSON document with its rows in \"data\"; records are JSON objects, one a line: jq -c "
     "'.\"data\"[]'"},
    {"llava",
     R"([{"id": "7", "video": "s.mp4", "conversations": [{"from": "human", "value": "<video>Which?"}]}])",
     "conversations of LLaVA or ShareGPT; convert it first: vrlt-data convert chat "},
    {"messages",
     R"({"messages": [{"role": "user", "content": "<video>Which?"}], "videos": ["/data/s.mp4"], "solution": "<answer>A</answer>"})",
     "messages of ms-swift, TRL or OpenAI; convert it first: vrlt-data convert chat "},
    {"ms_swift", R"({"query": "<image>What?", "response": "a cat", "images": ["a.png"]})",
     "a row of ms-swift (query, response); convert it first: vrlt-data convert chat "},
    {"easyr1", R"({"videos": ["s.mp4"], "problem": "<video>Which? A. red B. blue", "answer": "A"})",
     "a row of EasyR1 (problem, answer); convert it first: vrlt-data convert chat "},
    {"verl",
     R"({"data_source": "x", "prompt": [{"role": "user", "content": "<video>What?"}], "videos": [{"video": "s.mp4"}], "reward_model": {"ground_truth": "A"}})",
     "a row of verl (prompt, reward_model); convert it first: vrlt-data convert chat "},
    {"trl", R"({"prompt": "What?", "solution": "x", "image": "a.png"})",
     "a row of TRL (prompt, solution); convert it first: vrlt-data convert chat "},
    {"trl_prompt_and_completion", R"({"prompt": "What?", "completion": "x", "image": "a.png"})",
     "a row of TRL (prompt, completion); convert it first: vrlt-data convert chat "},
    {"preferences", R"({"prompt": "What?", "chosen": "x", "rejected": "y"})",
     "a pair of preferences, which nothing here learns from"},
    {"video_r1",
     R"([{"problem_id": 1, "problem": "q", "problem_type": "OCR", "solution": "x", "data_type": "video"}])",
     "a row of Video-R1; convert it first: vrlt-data convert video_r1 "},
    {"activitynet", R"({"v_a": {"duration": 3, "timestamps": [[0, 1]], "sentences": ["s"]}})",
     "vrlt-data convert anet_tvg "},
    {"charades", "AB1CD 24.3 30.4##a person\n",
     "lines of Charades-STA; convert them first: vrlt-data convert charades_sta "},
    {"csv", "id,video,question,answer\n1,a.mp4,Who?,me\n",
     "a table with the columns [\"id\",\"video\",\"question\",\"answer\"]"},
    {"tsv", "id\tvideo\n1\ta.mp4\n", "a table with the columns"},
    {"yaml", "name: run\ndata:\n  root: x\n", "YAML (a config?), not JSON Lines"},
    {"python", "{'schema': 'vs/1'}\n", "Python dictionaries, not JSON"},
    {"subtitles", "1\n00:00:01,000 --> 00:00:02,000\nhi\n", "subtitles"},
    {"parquet", "PAR1\x15\x04", "a Parquet file"},
    {"html", "<!doctype html>\n<p>", "an HTML page"},
};

class ForeignRecords : public testing::TestWithParam<BrokenFile> {
 protected:
  test::TemporaryFolder folder_;
};
INSTANTIATE_TEST_SUITE_P(Files, ForeignRecords, testing::ValuesIn(kForeign), test::row_name);

TEST_P(ForeignRecords, AreToldOnceWithWhatToDo) {
  const auto path = folder_.path() / "x.jsonl";
  test::expect_refused(GetParam(), path, path.string() + ": ", [&] { load_samples({path}); });
}

// Lines that are broken one by one stay located by their lines.
const BrokenFile kBrokenLines[] = {
    {"torn", concat(kRecord, "\n", R"({"schema": "vs/1", "vid)", "\n", kRecord),
     "x.jsonl:2: not valid JSON"},
    {"torn_first", concat(R"({"schema": "vs/1", "vid)", "\n", kRecord),
     "x.jsonl:1: not valid JSON"},
    {"torn_behind_a_value", concat(R"({"schema": "vs/1")", "\n", kRecord),
     "x.jsonl:1: not valid JSON"},
    {"two_on_a_line", concat(kRecord, kRecord), "x.jsonl:1: not valid JSON"},
};

class BrokenRecordLines : public ForeignRecords {};
INSTANTIATE_TEST_SUITE_P(Files, BrokenRecordLines, testing::ValuesIn(kBrokenLines), test::row_name);

TEST_P(BrokenRecordLines, KeepTheirPlaces) {
  const auto path = folder_.path() / "x.jsonl";
  test::expect_refused(GetParam(), path, [&] { load_samples({path}); });
}

TEST(RecordFile, AFolderIsNoFile) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(load_samples({folder.path()}), DataError);
  std::ofstream(folder.path() / "dataset_info.json") << "{}";
  try {
    load_samples({folder.path()});
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("a data set that the datasets library saved"));
  }
}

}  // namespace
}  // namespace vrlt::data
