// The append-only store of responses: docs/spec/selection.md#determinism.
#include "vrlt/selection_run/response_store.h"

#include <gtest/gtest.h>

#include <fstream>

#include "selection_run/store_lines.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/thread_ranks.h"
#include "vrlt/core/error.h"

namespace vrlt::selection_run {
namespace {

namespace fs = std::filesystem;

constexpr size_t kSamples = 11, kBatch = 2;

std::vector<data::Sample> make_samples() {
  std::vector<data::Sample> samples(kSamples);
  for (size_t i = 0; i < kSamples; ++i) samples[i].id = concat("s", i);
  return samples;
}

/// What a model would say: a function of the sample and the round. Sample 4, and 9 in the further
/// round, cannot be asked unless `repaired`.
io::Json answer(const std::string& id, const std::string& round, bool repaired) {
  if ((id == "s4" || (id == "s9" && !round.empty())) && !repaired)
    return {{"id", id}, {"error", "no video"}};
  return {{"id", id},
          {"text", concat("\",\"summary\":{} of ", id, round)},
          {"n", id.size() + round.size()}};
}

io::Json summary(const io::Json& line) { return {{"n", line.at("n")}}; }

struct Killed {};

/// A run with a further round about every third sample; it stops after so many appends.
class StoreRun {
 public:
  explicit StoreRun(fs::path path) : path_(std::move(path)) {}

  void on(int world_size, int max_appends = 1000, bool repaired = false) const {
    const auto body = [&](distributed::ProcessGroup& group) { run(group, max_appends, repaired); };
    try {
      test::ThreadRanks(world_size).run(body);
    } catch (const Killed&) {
    }
  }
  std::string text() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  const fs::path& path() const { return path_; }

 private:
  void run(distributed::ProcessGroup& group, int max_appends, bool repaired) const {
    const auto samples = make_samples();
    std::vector<const data::Sample*> pointers;
    for (const auto& sample : samples) pointers.push_back(&sample);
    ResponseStore store(path_, pointers, kBatch, "error", group, summary);
    for (int appends = 0;; ++appends) {
      if (store.asked_all() && !store.has_round("more"))
        store.begin_round("more", {0, 3, 6, 9, 10});
      if (store.complete()) break;
      if (appends == max_appends) throw Killed{};
      std::vector<io::Json> lines;
      for (const size_t i : store.next_batch())
        lines.push_back(answer(store.sample(i).id, store.round(), repaired));
      store.append(lines);
    }
    std::vector<size_t> more;
    store.for_each("more", [&](size_t sample, const io::Json& line) {
      more.push_back(sample);
      if (!store.failed(line)) EXPECT_EQ(line, io::Json({{"n", samples[sample].id.size() + 4}}));
      if (repaired) EXPECT_FALSE(store.failed(line)) << "asked once more";
    });
    EXPECT_EQ(more, (std::vector<size_t>{0, 3, 6, 9, 10}));
    EXPECT_EQ(store.num_asked(), kSamples);
  }

  fs::path path_;
};

class ResponseStoreTest : public testing::Test {
 protected:
  StoreRun make(const std::string& name) const {
    fs::create_directories(folder_.path() / name);
    return StoreRun(folder_.path() / name / "rollouts.jsonl");
  }
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_F(ResponseStoreTest, AnyRanksAndAnyKillGiveTheSameFile) {
  const auto whole = make("whole");
  whole.on(1);
  EXPECT_EQ(parse_lines(whole.text(), "whole").size(), 11U + 5U);
  const auto three = make("three");
  three.on(3);
  EXPECT_EQ(three.text(), whole.text());
  for (int appends = 0; appends <= 8; ++appends) {
    const auto run = make(concat("killed", appends));
    run.on(1, appends);
    std::ofstream(run.path(), std::ios::app | std::ios::binary) << "{\"id\":\"s";  // a torn line
    run.on(3, 1);
    run.on(2);
    EXPECT_EQ(run.text(), whole.text()) << appends;
    EXPECT_EQ(io::read_file(run.path().parent_path() / "rounds.jsonl", 1 << 20),
              io::read_file(whole.path().parent_path() / "rounds.jsonl", 1 << 20));
  }
}

TEST_F(ResponseStoreTest, TornLinesAreIgnored) {
  const auto whole = make("whole");
  whole.on(1);
  const auto text = whole.text();
  for (size_t size = 0; size < text.size(); size += 31) {
    const auto run = make(concat("cut", size));
    fs::copy_file(whole.path().parent_path() / "rounds.jsonl",
                  run.path().parent_path() / "rounds.jsonl");
    std::ofstream(run.path(), std::ios::binary) << text.substr(0, size);
    run.on(2);
    EXPECT_EQ(run.text(), text) << "cut after " << size << " bytes";
  }
}

TEST_F(ResponseStoreTest, AsksAgainWhatFailedAfterTheRounds) {
  const auto run = make("run");
  run.on(1);
  const auto before = run.text();
  run.on(2, 1000, /*repaired=*/true);
  const auto after = run.text();
  ASSERT_TRUE(after.starts_with(before));
  const auto lines = parse_lines(after.substr(before.size()), "x");
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0].at("id"), "s4");
  EXPECT_FALSE(lines[0].contains("round"));
  EXPECT_EQ(lines[1].at("id"), "s9") << "of the further round";
  EXPECT_EQ(lines[1].at("round"), "more");
  run.on(3, 1000, true);
  EXPECT_EQ(run.text(), after);
}

TEST_F(ResponseStoreTest, LinesThatDoNotBelongAreRefusedByPlace) {
  const auto whole = make("whole");
  whole.on(1);
  const auto text = whole.text();
  const size_t second = text.find('\n') + 1;
  const std::pair<std::string, std::string> cases[] = {
      {text.substr(second), ":1: is about s1, expected s0"},            // the first is missing
      {text.substr(0, second) + text, ":2: is about s0, expected s1"},  // twice
      {text.substr(0, second) + "{\"n\": 1}\n",
       ":2: expected an object with an \"id\""},  // of no sample
      {text + "{\"id\":\"s0\",\"round\":\"other\",\"n\":1}\n",
       ":17: is of round other, which is not"},  // of no round
      {text + "{\"id\":\"s99\",\"n\":1}\n", ":17: is about s99, which is not in the records"},
      {text.substr(0, second) + "not json\n", ":2: not valid JSON"}};
  for (const auto& [broken, message] : cases) {
    std::ofstream(whole.path(), std::ios::binary) << broken;
    try {
      whole.on(1);
      ADD_FAILURE() << message;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("rollouts.jsonl" + message), std::string::npos)
          << error.what();
    }
  }
}

