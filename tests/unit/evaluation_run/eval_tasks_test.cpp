// Which records an evaluation asks, and whether its scores may stand beside published ones.
#include "vrlt/evaluation_run/eval_tasks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::evaluation_run {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Three multiple choice records a, b and c.txt, and an open one without an answer.
class EvalRecords : public ::testing::Test {
 protected:
  EvalRecords() {
    std::ofstream file(folder_.path() / "r.jsonl");
    for (const char* id : {"a", "b", "c.txt"})
      file << io::Json{{"schema", "vs/1"}, {"id", id},        {"task", "mcq"},
                       {"video", "v.mp4"}, {"question", "q"}, {"options", {"x", "y"}},
                       {"answer", 0}}
           << "\n";
    config.data.records = {(folder_.path() / "r.jsonl").string()};
    config.data.root = folder_.path().string();
  }

  std::vector<std::string> ids() const {
    std::vector<std::string> ids;
    for (const auto& sample : read_eval_samples(config).samples) ids.push_back(sample.id);
    return ids;
  }
  std::string why_not_comparable() const {
    const auto all = read_eval_samples(config);
    return not_comparable(split_by_benchmark(all, config).front(), config);
  }

  test::TemporaryFolder folder_;
  settings::EvalConfig config;
};

TEST_F(EvalRecords, AnIdIsAnIdEvenWhereAFileHasItsName) {
  const auto old = fs::current_path();
  fs::current_path(folder_.path());
  std::ofstream("c.txt") << "a\n";
  std::ofstream("list.txt") << "a\r\nb\n";
  config.ids = {"c.txt"};
  EXPECT_THAT(ids(), ElementsAre("c.txt"));
  config.ids = {"list.txt"};
  EXPECT_THAT(ids(), ElementsAre("a", "b"));
  fs::current_path(old);
  config.ids = {"nobody"};
  EXPECT_THROW(ids(), ConfigError);
}

TEST_F(EvalRecords, ALimitThatLeavesNothingOutIsNoMark) {
  config.data.max_samples = 2;
  EXPECT_THAT(ids(), ElementsAre("a", "b"));
  EXPECT_THAT(why_not_comparable(), HasSubstr("the first 2 samples"));
  for (const int64_t limit : {3, 4, 100}) {
    config.data.max_samples = limit;
    EXPECT_EQ(why_not_comparable(), "") << limit;
  }
  config.data.max_samples = 0;
  config.ids = {"a"};
  EXPECT_THAT(why_not_comparable(), HasSubstr("1 chosen samples"));
  config.ids = {"a", "b", "c.txt"};
  EXPECT_EQ(why_not_comparable(), "") << "all of them";
}

TEST_F(EvalRecords, AnOpenQuestionIsATaskOfItsOwn) {
  std::ofstream(folder_.path() / "r.jsonl", std::ios::app) << io::Json{{"schema", "vs/1"},
                                                                       {"id", "o"},
                                                                       {"task", "open"},
                                                                       {"video", "v.mp4"},
                                                                       {"question", "q"}}
                                                           << "\n";
  std::vector<std::string> names;
  const auto all = read_eval_samples(config);
  for (const auto& task : split_by_benchmark(all, config)) names.push_back(task.name);
  EXPECT_THAT(names, ElementsAre("mcq", "open"));
}

}  // namespace
}  // namespace vrlt::evaluation_run
