// Record files that are broken before the fields that sample_test.cpp breaks are reached, and
// values that are hostile as text.
#include "tests/support/broken_file.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/data/dataset.h"

namespace vrlt::data {
namespace {

using test::BrokenFile;
using test::repeated;

constexpr const char* kGood =
    R"({"schema":"vs/1","id":"1","task":"open","video":"v.mp4","question":"q"})";

std::string record(const std::string& fields) {
  return concat(R"({"schema":"vs/1","id":"2","task":"tvg","video":"v.mp4","question":"q",)", fields,
                "}");
}
std::string second(const std::string& line) { return concat(kGood, "\n", line, "\n"); }

const BrokenFile kBroken[] = {
    {"empty", "", "nothing to work on"},
    {"blank_lines", "\n \n\t\r\n", "nothing to work on"},
    {"lfs_pointer", test::kLfsPointer, "\"git lfs pull\""},
    {"one_list_of_records", concat("[", kGood, "]"),
     "x.jsonl: a JSON list; records are JSON objects, one a line: jq -c '.[]'"},
    {"a_text", second("\"x\""), ":2: expected a JSON object, found \"x\""},
    {"torn", second(R"({"schema":"vs/1","id":)"), ":2: not valid JSON at byte 23"},
    {"two_on_a_line", second(std::string(kGood) + kGood), ":2: not valid JSON at byte 72"},
    {"nan", second(record(R"("segments":[[NaN,1]])")), ":2: not valid JSON at byte"},
    {"key_twice", second(record(R"("segments":[[0,1]],"id":"3")")),
     ":2: duplicate key \"id\" at byte"},
    {"lone_surrogate", second(record(R"("prompt":"\ud800")")), ":2: not valid JSON at byte"},
    {"invalid_utf8", second(record("\"prompt\":\"\xff\"")), ":2: not valid JSON at byte"},
    {"nul", second(std::string("{}\0", 3)), ":2: not valid JSON at byte 3: a NUL"},
    {"nested", second(record("\"native\":" + repeated("[", 100))),
     ":2: nested deeper than 64 levels at byte"},
    {"too_many_segments",
     [] { return second(record(concat("\"segments\":[", repeated("[0,1],", 200'000), "[0,1]]"))); },
     ":2: more than 524288 values"},
    {"seconds_above_double", second(record(R"("segments":[[0,1e999]])")),
     ":2: not valid JSON at byte"},
    {"seconds_as_texts", second(record(R"("segments":[["0","1"]])")),
     ":2: \"segments\" is [[\"0\",\"1\"]], expected"},
    {"long_task", second(R"({"schema":"vs/1","id":"2","task":")" + repeated("t", 100'000) + "\"}"),
     ":2: \"task\" is \"ttt"},
    {"task_of_control_characters", second(R"({"schema":"vs/1","id":"2","task":"\u001b[2J"})"),
     R"(:2: "task" is "\u001b[2J")"},
    {"long_list_of_options",
     second(record("\"options\":[" + repeated("\"a\",", 50'000) + "\"b\"]")),
     ":2: \"options\" is [\"a\""},
    {"id_used_before", concat(kGood, "\n\n", kGood), ":3: id \"1\" was used before at "},
    {"id_of_control_characters_used_before",
     [] {
       const std::string line =
           R"({"schema":"vs/1","id":"\u001b\n","task":"open","video":"v","question":"q"})";
       return concat(line, "\n", line);
     },
     R"(:2: id "\u001b\n" was used before at )"},
};

class BrokenRecords : public testing::TestWithParam<BrokenFile> {
 protected:
  test::TemporaryFolder folder_;
};

TEST_P(BrokenRecords, AreLocatedErrors) {
  const auto path = folder_.path() / "x.jsonl";
  test::expect_refused(GetParam(), path, [&] { load_samples({path}); });
}

INSTANTIATE_TEST_SUITE_P(Files, BrokenRecords, testing::ValuesIn(kBroken), test::row_name);

const BrokenFile kBadVideoPaths[] = {
    {"upwards", "../v.mp4", "\"../v.mp4\""},
    {"upwards_inside", "a/../../v.mp4", "\"a/../../v.mp4\""},
    {"absolute", "/etc/passwd", "\"/etc/passwd\""},
    {"nul", std::string("v.mp4\0.txt", 10), R"("v.mp4\u0000.txt")"},
    {"control_characters", "../\x1b[2J", R"("../\u001b[2J")"},
};

class BadVideoPaths : public BrokenRecords {};

TEST_P(BadVideoPaths, AreRefused) {
  test::expect_refused(GetParam(), folder_.path() / "unused", "below the data root",
                       [&] { resolve_media("/data", GetParam().bytes()); });
}

INSTANTIATE_TEST_SUITE_P(Files, BadVideoPaths, testing::ValuesIn(kBadVideoPaths), test::row_name);

}  // namespace
}  // namespace vrlt::data
