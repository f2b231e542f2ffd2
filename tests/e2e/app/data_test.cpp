// vrlt-data convert, check and export as programs: a benchmark from its authors' layout to records,
// their check against real clips, and back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/benchmark_sources.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_folders.h"
#include "vrlt/io/json.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class DataPrograms : public testing::Test {
 protected:
  ProcessResult run(const std::vector<std::string>& arguments) {
    return Process(test::bin_dir() / "vrlt-data", arguments,
                   {.environment = {{"OMP_NUM_THREADS", "1"}}})
        .wait();
  }
  /// A clip of 4.0 s (100 frames at 25 per second) below the data root.
  void place_clip(const fs::path& name) {
    fs::create_directories((root() / name).parent_path());
    fs::copy(fs::absolute(media_dir()) / "h264_opengop_bframes.mp4", root() / name);
  }
  std::vector<std::string> kinds(const io::Json& report) {
    std::vector<std::string> result;
    for (const auto& finding : report["findings"]) result.push_back(finding["kind"]);
    return result;
  }
  const fs::path& root() const { return folder_.path(); }
  TemporaryFolder folder_;
};

TEST_F(DataPrograms, ConvertReportsWhatItMade) {
  const auto annotations = sources::charades_sta(root() / "in");
  const auto output = root() / "charades_sta.test.jsonl";
  const auto result = run({"convert", "charades_sta", annotations, "--split", "test", "--durations",
                           root() / "in/Charades_v1_test.csv", "--output", output});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out,
              HasSubstr("not as published: charades_sta test: 3 samples, published with 3720"));
  EXPECT_THAT(result.out, HasSubstr("repaired: 1 (a span that ran backwards 1)"));
  const auto meta = io::read_json(root() / "charades_sta.test.meta.json");
  EXPECT_EQ(meta["count"], 3);
  EXPECT_EQ(meta["sha256"], io::sha256_file(output));
  EXPECT_EQ(meta["repaired"].size(), 1u);
  EXPECT_EQ(meta["repaired_by_kind"]["a span that ran backwards"], 1);
  EXPECT_EQ(meta["sources"].size(), 2u);
  const auto again = root() / "again.jsonl";
  ASSERT_EQ(run({"convert", "charades_sta", annotations, "--split", "test", "--durations",
                 root() / "in/Charades_v1_test.csv", "--output", again})
                .exit_code,
            0);
  EXPECT_EQ(io::sha256_file(again), io::sha256_file(output)) << "conversion is deterministic";
}

// Items that no format foresees: the others are converted, and --strict ends with the place of the
// first.
TEST_F(DataPrograms, ConvertGoesOnPastOddItems) {
  const auto file = sources::write(root() / "in.json", R"([
    {"problem_id": 1, "problem": "Which?", "data_type": "video", "problem_type": "multiple choice", "options": ["A) x", "B) y"], "solution": "<answer>(B)</answer>", "path": "v.mp4"},
    {"problem_id": 2, "problem": "Which?", "data_type": "video", "problem_type": "multiple choice", "options": "none", "solution": "<answer>B</answer>", "path": "v.mp4"}])");
  const auto output = root() / "r.jsonl";
  const auto result = run({"convert", "video_r1", file, "--output", output});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("dropped: 1 (odd \"options\" 1)"));
  EXPECT_THAT(result.out, HasSubstr("item 1 (2): \"options\""));
  const auto meta = io::read_json(root() / "r.meta.json");
  EXPECT_EQ(meta["dropped_by_kind"]["odd \"options\""], 1);
  EXPECT_EQ(meta["count"], 1);
  fs::remove(output);
  const auto strict = run({"convert", "video_r1", file, "--strict", "--output", output});
  EXPECT_EQ(strict.exit_code, 65);
  EXPECT_THAT(strict.err, HasSubstr("in.json: item 0 (1): the answer \"(B)\" was read as B"));
  EXPECT_FALSE(fs::exists(output));
}

