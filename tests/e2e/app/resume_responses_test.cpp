// Selection and evaluation that were killed or stopped and resumed leave the files of undisturbed
// ones.
#include "tests/e2e/app/killing.h"
#include "tests/e2e/app/racing_config.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// The records with one whose video is missing in the middle: its line is part of what must come
/// out equal.
std::string records_with_a_missing_video() {
  const auto& world = SmallWorld::get();
  std::string text;
  const auto records = lines_of(world.folder() / "data/train.jsonl");
  for (size_t i = 0; i < records.size(); ++i) {
    auto record = records[i];
    if (i == 4) record["video"] = "train/missing.mp4";
    text += io::to_line(record) + "\n";
  }
  world.write("gap.jsonl", text);
  return "data.records=[gap.jsonl]";
}

int64_t stored_lines(const fs::path& run) {
  int64_t count = count_lines(run / "rollouts.jsonl");
  for (const char* task : {"mcq", "tvg", "gqa"}) count += count_lines(run / task / "samples.jsonl");
  return count;
}

struct Stored {
  const char* program;
  const char* config;
  int exit_code;
  std::vector<std::string> files;
};
void PrintTo(const Stored& stored, std::ostream* out) {
  *out << stored.program << ' ' << stored.config;
}

class ResumeResponses : public ::testing::TestWithParam<Stored> {
 protected:
  static void SetUpTestSuite() { write_racing_config(); }
  std::vector<std::string> arguments(const std::string& name) const {
    std::vector<std::string> list = {GetParam().config, "name=" + name, records_};
    if (GetParam().exit_code == 0) list.emplace_back("data.max_bad_fraction=1");
    return list;
  }
  fs::path whole() const {
    const auto name = std::string("whole-") + GetParam().config;
    const auto result = world_.run(GetParam().program, arguments(name));
    EXPECT_EQ(result.exit_code, GetParam().exit_code) << result.err;
    return world_.run_folder(name);
  }
  void expect_same_files(const fs::path& expected, const fs::path& actual) const {
    for (const auto& file : GetParam().files) expect_same_file(expected / file, actual / file);
  }
  const SmallWorld& world_ = SmallWorld::get();
  std::string records_ = records_with_a_missing_video();
};

TEST_P(ResumeResponses, KilledTenTimesEndsAsUndisturbed) {
  const auto expected = whole();
  kill_ten_times(
      GetParam().program, [&](const std::string& name) { return arguments(name); }, stored_lines,
      GetParam().exit_code, [&](const fs::path& run) { expect_same_files(expected, run); });
}

TEST_P(ResumeResponses, TerminationExitsWith75AndGoesOn) {
  const auto expected = whole();
  const auto name = std::string("terminated-") + GetParam().config;
  const auto run = world_.run_folder(name);
  Process process(SmallWorld::program(GetParam().program), arguments(name), world_.options());
  ASSERT_TRUE(process.wait_until([&] { return stored_lines(run) >= 3; }));
  process.send(SIGTERM);
  const auto stopped = process.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("run the same command to go on"));
  const auto resumed = world_.run(GetParam().program, arguments(name));
  EXPECT_EQ(resumed.exit_code, GetParam().exit_code) << resumed.err;
  expect_same_files(expected, run);
}

// The store of a run that was cut inside a batch and inside a line.
TEST_P(ResumeResponses, TornStoreIsRepaired) {
  const auto expected = whole();
  const auto name = std::string("torn-") + GetParam().config;
  const auto& store = GetParam().files.front();
  ASSERT_EQ(world_.run(GetParam().program, arguments(name)).exit_code, GetParam().exit_code);
  const auto path = world_.run_folder(name) / store;
  const auto text = text_of(path);
  // batches are of 2
  const size_t third_line_end = text.find('\n', text.find('\n', text.find('\n') + 1) + 1);
  for (const size_t size :
       {third_line_end + 1, third_line_end, third_line_end - 5, size_t{7}, size_t{0}}) {
    SCOPED_TRACE(size);
    fs::resize_file(path, size);
    const auto resumed = world_.run(GetParam().program, arguments(name));
    ASSERT_EQ(resumed.exit_code, GetParam().exit_code) << resumed.err;
    expect_same_files(expected, world_.run_folder(name));
  }
}

// A video that was missing and is there now: the same command asks again, and only that.
TEST_P(ResumeResponses, AsksAgainWhatCouldNotBeAsked) {
  const auto name = std::string("again-") + GetParam().config;
  const auto run = world_.run_folder(name);
  ASSERT_EQ(world_.run(GetParam().program, arguments(name)).exit_code, GetParam().exit_code);
  const auto before = stored_lines(run);
  fs::copy_file(world_.folder() / "data/videos/train/00001.mp4",
                world_.folder() / "data/videos/train/missing.mp4");
  const auto again = world_.run(GetParam().program, arguments(name));
  fs::remove(world_.folder() / "data/videos/train/missing.mp4");
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(stored_lines(run), before + 1) << "one line more, none rewritten";
  if (fs::exists(run / "rejected.jsonl")) {
    EXPECT_EQ(text_of(run / "rejected.jsonl").find("unreadable"), std::string::npos);
  } else {
    EXPECT_EQ(io::read_json(run / "mcq/results.json")["n_done"], 12);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Programs, ResumeResponses,
    ::testing::Values(Stored{"vrlt-select",
                             "select.yaml",
                             0,
                             {"rollouts.jsonl", "statistics.jsonl", "selected.jsonl",
                              "rejected.jsonl"}},
                      Stored{"vrlt-select",
                             "racing.yaml",
                             0,
                             {"rollouts.jsonl", "rounds.jsonl", "statistics.jsonl",
                              "selected.jsonl", "rejected.jsonl"}},
                      Stored{"vrlt-eval",
                             "eval.yaml",
                             83,
                             {"mcq/samples.jsonl", "mcq/results.json", "tvg/samples.jsonl",
                              "tvg/results.json", "gqa/samples.jsonl", "gqa/results.json"}}),
    [](const auto& info) {
      return std::string(info.param.config).substr(0, std::string(info.param.config).find('.'));
    });

}  // namespace
}  // namespace vrlt::test
