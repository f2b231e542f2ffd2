// Every config of configs/ for a model on a GPU names the cards it is for in its first comment, and
// fits them.
#include <algorithm>
#include <cctype>

#include "tests/e2e/app/small_world.h"
#include "vrlt/video/encoder.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

/// config.json of the published models, but for what is the tokenizer's: taken from the hub
/// (Qwen/Qwen2.5-VL-3B-Instruct, Qwen/Qwen2.5-VL-7B-Instruct).
io::Json published_sizes(bool is_3b) {
  return io::Json::parse(is_3b ? R"({
    "hidden_size": 2048, "intermediate_size": 11008, "num_hidden_layers": 36, "num_attention_heads": 16,
    "num_key_value_heads": 2, "tie_word_embeddings": true, "vocab_size": 151936,
    "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "rope_theta": 1000000.0,
    "vision_config": {"depth": 32, "hidden_size": 1280, "num_heads": 16, "intermediate_size": 3420, "out_hidden_size": 2048,
      "patch_size": 14, "spatial_merge_size": 2, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31]}})"
                               : R"({
    "hidden_size": 3584, "intermediate_size": 18944, "num_hidden_layers": 28, "num_attention_heads": 28,
    "num_key_value_heads": 4, "tie_word_embeddings": false, "vocab_size": 152064,
    "rope_scaling": {"type": "mrope", "mrope_section": [16, 24, 24]}, "rope_theta": 1000000.0,
    "vision_config": {"depth": 32, "hidden_size": 1280, "num_heads": 16, "intermediate_size": 3420, "out_hidden_size": 3584,
      "patch_size": 14, "spatial_merge_size": 2, "window_size": 112, "fullatt_block_indexes": [7, 15, 23, 31]}})");
}

/// A folder as the hub has it, without weights, with the tokenizer of the small world.
void write_model(const std::string& name, bool is_3b) {
  fs::copy(world().folder() / "data/model", world().folder() / name,
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  auto config = io::read_json(world().folder() / name / "config.json");
  config.merge_patch(published_sizes(is_3b));
  io::write_file_atomic(world().folder() / name / "config.json", config.dump());
}

/// A minute of a picture as large as a phone takes it, two frames a second.
void write_clip() {
  constexpr int64_t kWidth = 640, kHeight = 360, kFrames = 128;
  fs::create_directories(world().folder() / "long");
  video::VideoWriter writer(world().folder() / "long/a.mp4", kWidth, kHeight, 2);
  video::RgbFrame frame;
  frame.width = kWidth;
  frame.height = kHeight;
  frame.pixels.assign(static_cast<size_t>(3 * kWidth * kHeight), 127);
  for (int64_t i = 0; i < kFrames; ++i) writer.write(frame);
  writer.close();
}

/// One question of each task that some recipe asks.
void write_records() {
  const io::Json base = {{"schema", "vs/1"}, {"video", "a.mp4"}, {"question", "when does it stop"}};
  auto grounding = base, choice = base, both = base;
  grounding.update({{"id", "1"}, {"task", "tvg"}, {"segments", {{1, 2}}}});
  choice.update({{"id", "2"}, {"task", "mcq"}, {"options", {"soon", "late"}}, {"answer", 0}});
  both.update({{"id", "3"},
               {"task", "gqa"},
               {"options", {"soon", "late"}},
               {"answer", 0},
               {"segments", {{1, 2}}}});
  world().write("asked.jsonl", io::to_line(grounding) + "\n" + io::to_line(choice) + "\n" +
                                   io::to_line(both) + "\n");
}

/// Cards as --fit takes them, such as 8x80GB, that the first line names.
std::vector<std::string> cards_in(const std::string& line) {
  std::vector<std::string> cards;
  std::string word;
  for (const char c : line + " ") {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) {
      word += c;
      continue;
    }
    if (word.ends_with("GB") && std::isdigit(static_cast<unsigned char>(word.front())) != 0)
      cards.push_back(word);
    word.clear();
  }
  return cards;
}