// One line for the whole file, in every command that reads records.
TEST_F(DataPrograms, ForeignFilesAreToldOnce) {
  const auto list = sources::write(root() / "llava.json", R"([
  {"id": "1", "video": "a.mp4", "conversations": [{"from": "human", "value": "<video>\nWho?\nA. me\nB. you"}, {"from": "gpt", "value": "A"}]}
])");
  const auto check = run({"check", list});
  EXPECT_EQ(check.exit_code, 65);
  EXPECT_THAT(check.out, HasSubstr("error: no_records_file (1)"));
  EXPECT_THAT(check.out, HasSubstr("conversations of LLaVA or ShareGPT; convert it first: "
                                   "vrlt-data convert chat "));
  EXPECT_THAT(check.out, testing::Not(HasSubstr("not valid JSON")));
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"convert", "video_r1", list, "--output", root() / "o.jsonl"},
           {"export", "seed_train", list, "--output", root() / "o.json"}}) {
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 65);
    EXPECT_THAT(result.err, HasSubstr("conversations of LLaVA or ShareGPT; convert it first"))
        << arguments[0];
  }
}

// Under another name, or through a link, it is the same file.
TEST_F(DataPrograms, NoOutputTakesThePlaceOfAnInput) {
  const auto annotations = sources::charades_sta(root() / "in");
  const auto before = io::sha256_file(annotations);
  const auto link = root() / "link.txt";
  fs::create_symlink(annotations, link);
  const auto records = root() / "records.jsonl";
  ASSERT_EQ(run({"convert", "charades_sta", annotations, "--output", records}).exit_code, 0);
  for (const auto& arguments : std::vector<std::vector<std::string>>{
           {"convert", "charades_sta", annotations, "--output", annotations},
           {"convert", "charades_sta", link, "--output", annotations},
           {"check", records, "--report", records},
           {"check", records, "--data-root", root(), "--fill", root() / "." / "records.jsonl"},
           {"export", "seed_train", records, "--output", records}}) {
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments[0] << result.err;
    EXPECT_THAT(result.err, HasSubstr("would take the place of")) << arguments[0];
  }
  EXPECT_EQ(io::sha256_file(annotations), before);
}

TEST_F(DataPrograms, ConvertFindsOtherEndings) {
  const auto annotations = sources::anet_tvg(root() / "in");
  place_clip("v_AbCdEfGhIjK.mkv");
  ASSERT_EQ(run({"convert", "anet_tvg", annotations, "--data-root", root(), "--output",
                 root() / "r.jsonl"})
                .exit_code,
            0);
  std::vector<std::string> videos;
  io::for_each_jsonl(root() / "r.jsonl", false,
                     [&](int64_t, const io::Json& record) { videos.push_back(record["video"]); });
  EXPECT_THAT(videos,
              testing::ElementsAre("v_AbCdEfGhIjK.mkv", "v_AbCdEfGhIjK.mkv", "v_-LmNoPqRsTu.mp4"));
}

