// What a run would stumble over is told before it: by vrlt-data check with its config, by
// --dry-run, and by the run itself before its first step.
#include <map>

#include "tests/e2e/app/small_world.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

const SmallWorld& world() { return SmallWorld::get(); }

/// A grounding question to a clip of 4 s, with what a test changes of it.
std::string record(const std::string& id, const io::Json& changes = io::Json::object()) {
  io::Json json = {{"schema", "vs/1"},
                   {"id", id},
                   {"task", "tvg"},
                   {"video", "a.mp4"},
                   {"question", "when is it, " + id},
                   {"segments", {{1, 2}}}};
  for (const auto& [key, value] : changes.items()) json[key] = value;
  return io::to_line(json) + "\n";
}

std::string choice(const std::string& id, io::Json changes = io::Json::object()) {
  if (!changes.contains("options")) changes["options"] = {"red", "blue"};
  if (!changes.contains("answer")) changes["answer"] = 0;
  changes["task"] = "mcq";
  changes["segments"] = nullptr;
  return record(id, changes);
}

/// Files that mistakes are planted in: a sound clip of 4 s, and broken ones.
const fs::path& planted_videos() {
  static const fs::path folder = [] {
    const auto root = world().folder() / "planted";
    fs::create_directories(root);
    const auto media = fs::absolute(media_dir());
    for (const char* name : {"a.mp4", "b.mp4"})
      fs::copy(media / "h264_opengop_bframes.mp4", root / name);
    for (const char* name : {"zero_bytes.mp4", "trunc_half.mp4", "thin.mp4", "one_frame.mp4"})
      fs::copy(media / name, root / name);
    io::write_file_atomic(root / "lfs.mp4",
                          "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
    fs::create_directory_symlink("loop", root / "loop");
    return root;
  }();
  return folder;
}

/// A model folder that says how long its sequences may be, and a training config for it.
void write_planted_config() {
  fs::copy(world().folder() / "data/model", world().folder() / "short_model",
           fs::copy_options::recursive | fs::copy_options::overwrite_existing);
  auto config = io::read_json(world().folder() / "short_model/config.json");
  config["max_position_embeddings"] = 1500;
  io::write_file_atomic(world().folder() / "short_model/config.json", config.dump());
  world().write("planted.yaml",
                "name: planted\noutput: runs\nmodel: {path: short_model, init: random}\nrollout: "
                "{max_new_tokens: 32}\n"
                "data: {records: [planted.jsonl], root: planted, prompt: auto_think}\n"
                "video: {fps: 1.0, max_frames: 4, min_pixels: 784, max_pixels: 784}\n");
}

std::multimap<std::string, std::string> kinds_by_id(const io::Json& report) {
  std::multimap<std::string, std::string> kinds;
  for (const auto& finding : report["findings"]) kinds.emplace(finding["where"], finding["kind"]);
  return kinds;
}

bool has(const std::multimap<std::string, std::string>& kinds, const std::string& id,
         const std::string& kind) {
  const auto [begin, end] = kinds.equal_range(id);
  return std::any_of(begin, end, [&](const auto& item) { return item.second == kind; });
}

}  // namespace

