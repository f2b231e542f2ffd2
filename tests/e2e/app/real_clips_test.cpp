// The programs on real video: the clips and questions of the media folder, with the tiny model.
#include "tests/e2e/app/small_world.h"
#include "tests/support/test_folders.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;

const SmallWorld& world() { return SmallWorld::get(); }

std::vector<std::string> on_real_clips(const std::string& config, const std::string& name) {
  const auto media = fs::absolute(media_dir());
  return {config,
          "name=" + name,
          "data.records=[" + (media / "records.jsonl").string() + "]",
          "data.root=" + media.string(),
          "data.prompt=auto_answer",
          "video.num_frames=4",
          "video.max_pixels=3136"};
}

std::vector<io::Json> records() { return lines_of(media_dir() / "records.jsonl"); }

TEST(RealClips, AreEvaluated) {
  const auto result = world().run("vrlt-eval", on_real_clips("eval.yaml", "real"));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::map<std::string, int64_t> expected;
  for (const auto& record : records()) ++expected[record["task"].get<std::string>()];
  ASSERT_FALSE(expected.empty());
  for (const auto& [task, count] : expected) {
    const auto results = io::read_json(world().run_folder("real") / task / "results.json");
    EXPECT_EQ(results["n_done"], count) << task;
    EXPECT_EQ(results["n_error"], 0) << task;
  }
}

TEST(RealClips, AreTrainedOn) {
  for (const char* config : {"sft.yaml", "grpo.yaml"}) {
    auto arguments = on_real_clips(config, std::string("real-") + config);
    arguments.insert(arguments.end(), {"steps=2", "prompts_per_step=" + std::to_string(records().size())});
    const auto result = world().run("vrlt-train", arguments);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const auto run = world().run_folder(std::string("real-") + config);
    const auto metrics = lines_of(run / "metrics.jsonl");
    ASSERT_EQ(metrics.size(), 2u);
    for (const auto& line : metrics) {
      EXPECT_EQ(line["data/bad_samples"], 0.0);
      EXPECT_TRUE(line["grad/norm"].is_number());
    }
    EXPECT_TRUE(fs::exists(run / "checkpoints/step-000002/model/model.safetensors"));
    if (std::string(config) == "sft.yaml")
      EXPECT_LT(metrics[1]["loss/nll"], metrics[0]["loss/nll"]) << "the second step sees the same records";
    else
      for (const auto& line : lines_of(run / "rollouts.jsonl")) EXPECT_EQ(line["frame_seconds"].size(), 4u);
  }
}

}  // namespace
}  // namespace vrlt::test