TEST_F(DataPrograms, ConvertRefusesWhatAFormatDoesNotTake) {
  const auto annotations = sources::rextime(root() / "in");
  const auto result = run(
      {"convert", "rextime", annotations, "--subtitles", root(), "--output", root() / "r.jsonl"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err,
              HasSubstr("--subtitles: rextime has no use for it; it takes --video-folder"));
  EXPECT_FALSE(fs::exists(root() / "r.jsonl"));
}

TEST_F(DataPrograms, ConvertNamesTheFileThatIsMissing) {
  const auto result = run({"convert", "nextgqa", root(), "--output", root() / "r.jsonl"});
  EXPECT_EQ(result.exit_code, 66);
  EXPECT_THAT(result.err, HasSubstr((root() / "gsub_test.json").string()));
}

TEST_F(DataPrograms, TheTablesCanBeListed) {
  EXPECT_THAT(run({"convert", "--list"}).out,
              HasSubstr("folder with SPLIT.csv, gsub_SPLIT.json and map_vid_vidorID.json"));
  EXPECT_THAT(run({"convert", "--list", "converters"}).out, HasSubstr("nextgqa"));
  EXPECT_THAT(run({"export", "--list"}).out, HasSubstr("rextime_eval.py"));
  EXPECT_THAT(run({"convert", "--help"}).out, HasSubstr("vrlt-data convert chat "));
}

TEST_F(DataPrograms, CheckAcceptsSoundRecords) {
  const auto annotations = sources::videomme(root() / "in");
  fs::rename(root() / "in/subtitle", root() / "subtitle");
  place_clip("data/-bcdefghijk.mp4");
  place_clip("data/_bcdefghijk.mp4");
  ASSERT_EQ(run({"convert", "videomme", annotations, "--subtitles", root() / "subtitle", "--output",
                 root() / "r.jsonl"})
                .exit_code,
            0);
  const auto result = run({"check", root() / "r.jsonl", "--data-root", root()});
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_THAT(result.out, HasSubstr("videos: 2 of 2 can be opened; subtitles: 1 of 1 found"));
  EXPECT_THAT(result.out, HasSubstr("nothing is broken or missing"));
}

TEST_F(DataPrograms, CheckListsWhatIsMissing) {
  ASSERT_EQ(run({"convert", "mvbench", sources::mvbench(root() / "in"), "--layout", "main",
                 "--output", root() / "r.jsonl"})
                .exit_code,
            0);
  place_clip("clevrer/video_validation/AB12C.mp4");
  place_clip("star/Charades_v1_480/AB12C.mp4");
  const auto result = run({"check", root() / "r.jsonl", "--data-root", root(), "--report",
                           root() / "report.json", "--threads", "2"});
  // star's AB12C is used from 12.4 s on, but lasts 4 s: broken wins over missing.
  EXPECT_EQ(result.exit_code, 65) << result.out << result.err;
  const auto report = io::read_json(root() / "report.json");
  // 13 videos: three of star, one each of sta, tvqa, ssv2, Moments, FunQA, clevrer, perception,
  // scene_qa, nturgbd, vlnqa. Two are there.
  EXPECT_EQ(report["videos"]["named"], 13);
  EXPECT_EQ(report["videos"]["opened"], 2);
  EXPECT_THAT(kinds(report), testing::Contains("clip_beyond_video").Times(2))
      << "action_prediction and object_interaction";
  EXPECT_THAT(kinds(report), testing::Contains("missing_video").Times(11));
  EXPECT_THAT(kinds(report), testing::Contains("name_in_several_folders"));
  EXPECT_EQ(report["exit_code"], 65);
}

TEST_F(DataPrograms, CheckFindsWhatDoesNotFitTheVideo) {
  place_clip("a.mp4");
  io::write_file_atomic(root() / "broken.mp4", "no video");
  const std::string head = R"({"schema":"vs/1","task":"tvg","question":"q","video":)";
  io::write_file_atomic(root() / "r.jsonl",
                        head +
                            R"("a.mp4","id":"fine","segments":[[1,2]],"duration":4.5})"
                            "\n" +
                            head +
                            R"("a.mp4","id":"late","segments":[[1,6]],"duration":9})"
                            "\n" +
                            head +
                            R"("a.mp4","id":"late","segments":[[1,2]]})"
                            "\n" +
                            head +
                            R"("broken.mp4","id":"broken","segments":[[1,2]]})"
                            "\n" +
                            head +
                            R"("none.mp4","id":"none","segments":[[1,2]],"subtitles":"none.srt"})"
                            "\n" +
                            "{\"schema\": \n");
  const auto result =
      run({"check", root() / "r.jsonl", "--data-root", root(), "--report", root() / "report.json"});
  EXPECT_EQ(result.exit_code, 65);
  const auto report = io::read_json(root() / "report.json");
  EXPECT_EQ(report["records"], 5);
  // late: 9 s annotated of 4, the truth ends 2 s after the video; its id is used twice, and the
  // second of these asks what "fine" asks.
  EXPECT_THAT(kinds(report),
              testing::UnorderedElementsAre("broken_record", "duplicate_id", "duplicate_question",
                                            "broken_video", "missing_video", "duration_differs",
                                            "span_beyond_video", "missing_subtitles"));
  EXPECT_THAT(result.out, HasSubstr("late: a.mp4 lasts 4 s, annotated with 9 s"));
  EXPECT_THAT(result.out, HasSubstr((root() / "r.jsonl").string() + ":6: "));
}

TEST_F(DataPrograms, CheckReadsSubtitles) {
  place_clip("a.mp4");
  io::write_file_atomic(root() / "good.srt", "1\n00:00:00,000 --> 00:00:01,000\nhello\n");
  io::write_file_atomic(root() / "broken.srt", "1\nsome time\nhello\n");
  io::write_file_atomic(root() / "empty.srt", "");
  std::string lines;
  for (const std::string name : {"good", "broken", "empty", "broken"})
    lines += R"({"schema":"vs/1","task":"open","answer":"x","video":"a.mp4","question":"q)" +
             std::to_string(lines.size()) + R"(","id":")" + std::to_string(lines.size()) +
             R"(","subtitles":")" + name + ".srt\"}\n";
  io::write_file_atomic(root() / "r.jsonl", lines);
  const auto result =
      run({"check", root() / "r.jsonl", "--data-root", root(), "--report", root() / "report.json"});
  EXPECT_EQ(result.exit_code, 65) << result.out;
  EXPECT_THAT(kinds(io::read_json(root() / "report.json")),
              testing::UnorderedElementsAre("broken_subtitles", "no_cues"))
      << "each file once";
  EXPECT_THAT(result.out, HasSubstr("broken.srt:2: expected the times of a cue"));
}