/// Such configs, which name one model and run it on a GPU.
std::vector<fs::path> recipes() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(tests_dir().parent_path() / "configs"))
    if (entry.path().extension() == ".yaml" &&
        text_of(entry.path()).find("device: cuda") != std::string::npos)
      files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

ProcessResult dry_run(const fs::path& recipe, const std::string& cards) {
  const auto text = text_of(recipe);
  const bool trains = text.find("trainer: ") != std::string::npos,
             selects = text.find("filter: ") != std::string::npos,
             is_3b = text.find("7B") == std::string::npos;
  const auto x = cards.find('x');
  std::vector<std::string> arguments = {recipe.string(),
                                        std::string("model.path=") + (is_3b ? "b3" : "b7"),
                                        "model.init=random",
                                        "data.records=[asked.jsonl]",
                                        "data.root=long",
                                        "--dry-run",
                                        "--ranks",
                                        cards.substr(0, x),
                                        "--card",
                                        cards.substr(x + 1)};
  return world().run(trains ? "vrlt-train" : selects ? "vrlt-select" : "vrlt-eval", arguments);
}

}  // namespace

TEST(Recipes, FitTheCardsThatTheyName) {
  write_model("b3", true);
  write_model("b7", false);
  write_clip();
  write_records();
  const auto files = recipes();
  EXPECT_GE(files.size(), 20U);
  for (const auto& recipe : files) {
    const auto text = text_of(recipe);
    const auto cards = cards_in(text.substr(0, text.find('\n')));
    EXPECT_FALSE(cards.empty()) << recipe << ": the first comment names no cards";
    for (const auto& each : cards) {
      ASSERT_NE(each.find('x'), std::string::npos) << recipe << ": " << each;
      const auto result = dry_run(recipe, each);
      EXPECT_EQ(result.exit_code, 0) << recipe << " on " << each << "\n"
                                     << result.out << result.err;
      EXPECT_THAT(result.out, HasSubstr(" GB are left")) << recipe;
    }
  }
}

// Without activation checkpointing the 3B recipe is what ran out of memory on a card of 80 GB; on
// one of 40 GB no setting of memory helps it.
TEST(Recipes, ThatDoNotFitEndTheDryRunWithItsOwnCode) {
  write_model("b3", true);
  write_clip();
  write_records();
  const auto recipe = tests_dir().parent_path() / "configs/train/charades_3b_grpo.yaml";
  const auto small = dry_run(recipe, "1x40GB");
  EXPECT_EQ(small.exit_code, 80);
  EXPECT_THAT(small.out, HasSubstr("together"));
  EXPECT_THAT(small.err, HasSubstr("the run does not fit 40 GB: "));
}

TEST(Fit, NeedsNothingButTheSizesOfTheModel) {
  const auto recipe = (tests_dir().parent_path() / "configs/train/charades_7b_grpo.yaml").string();
  const auto result = world().run("vrlt-train", {recipe, "--fit", "8x80GB"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("the fastest that fits"));
  const auto nothing = world().run("vrlt-train", {recipe, "--fit", "1x8GB"});
  EXPECT_EQ(nothing.exit_code, 80);
  EXPECT_THAT(nothing.out, HasSubstr("nothing fits; the nearest"));
  const auto unknown =
      world().run("vrlt-train", {recipe, "model.path=/models/nowhere", "--fit", "8x80GB"});
  EXPECT_EQ(unknown.exit_code, 66);
  EXPECT_THAT(unknown.err, HasSubstr("is not the name of a published model"));
  const auto wrong = world().run("vrlt-train", {recipe, "--fit", "80"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, HasSubstr("expected one such as 80GB"));
  EXPECT_EQ(world().run("vrlt-train", {recipe, "--card", "80GB"}).exit_code, 2)
      << "only a dry run compares";
}

}  // namespace vrlt::test