// Lines carry a hash of themselves: an answer that somebody edits is not taken for what the model
// said.
TEST_F(ResponseStoreTest, AnEditedLineIsRefused) {
  const auto whole = make("whole");
  whole.on(1);
  const auto text = whole.text();
  const auto edited = [&](const std::string& from, const std::string& to) {
    auto changed = text;
    return changed.replace(changed.find(from), from.size(), to);
  };
  const size_t second = text.find('\n') + 1, stamp = text.find(",\"sha\"", second);
  const std::pair<std::string, std::string> cases[] = {
      {edited("\"n\":2", "\"n\":3"), ":1: was edited"},  // in the summary
      {edited("of s0", "of S0"), ":1: was edited"},      // behind it
      {edited(" of s1\"", " of  s1\""), ":2: was edited"},
      {std::string(text).erase(stamp, text.find('}', stamp) - stamp),
       ":2: has no hash of its own"}};
  for (const auto& [broken, message] : cases) {
    std::ofstream(whole.path(), std::ios::binary) << broken;
    try {
      whole.on(1);
      ADD_FAILURE() << message;
    } catch (const DataError& error) {
      EXPECT_NE(std::string(error.what()).find("rollouts.jsonl" + message), std::string::npos)
          << error.what();
    }
  }
}

TEST_F(ResponseStoreTest, WhatStandsBehindACompleteRunIsCutOff) {
  const auto whole = make("whole");
  whole.on(1, 1000, /*repaired=*/true);
  const auto text = whole.text();
  std::ofstream(whole.path(), std::ios::app | std::ios::binary) << text.substr(0, 20);
  whole.on(1, 1000, true);
  EXPECT_EQ(whole.text(), text);
}

// Lines that were there a moment ago are not written again from nowhere, nor begun anew.
TEST_F(ResponseStoreTest, AStoreThatIsGoneWhileItIsWrittenIsAnError) {
  const auto samples = make_samples();
  std::vector<const data::Sample*> pointers;
  for (const auto& sample : samples) pointers.push_back(&sample);
  const auto path = make("run").path();
  ResponseStore store(path, pointers, kBatch, "error", distributed::single_process(), summary);
  const auto lines = [&] {
    std::vector<io::Json> lines;
    for (const size_t i : store.next_batch()) lines.push_back(answer(store.sample(i).id, "", true));
    return lines;
  };
  store.append(lines());
  fs::remove(path);
  EXPECT_THROW(store.append(lines()), DiskError);
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(ResponseStoreTest, RoundsOfOtherSamplesAreRefused) {
  const auto run = make("run");
  for (const char* text : {"{\"round\":\"more\"}\n{\"round\":\"more\",\"id\":\"s99\"}\n",
                           "{\"round\":\"more\",\"id\":\"s1\"}\n", "3\n",
                           "{\"round\":\"more\"}\n{\"round\":\"more\"}\n"}) {
    std::ofstream(run.path().parent_path() / "rounds.jsonl", std::ios::binary) << text;
    EXPECT_THROW(run.on(1), DataError) << text;
  }
}

// A round of a large pool, between ranks and in the file: more values than a foreign JSON text may
// have.
TEST(StoreLines, MayBeOfAnySize) {
  const std::vector<size_t> samples((1 << 19) + 1, 7);
  const io::Json line = {{"name", "more"}, {"samples", samples}};
  EXPECT_EQ(parse_lines(to_lines({line}), "rank 1").front()["samples"].size(), samples.size());
  const test::TemporaryFolder folder;
  io::write_file_atomic(folder.path() / "lines", stamped(line) + "\n");
  size_t found = 0;
  for_each_stored_line(folder.path() / "lines", false,
                       [&](const StoredLine& stored) { found = stored.value["samples"].size(); });
  EXPECT_EQ(found, samples.size());
}

// Texts may hold anything, the name of the member too.
TEST(HeadOf, EndsBehindTheSummary) {
  const io::Json line = {{"id", "a \",\"summary\":{ b"},
                         {"summary", {{"answers", {"}", "\\\"}"}}, {"parts", {{"x", 1}}}}},
                         {"text", "long"}};
  const auto head = head_of(io::to_line(line));
  auto expected = line;
  expected.erase("text");
  EXPECT_EQ(head, io::to_line(expected));
  EXPECT_EQ(head_of("{\"id\":\"a\",\"text\":\"b\"}"), "");
  EXPECT_EQ(head_of("{\"id\":\"a\",\"summary\":{\"b\":\"}"), "") << "not closed";
}

}  // namespace vrlt::selection_run