TEST(Check, FindsEveryPlantedMistakeWithItsId) {
  planted_videos();
  write_planted_config();
  struct Planted {
    const char* id;
    const char* kind;
    std::string line;
  };
  const std::vector<Planted> planted = {
      {"missing", "missing_video", record("missing", {{"video", "none.mp4"}})},
      {"ending", "missing_video", record("ending", {{"video", "b.mkv"}})},
      {"empty", "broken_video", record("empty", {{"video", "zero_bytes.mp4"}})},
      {"truncated", "damaged_video", record("truncated", {{"video", "trunc_half.mp4"}})},
      {"lfs", "broken_video", record("lfs", {{"video", "lfs.mp4"}})},
      {"absolute", "broken_record", record("absolute", {{"video", "/etc/passwd"}})},
      {"loop", "broken_video",
       record("loop", {{"video", "loop"},
                       {"video_kind", "frames"},
                       {"frames", {{"pattern", "%05d.jpg"}, {"first", 1}, {"fps", 3.0}}}})},
      {"thin", "aspect_ratio", record("thin", {{"video", "thin.mp4"}, {"segments", {{0.5, 1}}}})},
      {"one frame", "too_few_frames", record("one frame", {{"video", "one_frame.mp4"}})},
      {"beyond", "span_beyond_video", record("beyond", {{"segments", {{1, 9}}}})},
      {"reversed", "broken_record", record("reversed", {{"segments", {{3, 1}}}})},
      {"no length", "truth_out_of_reach", record("no length", {{"segments", {{2, 2}}}})},
      {"duration", "duration_differs", record("duration", {{"duration", 9}})},
      {"start", "clip_beyond_video",
       record("start", {{"clip_start", 50}, {"segments", {{51, 52}}}})},
      {"twice", "duplicate_id", record("twice") + record("twice", {{"segments", {{2, 3}}}})},
      {"same", "duplicate_question",
       record("first", {{"question", "the same"}}) + record("same", {{"question", "the same"}})},
      {"task", "broken_record", record("task", {{"task", "tgv"}})},
      {"index", "broken_record", choice("index", {{"answer", 5}})},
      {"label", "no_label", choice("label", {{"answer", nullptr}})},
      {"letters", "letters_in_options", choice("letters", {{"options", {"A. red", "B. blue"}}})},
      {"equal", "equal_options", choice("equal", {{"options", {"red", "red"}}})},
      {"placeholder", "placeholder_in_text",
       choice("placeholder", {{"question", "<video>\nWhat is it?"}})},
      {"pad", "placeholder_in_text", choice("pad", {{"question", "<|video_pad|> What is it?"}})},
      {"long", "prompt_too_long", choice("long", {{"question", std::string(3000, 'q')}})},
      {"prompt", "broken_record", choice("prompt", {{"prompt", "my_prompt"}})},
      {"key", "unknown_key", record("key", {{"duraton", 4}})},
      {"open", "no_reward_reads",
       record("open", {{"task", "open"}, {"segments", nullptr}, {"answer", "a ball"}})},
  };
  std::string lines;
  for (const auto& mistake : planted) lines += mistake.line;
  for (int i = 0; i < 9; ++i) lines += choice("lopsided " + std::to_string(i));
  world().write("planted.jsonl", lines);
  const auto result =
      world().run("vrlt-data", {"check", "--config", "planted.yaml", "--report", "planted.json"});
  EXPECT_EQ(result.exit_code, 65) << result.out << result.err;
  const auto report = io::read_json(world().folder() / "planted.json");
  const auto kinds = kinds_by_id(report);
  for (const auto& mistake : planted)
    EXPECT_TRUE(has(kinds, mistake.id, mistake.kind)) << mistake.id << ": " << mistake.kind << "\n"
                                                      << result.out;
  EXPECT_TRUE(has(kinds, "all records", "lopsided_labels")) << result.out;
  EXPECT_THAT(result.out, AllOf(HasSubstr("there is b.mp4"), HasSubstr("git lfs pull"),
                                HasSubstr("A. A. red"), HasSubstr("mcq: the answer is A in")));
  EXPECT_FALSE(kinds.contains("lopsided 1")) << "a sound record is left alone";
}

// The clip has 100 frames at 25 per second. Of 4 s at 1 per second 4 frames are taken, of 28 x 28
// pixels: two vision tokens.
TEST(Check, PlansARecordAsTheRunWould) {
  planted_videos();
  write_planted_config();
  world().write("one.jsonl", record("one"));
  const auto result = world().run(
      "vrlt-data",
      {"check", "--config", "planted.yaml", "data.records=[one.jsonl]", "--report", "one.json"});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  const auto plan = io::read_json(world().folder() / "one.json")["plans"][0];
  EXPECT_EQ(plan["frames"], 4);
  EXPECT_EQ(plan["height"], 28);
  EXPECT_EQ(plan["vision_tokens"], 2);
}