TEST_F(DataPrograms, CheckExitsWith66WhenOnlyFilesAreMissing) {
  io::write_file_atomic(root() / "r.jsonl",
                        R"({"schema":"vs/1","id":"1","task":"open","video":"v.mp4","question":"q"})"
                        "\n");
  EXPECT_EQ(run({"check", root() / "r.jsonl", "--data-root", root()}).exit_code, 66);
  EXPECT_EQ(run({"check", root() / "r.jsonl"}).exit_code, 0)
      << "without a data root the files are not looked at";
  EXPECT_EQ(run({"check", root() / "none.jsonl"}).exit_code, 66);
}

TEST_F(DataPrograms, AnswersAreExported) {
  ASSERT_EQ(
      run({"convert", "nextgqa", sources::nextgqa(root() / "in"), "--output", root() / "r.jsonl"})
          .exit_code,
      0);
  io::write_file_atomic(
      root() / "samples.jsonl",
      R"({"id":"nextgqa/test/1234567890_3","text":"B, 2 to 3","err":null,"parsed":{"option":1,"span":[2,3]}})"
      "\n"
      R"({"id":"nextgqa/test/1234567890_4","text":"","err":"out of memory","parsed":null})"
      "\n");
  const auto result = run({"export", "nextgqa", root() / "r.jsonl", "--samples",
                           root() / "samples.jsonl", "--output", root() / "submission"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(
      io::read_json(root() / "submission/qa.json").dump(),
      R"({"1234567890_3":{"prediction":1,"answer":1},"1234567890_4":{"prediction":-1,"answer":1}})");
  EXPECT_EQ(io::read_json(root() / "submission/grounding.json").dump(),
            R"({"1234567890_3":[2.0,3.0]})");
  EXPECT_THAT(result.err, HasSubstr("nextgqa/test/1234567890_4: no answer"));
}

TEST_F(DataPrograms, TrainingDataComesBack) {
  sources::seed_train(root());
  ASSERT_EQ(
      run({"convert", "seed_train", root() / "charades_train.json", "--output", root() / "r.jsonl"})
          .exit_code,
      0);
  ASSERT_EQ(
      run({"export", "seed_train", root() / "r.jsonl", "--output", root() / "back.json"}).exit_code,
      0);
  EXPECT_EQ(io::read_json(root() / "back.json").dump(),
            io::read_json(root() / "charades_train.json").dump());
}

// The clip has 100 frames at 25 per second: 4.0 s, where the items say 10, 30.5 and 20. A fraction
// of 0.5 is at 2 s of it.
TEST_F(DataPrograms, TrainingLengthsCanBeMeasured) {
  sources::seed_train(root());
  for (const char* video : {"A.mp4", "B.mp4"}) place_clip(video);
  for (const char* rule : {"probe", "sampled"}) {
    const auto result =
        run({"convert", "seed_train", root() / "charades_train.json", "--video-length", rule,
             "--data-root", root(), "--output", root() / "r.jsonl"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("item 1 (QW2ER.mp4): its length cannot be measured"))
        << "its video is not there";
    std::vector<io::Json> records;
    io::for_each_jsonl(root() / "r.jsonl", false,
                       [&](int64_t, const io::Json& record) { records.push_back(record); });
    ASSERT_EQ(records.size(), 2u);
    EXPECT_EQ(records[0]["duration"], 4.0) << rule;
    EXPECT_EQ(records[0]["segments"].dump(), "[[0.0,2.0]]");
    EXPECT_EQ(records[0]["flags"].dump(), "[\"duration_measured\"]");
    EXPECT_EQ(records[0]["train"]["video_length"], 10) << "what was published stays";
  }
  const auto nowhere = run({"convert", "seed_train", root() / "charades_train.json",
                            "--video-length", "probe", "--output", root() / "r.jsonl"});
  EXPECT_EQ(nowhere.exit_code, 2);
  EXPECT_THAT(nowhere.err, HasSubstr("--video-length probe: give --data-root"));
  const auto unknown = run({"convert", "seed_train", root() / "charades_train.json",
                            "--video-length", "guess", "--output", root() / "r.jsonl"});
  EXPECT_THAT(unknown.err, HasSubstr("--video-length guess: expected field, probe or sampled"));
}

// What Temporal-R1 computes from its frames is their number by the file's rate. This file says 25
// per second and has 57 frames in its 4 s.
TEST_F(DataPrograms, MeasuredLengthsDifferWhereFramesAreMissing) {
  fs::copy(fs::absolute(media_dir()) / "vfr_drop.mkv", root() / "A.mkv");
  io::write_file_atomic(
      root() / "t.json",
      R"([{"dataset": "d", "video": "A.mkv", "problem": "p", "solution": [0, 1], "video_length": 3}])");
  const auto length = [&](const char* rule) {
    EXPECT_EQ(run({"convert", "seed_train", root() / "t.json", "--video-length", rule,
                   "--data-root", root(), "--output", root() / "r.jsonl"})
                  .exit_code,
              0);
    return io::read_json(root() / "r.jsonl")["duration"].get<double>();
  };
  EXPECT_EQ(length("field"), 3.0);
  EXPECT_NEAR(length("probe"), 4.0, 0.04)
      << "to a frame: the last one's own length is not in the file";
  EXPECT_DOUBLE_EQ(length("sampled"), 57.0 / 25.0);
}

TEST_F(DataPrograms, KnowTheirVersionAndCommands) {
  const auto version = run({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, testing::StartsWith("vrlt-data "));
  const auto unknown = run({"foo"});
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, HasSubstr("unknown command \"foo\""));
}

}  // namespace
}  // namespace vrlt::test
