// One sample looked at, and what was stored used again.
#include "tests/e2e/app/small_world.h"
#include "vrlt/io/json.h"

namespace vrlt::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

const SmallWorld& world() { return SmallWorld::get(); }

ProcessResult must_run(const std::string& program, const std::vector<std::string>& arguments) {
  auto result = world().run(program, arguments);
  EXPECT_EQ(result.exit_code, 0) << program << "\n" << result.err;
  return result;
}

/// The first grounding question of the world: its id and its span as the prompt wants it.
io::Json grounding_record() {
  for (auto& line : lines_of(world().folder() / "data/train.jsonl"))
    if (line["task"] == "tvg") return line;
  return {};
}

std::string span_text(const io::Json& record) {
  char text[64];
  std::snprintf(text, sizeof text, "%.1f to %.1f", record["segments"][0][0].get<double>(),
                record["segments"][0][1].get<double>());
  return text;
}

}  // namespace

TEST(Show, PutsASampleOnTheTerminalAsTheModelSeesIt) {
  const auto record = grounding_record();
  const auto id = record["id"].get<std::string>();
  const auto shown =
      must_run("vrlt-data", {"show", "--config", "grpo.yaml", "--id", id, "--tokens"}).out;
  EXPECT_THAT(shown, HasSubstr(id + "  (tvg)\n"));
  // max_frames: 4; min_pixels = max_pixels = 784: 28 x 28, which is one vision token for two frames
  EXPECT_THAT(shown, HasSubstr("4 frames of 28 x 28 pixels"));
  EXPECT_THAT(shown, HasSubstr("of text and 2 of vision"));
  EXPECT_THAT(shown, HasSubstr("<|vision_start|><|video_pad|>(x 2)<|vision_end|>"));
  EXPECT_THAT(shown, HasSubstr("<answer>" + span_text(record) + "</answer><|im_end|>"));
  EXPECT_THAT(shown, HasSubstr("choice                    x 1     does not read this sample"));
  EXPECT_THAT(shown, HasSubstr("temporal_iou              x 1     "));
  EXPECT_THAT(shown, HasSubstr("strict evaluation:"));
}

TEST(Show, WritesAPageWithEveryFrameAndWithoutNetwork) {
  must_run("vrlt-data", {"show", "--config", "grpo.yaml", "--id",
                         grounding_record()["id"].get<std::string>(), "--output", "sample.html"});
  const auto page = text_of(world().folder() / "sample.html");
  size_t frames = 0;
  for (size_t at = page.find("<figure"); at != page.npos; at = page.find("<figure", at + 1))
    ++frames;
  EXPECT_EQ(frames, 4u);
  EXPECT_THAT(page, AllOf(HasSubstr("data:image/jpeg;base64,/9j/"), HasSubstr("<i>× 2</i>")));
  EXPECT_THAT(page, AllOf(Not(HasSubstr("http://")), Not(HasSubstr("https://"))));
}

TEST(Show, NeedsNoWeightsAndSaysWhichIdsThereAre) {
  std::filesystem::create_directory(world().folder() / "weightless");
  for (const auto& entry : std::filesystem::directory_iterator(world().folder() / "warm"))
    if (entry.path().extension() != ".safetensors")
      std::filesystem::copy(entry.path(), world().folder() / "weightless");
  must_run("vrlt-data", {"show", "--config", "sft.yaml", "model.path=weightless"});
  const auto unknown = world().run("vrlt-data", {"show", "--config", "sft.yaml", "--id", "nobody"});
  EXPECT_EQ(unknown.exit_code, 65);
  EXPECT_THAT(unknown.err, HasSubstr("no record has the id \"nobody\"; of 36, the first are "));
  EXPECT_EQ(world().run("vrlt-data", {"show", "data/train.jsonl"}).exit_code, 2);
}

// The store of a selection becomes targets that training takes as they are.
TEST(StoredAnswers, AreTargetsThatSupervisedTrainingLearns) {
  must_run("vrlt-select", {"select.yaml", "name=store", "rollout.group_size=6"});
  must_run("vrlt-data", {"export", "best_of", "runs/store", "--output", "best.jsonl"});
  const auto best = lines_of(world().folder() / "best.jsonl");
  ASSERT_FALSE(best.empty());
  std::map<std::string, double> highest;
  for (const auto& line : lines_of(world().run_folder("store") / "rollouts.jsonl"))
    for (const auto& response : line["responses"])
      highest[line["id"]] = std::max(highest[line["id"]], response["reward"].get<double>());
  for (const auto& record : best) EXPECT_EQ(record["reward"], highest.at(record["id"]));

  const auto shown = must_run("vrlt-data", {"show", "best.jsonl", "--config", "sft.yaml"}).out;
  EXPECT_THAT(shown, HasSubstr(best[0]["response"].get<std::string>() + "<|im_end|>"));
  must_run("vrlt-train", {"sft.yaml", "name=best-of", "steps=2", "data.records=[best.jsonl]"});
  EXPECT_EQ(count_lines(world().run_folder("best-of") / "metrics.jsonl"), 2);

  must_run("vrlt-data",
           {"export", "pairs", "runs/store", "--output", "pairs.jsonl", "--min-gap", "0.05"});
  for (const auto& record : lines_of(world().folder() / "pairs.jsonl"))
    EXPECT_GE(record["reward"].get<double>() - record["rejected_reward"].get<double>(), 0.05);
}

TEST(StoredAnswers, AreScoredWithOtherRewards) {
  must_run("vrlt-select", {"select.yaml", "name=backtested"});
  const auto same = must_run("vrlt-score", {"runs/backtested"}).out;
  EXPECT_THAT(same, HasSubstr("108 answers in 36 groups")) << "three to each of 36 questions";
  EXPECT_THAT(same, HasSubstr("cosine 1.000; 0.0 %"));
  const auto other =
      must_run("vrlt-score", {"runs/backtested", "--rewards", "format_answer=1"}).out;
  EXPECT_THAT(other, HasSubstr("scored anew by format_answer=1"));
  must_run("vrlt-train", {"grpo.yaml", "name=short", "steps=2", "logged_rollouts=3"});
  EXPECT_THAT(must_run("vrlt-score", {"runs/short"}).out,
              AllOf(HasSubstr("18 answers in 6 groups"), HasSubstr("cosine 1.000; 0.0 %")));
}

}  // namespace vrlt::test