TEST(Check, WritesDurationsIntoRecords) {
  planted_videos();
  world().write("bare.jsonl", record("a") + record("b", {{"duration", 7}}) +
                                  record("c", {{"video", "none.mp4"}}));
  const auto result = world().run(
      "vrlt-data", {"check", "bare.jsonl", "--data-root", "planted", "--fill", "filled.jsonl"});
  EXPECT_THAT(result.out,
              HasSubstr("durations of 1 records written to filled.jsonl; 1 still have none"));
  const auto lines = lines_of(world().folder() / "filled.jsonl");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[0]["duration"], 4.0);
  EXPECT_EQ(lines[1]["duration"], 7) << "what is annotated stays";
  EXPECT_FALSE(lines[2].contains("duration"));
}

TEST(Check, SaysOnceThatThereIsNoDataRoot) {
  world().write("bare.jsonl", record("a") + record("b", {{"video", "b.mp4"}}));
  const auto result = world().run("vrlt-data", {"check", "bare.jsonl", "--data-root", "/nope"});
  EXPECT_EQ(result.exit_code, 66);
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("/nope: no such folder"), ::testing::Not(HasSubstr("a.mp4"))));
}

TEST(DryRun, OpensWhatTheRunNeeds) {
  const auto no_weights =
      world().run("vrlt-train", {"grpo.yaml", "model.path=data/model", "--dry-run"});
  EXPECT_EQ(no_weights.exit_code, 66);
  EXPECT_THAT(no_weights.err, HasSubstr("data/model/model.safetensors: no such file: the folder "
                                        "has no weights; model.init: random starts from "));
  io::create_folders(world().folder() / "no_videos");
  for (const char* program : {"train", "select", "eval"}) {
    const auto config =
        std::string(program) == "train" ? "grpo.yaml" : std::string(program) + ".yaml";
    const auto no_videos =
        world().run(std::string("vrlt-") + program, {config, "data.root=no_videos", "--dry-run"});
    EXPECT_EQ(no_videos.exit_code, 66) << program << no_videos.err;
    EXPECT_THAT(no_videos.err, HasSubstr("36 of 36 samples cannot be read")) << program;
  }
}

