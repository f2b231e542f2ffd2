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
    arguments.insert(arguments.end(),
                     {"steps=2", "prompts_per_step=" + std::to_string(records().size())});
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
      EXPECT_LT(metrics[1]["loss/nll"], metrics[0]["loss/nll"])
          << "the second step sees the same records";
    else
      for (const auto& line : lines_of(run / "rollouts.jsonl"))
        EXPECT_EQ(line["frame_seconds"].size(), 4u);
  }
}

TEST(RealImages, AreAnsweredAndTrainedOnWithAndWithoutAVideo) {
  const TemporaryFolder data;
  for (const char* name : {"jpeg_420.jpg", "png_rgba.png"})
    fs::copy(test::tests_dir() / "unit/video/images" / name, data.path() / name);
  const auto clip = records().front()["video"].get<std::string>();
  fs::copy(media_dir() / clip, data.path() / clip);
  io::Json record = {{"schema", "vs/1"},
                     {"task", "mcq"},
                     {"question", "Which one?"},
                     {"options", {"first", "second"}},
                     {"answer", 1}};
  std::string lines;
  const auto add = [&](const char* id, const io::Json& media) {
    auto line = record;
    line["id"] = id;
    line.update(media);
    lines += line.dump() + "\n";
  };
  add("image", {{"images", {"png_rgba.png"}}});
  add("images", {{"images", {"jpeg_420.jpg", "png_rgba.png"}}});
  add("images and video", {{"images", {"jpeg_420.jpg"}}, {"video", clip}});
  io::write_file_atomic(data.path() / "records.jsonl", lines);
  const std::vector<std::string> common = {
      "data.records=[" + (data.path() / "records.jsonl").string() + "]",
      "data.root=" + data.path().string(),
      "data.prompt=auto_answer",
      "video.num_frames=4",
      "video.max_pixels=3136",
      "image.max_pixels=6272"};
  auto arguments = common;
  arguments.insert(arguments.begin(), {"eval.yaml", "name=images"});
  const auto evaluated = world().run("vrlt-eval", arguments);
  ASSERT_EQ(evaluated.exit_code, 0) << evaluated.err;
  EXPECT_EQ(io::read_json(world().run_folder("images") / "mcq/results.json")["n_done"], 3);

  arguments = common;
  arguments.insert(arguments.begin(), {"grpo.yaml", "name=train-images", "steps=1",
                                       "prompts_per_step=3", "model.freeze_vision=false"});
  const auto trained = world().run("vrlt-train", arguments);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(lines_of(world().run_folder("train-images") / "metrics.jsonl")[0]["data/bad_samples"],
            0.0);
}

}  // namespace
}  // namespace vrlt::test
