#include "vrlt/conversion/store_export.h"

#include <gmock/gmock.h>

#include "tests/support/jsonl_lines.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::conversion {
namespace {

using ::testing::HasSubstr;

/// A run of vrlt-select with three samples: a has four answers in two rounds and an audit, b only
/// wrong ones, c only one that was cut off.
class StoreExportTest : public ::testing::Test {
 protected:
  void SetUp() override {
    io::create_folders(run());
    put("records.jsonl", record("a") + record("b") + record("c") + record("unasked"));
    put("run/config.yaml", "name: run\nmodel: {path: none}\ndata: {records: [" +
                               path("records.jsonl") + "], root: videos}\n");
    put("run/rollouts.jsonl",
        R"({"id": "a", "responses": [)" + response("poor", 0.25, 0.25) + ", " +
            response("good", 1.5, 1.0) + R"(]})" + "\n" + R"({"id": "b", "responses": [)" +
            response("bad", 0.5, 0.0) + R"(]})" + "\n" + R"({"id": "c", "responses": [)" +
            response("endless", 2.0, 1.0, "length") + R"(]})" + "\n" +
            R"({"id": "a", "round": "doubtful", "responses": [)" + response("as good", 1.5, 1.0) +
            ", " + response("cut off", 0.125, 1.0, "length") + R"(]})" + "\n" +
            R"({"id": "a", "round": "audit", "responses": [)" + response("audited", 9.0, 1.0) +
            R"(]})" + "\n" + R"({"id": "b", "error": "no such file"})" + "\n");
  }

  static std::string record(const std::string& id) {
    return R"({"schema": "vs/1", "id": ")" + id +
           R"(", "task": "mcq", "video": "v.mp4", "question": "q", "options": ["x", "y"], "answer": 0})"
           "\n";
  }
  static std::string response(const std::string& text, double reward, double accuracy,
                              const std::string& finish = "stop") {
    return io::to_line({{"text", text},
                        {"tokens", 3},
                        {"finish", finish},
                        {"reward", reward},
                        {"components", io::Json::object()},
                        {"accuracy", accuracy}});
  }
  std::filesystem::path run() const { return folder_.path() / "run"; }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }
  void put(const std::string& name, const std::string& text) {
    io::write_file_atomic(folder_.path() / name, text);
  }
  std::vector<io::Json> exported(StoreExport what, double min_accuracy = 0.5,
                                 double min_gap = 0.2) {
    export_store({.what = what,
                  .run = run(),
                  .output = path("out.jsonl"),
                  .min_accuracy = min_accuracy,
                  .min_gap = min_gap});
    return test::lines_of(path("out.jsonl"));
  }

  test::TemporaryFolder folder_;
};

TEST_F(StoreExportTest, BestOfIsTheFirstOfTheHighestRewards) {
  const auto lines = exported(StoreExport::kBestOf);
  ASSERT_EQ(lines.size(), 1u) << "b has no right answer, c none that ends, one was never asked";
  EXPECT_EQ(lines[0]["id"], "a");
  EXPECT_EQ(lines[0]["options"], io::Json({"x", "y"})) << "the record stays";
  EXPECT_EQ(lines[0]["response"], "good");
  EXPECT_EQ(lines[0]["reward"], 1.5);
  EXPECT_EQ(lines[0]["draws"], 4) << "of both rounds, not of the audit";
  EXPECT_FALSE(lines[0].contains("rejected"));
  const auto meta = io::read_json(folder_.path() / "out.meta.json");
  EXPECT_EQ(meta["count"], 1);
  EXPECT_EQ(meta["created_by"], "vrlt-data export best_of");
}

TEST_F(StoreExportTest, PairsHaveTheWorstAnswerBesideTheBest) {
  const auto lines = exported(StoreExport::kPairs);
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0]["chosen"], "good");
  EXPECT_EQ(lines[0]["response"], "good");
  EXPECT_EQ(lines[0]["rejected"], "cut off");
  EXPECT_EQ(lines[0]["rejected_reward"], 0.125);
  // 1.5 - 0.125 = 1.375
  EXPECT_EQ(exported(StoreExport::kPairs, 0.5, 1.375).size(), 1u);
  EXPECT_THROW(exported(StoreExport::kPairs, 0.5, 1.376), DataError) << "nothing is left";
}

TEST_F(StoreExportTest, AccuracyThatIsAskedForDecides) {
  const auto lines = exported(StoreExport::kBestOf, 0.0);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[1]["response"], "bad");
}

TEST_F(StoreExportTest, MistakesAreErrors) {
  EXPECT_THROW(exported(StoreExport::kBestOf, 1.5), ConfigError);
  EXPECT_THROW(exported(StoreExport::kPairs, 0.5, 0.0), ConfigError);
  put("run/rollouts.jsonl", R"({"id": "a", "responses": [{"text": "x"}]})"
                            "\n");
  EXPECT_THROW(exported(StoreExport::kBestOf), DataError);
  std::filesystem::remove(run() / "rollouts.jsonl");
  EXPECT_THROW(exported(StoreExport::kBestOf), MissingInputError);
}

TEST_F(StoreExportTest, NoInputIsOverwritten) {
  EXPECT_THROW(export_store({.run = run(), .output = run() / "rollouts.jsonl"}), ConfigError);
  EXPECT_THROW(export_store({.run = run(), .output = path("records.jsonl")}), ConfigError);
}

}  // namespace
}  // namespace vrlt::conversion