TEST(DryRun, TellsWhatAnyProgramWillCost) {
  const auto train = world().run("vrlt-train", {"grpo.yaml", "--dry-run", "--ranks", "8"});
  EXPECT_EQ(train.exit_code, 0) << train.err;
  EXPECT_THAT(train.out, AllOf(HasSubstr("a step: 3 prompts"), HasSubstr("on 8 rank(s)")));
  for (const char* program : {"select", "eval"}) {
    const auto result =
        world().run(std::string("vrlt-") + program, {std::string(program) + ".yaml", "--dry-run"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out,
                AllOf(HasSubstr("all samples: 36 prompts of about"), HasSubstr("memory of a rank"),
                      HasSubstr("takes at least"), HasSubstr(" GB are left")))
        << program;
    EXPECT_FALSE(fs::exists(world().run_folder(program) / "config.yaml")) << "nothing is written";
  }
}

// The budget of records without durations is that of the frames that their videos have.
TEST(DryRun, TakesDurationsFromTheVideos) {
  std::string bare;
  for (auto line : lines_of(world().folder() / "data/train.jsonl")) {
    line.erase("duration");
    bare += io::to_line(line) + "\n";
  }
  world().write("no_durations.jsonl", bare);
  const auto with = world().run(
      "vrlt-train", {"grpo.yaml", "--dry-run", "device_tflops=1", "video.max_frames=64"});
  const auto without =
      world().run("vrlt-train", {"grpo.yaml", "--dry-run", "device_tflops=1", "video.max_frames=64",
                                 "data.records=[no_durations.jsonl]"});
  EXPECT_EQ(with.exit_code, 0) << with.err;
  EXPECT_EQ(with.out, without.out);
}

TEST(Matching, StopsEveryProgramBeforeItsFirstStep) {
  const auto train = world().run("vrlt-train", {"grpo.yaml", "name=unread", "rewards=[rouge]"});
  EXPECT_EQ(train.exit_code, 2) << train.err;
  EXPECT_THAT(train.err, HasSubstr("rewards: [rouge] scores no sample of these records: tvg 12, "
                                   "mcq 12, gqa 12; add temporal_iou, choice, grounded_qa"));
  EXPECT_FALSE(fs::exists(world().run_folder("unread")));
  const auto select = world().run("vrlt-select", {"select.yaml", "name=unread", "rewards=[rouge]"});
  EXPECT_EQ(select.exit_code, 2) << select.err;
  const auto layout =
      world().run("vrlt-train", {"grpo.yaml", "name=unread", "rewards=[choice, format]"});
  EXPECT_EQ(layout.exit_code, 2) << layout.err;
  EXPECT_THAT(layout.err,
              HasSubstr("format wants <think>, which the prompt \"auto_short\" never asks for"));
  const auto target =
      world().run("vrlt-train", {"sft.yaml", "name=unread", "data.prompt=auto_think"});
  EXPECT_EQ(target.exit_code, 2) << target.err;
  world().write("scored.jsonl", choice("s", {{"completion", "<answer>A</answer>"}}));
  world().write("scoring.yaml", text_of(world().folder() / "grpo.yaml"));
  EXPECT_EQ(world().run("vrlt-score", {"scored.jsonl", "--config", "scoring.yaml"}).exit_code, 0);
  world().write("scoring.yaml",
                "name: s\noutput: runs\nmodel: {path: warm}\ndata: {records: [a], root: b, prompt: "
                "auto_short}\nrewards: [temporal_iou]\n");
  EXPECT_EQ(world().run("vrlt-score", {"scored.jsonl", "--config", "scoring.yaml"}).exit_code, 2);
}

TEST(UnreadableSamples, AreNeverAllOfThem) {
  io::create_folders(world().folder() / "empty_videos");
  for (const auto& entry : fs::recursive_directory_iterator(world().folder() / "data/videos")) {
    const auto place = world().folder() / "empty_videos" /
                       fs::relative(entry.path(), world().folder() / "data/videos");
    if (entry.is_directory())
      fs::create_directories(place);
    else
      io::write_file_atomic(place, "");
  }
  for (const char* config : {"grpo.yaml", "sft.yaml"}) {
    const auto name = std::string("nothing-") + config;
    const auto result = world().run("vrlt-train", {config, "name=" + name, "data.root=empty_videos",
                                                   "data.max_bad_fraction=1", "steps=4"});
    EXPECT_EQ(result.exit_code, 65) << result.err;
    EXPECT_THAT(
        result.err,
        HasSubstr("samples can be read, as is said above of each: there is nothing to train on"));
    EXPECT_EQ(count_entries(world().run_folder(name) / "checkpoints"), 0);
  }
  EXPECT_EQ(world()
                .run("vrlt-select", {"select.yaml", "name=nothing", "data.root=empty_videos",
                                     "data.max_bad_fraction=1"})
                .exit_code,
            65);
}

TEST(Compare, RefusesRunsOfOtherPrograms) {
  io::create_folders(world().folder() / "other");
  world().write("other/config.yaml", "name: x\ntrainer: grpo\nsteps: 4\noutput: runs\n");
  const auto result = world().run("vrlt-eval", {"compare", "other", "other"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("other: a run of vrlt-train, not of vrlt-eval"));
  EXPECT_THAT(world().run("vrlt-eval", {"compare", "--help"}).out,
              AllOf(HasSubstr("BEFORE"), HasSubstr("AFTER")));
}

}  // namespace vrlt::test
