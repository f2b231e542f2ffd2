// Every benchmark from a small source tree in its authors' layout. What is expected is derived by
// hand from the files in benchmark_sources.h.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/benchmark_sources.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/data/converter_table.h"
#include "vrlt/data/sample.h"
#include "vrlt/io/column_file.h"

namespace vrlt::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;
using Spans = std::vector<Interval>;

/// A conversion whose records have been read as samples.
struct Converted {
  Conversion conversion;
  std::vector<Sample> samples;
};

class Converters : public testing::Test {
 protected:
  Converted convert(const char* format, const std::filesystem::path& annotations, const char* split,
                    ConversionRequest request = {}) {
    request.annotations = annotations;
    request.split = split;
    Converted result{data::convert(find_converter(format), request), {}};
    for (const auto& record : result.conversion.records())
      result.samples.push_back(parse_sample(record, format));
    return result;
  }
  const std::filesystem::path& root() const { return folder_.path(); }
  test::TemporaryFolder folder_;
};

Texts ids(const std::vector<Sample>& samples) {
  Texts result;
  for (const auto& sample : samples) result.push_back(sample.id);
  return result;
}

TEST_F(Converters, CharadesTextWithDurations) {
  const auto [conversion, samples] =
      convert("charades_sta", test::sources::charades_sta(root()), "test",
              {.video_folder = "Charades_v1_480", .durations = root() / "Charades_v1_test.csv"});
  EXPECT_THAT(ids(samples), ElementsAre("charades_sta/test/AB1CD#0", "charades_sta/test/AB1CD#1",
                                        "charades_sta/test/XY9ZZ#0"));
  EXPECT_EQ(samples[0].task, Task::kTemporalGrounding);
  EXPECT_EQ(samples[0].video, "Charades_v1_480/AB1CD.mp4");
  EXPECT_EQ(samples[0].duration, 31.0)
      << "the column `length`, past a quoted cell with a comma, quotes and a line feed";
  EXPECT_EQ(samples[0].segments, (Spans{{24.3, 30.4}}));
  EXPECT_EQ(samples[0].record["native"]["timestamp_text"], "[24.3, 30.4]");
  EXPECT_EQ(samples[1].segments, (Spans{{0, 5.1}})) << "5.1 to 0.0 is turned";
  EXPECT_EQ(samples[1].record["native"]["timestamp_text"], "[5.1, 0.0]") << "what the source says";
  EXPECT_THAT(samples[2].flags, ElementsAre("gt_zero_length", "gt_beyond_duration"))
      << "12 to 12 in a video of 10 s";
  EXPECT_THAT(texts_of(conversion.odd.repaired()),
              ElementsAre(HasSubstr("charades_sta_test.txt:2: the span ran backwards")));
  EXPECT_EQ(conversion.sources.size(), 2u);
}

TEST_F(Converters, CharadesRowsKeepHalfPrecision) {
  const auto [conversion, samples] =
      convert("charades_sta_rows", test::sources::charades_sta_rows(root()), "test",
              {.video_folder = "Charades_v1_480"});
  EXPECT_THAT(ids(samples), ElementsAre("charades_sta/test/AB1CD#0", "charades_sta/test/AB1CD#1"))
      << "the ids of the text file";
  EXPECT_EQ(samples[0].segments, (Spans{{24.296875, 30.40625}}));
  EXPECT_EQ(samples[0].record["native"]["timestamp_text"], "[24.296875, 30.40625]")
      << "as Python prints the list: part of the submission's keys";
  EXPECT_THAT(samples[1].flags, ElementsAre("gt_f16"));
}

// 24.3 is no half-precision number: such a file holds the truth of the text file.
TEST_F(Converters, RowsOfFullPrecisionAreNotFlagged) {
  const auto file = test::sources::write(
      root() / "r.jsonl", R"({"video":"v_a.mp4","caption":"c","timestamp":[24.3,30.5]})");
  const auto [conversion, samples] = convert("anet_tvg_rows", file, "test");
  EXPECT_THAT(ids(samples), ElementsAre("anet_tvg/test/v_a#0"));
  EXPECT_TRUE(samples[0].flags.empty());
}

TEST_F(Converters, ActivityNetCaptions) {
  const auto [conversion, samples] = convert("anet_tvg", test::sources::anet_tvg(root()), "val_2");
  EXPECT_THAT(ids(samples),
              ElementsAre("anet_tvg/val_2/v_AbCdEfGhIjK#0", "anet_tvg/val_2/v_AbCdEfGhIjK#1",
                          "anet_tvg/val_2/v_-LmNoPqRsTu#1"));
  EXPECT_EQ(samples[0].video, "v_AbCdEfGhIjK.mp4");
  EXPECT_EQ(samples[0].query_raw, "");
  EXPECT_EQ(samples[1].question, "He falls.");
  EXPECT_EQ(samples[1].query_raw, " He falls.\n") << "the submission's key needs it untouched";
  EXPECT_EQ(samples[1].segments, (Spans{{17.37, 90.0}})) << "never cut at the duration, 82.73";
  EXPECT_THAT(samples[1].flags, ElementsAre("gt_beyond_duration"));
  EXPECT_EQ(samples[2].segments, (Spans{{3, 9}}));
  EXPECT_THAT(texts_of(conversion.odd.dropped()),
              ElementsAre(HasSubstr("query 0: the sentence is blank")));
  EXPECT_EQ(count_of(conversion.odd.repaired()), 1u);
}

TEST_F(Converters, TheDictionaryOfCharadesHasTheIdsOfTheText) {
  const auto file = test::sources::write(
      root() / "c.json",
      R"({"AB1CD": {"duration": 31.0, "timestamps": [[24.3, 30.4]], "sentences": ["a person."]}})");
  EXPECT_THAT(ids(convert("charades_sta_videos", file, "test").samples),
              ElementsAre("charades_sta/test/AB1CD#0"));
}

TEST_F(Converters, ActivityNetRtl) {
  const auto [conversion, samples] = convert("anet_rtl", test::sources::anet_rtl(root()), "val");
  EXPECT_THAT(ids(samples),
              ElementsAre("anet_rtl/val/AbCdEfGhIjK_3", "anet_rtl/val/AbCdEfGhIjK_4"));
  EXPECT_EQ(samples[0].task, Task::kReasoningLocalization);
  EXPECT_EQ(samples[0].video, "v_AbCdEfGhIjK.mp4");
  EXPECT_EQ(samples[0].segments, (Spans{{41.0, 48.5}}));
  EXPECT_EQ(samples[0].answer_text, "The crowd gasps because the jumper hits the bar.");
  EXPECT_EQ(samples[0].cluster, "AbCdEfGhIjK");
  EXPECT_EQ(samples[1].segments, (Spans{{52.0, 60.5}}));
  EXPECT_EQ(samples[1].answer_text, "He bows at <t>.") << "only the two times are taken out";
  EXPECT_THAT(texts_of(conversion.odd.dropped()), ElementsAre(HasSubstr("item 2")));
}

TEST_F(Converters, ActivityNetRtlTraining) {
  const auto [conversion, samples] =
      convert("anet_rtl", test::sources::anet_rtl_train(root()), "train",
              {.video_folder = "activitynet_frames", .frames_fps = 5});
  EXPECT_THAT(ids(samples), ElementsAre("anet_rtl/train/AbCdEfGhIjK_1"));
  EXPECT_EQ(samples[0].video, "activitynet_frames/v_AbCdEfGhIjK")
      << "a folder of pictures at 5 fps, LITA's input";
  EXPECT_EQ(samples[0].frames->fps, 5.0);
  EXPECT_EQ(samples[0].segments, (Spans{{1.5, 2}}));
  EXPECT_EQ(count_of(conversion.odd.dropped()), 1);
}

TEST_F(Converters, NextGqa) {
  const auto [conversion, samples] = convert("nextgqa", test::sources::nextgqa(root()), "test");
  EXPECT_THAT(ids(samples), ElementsAre("nextgqa/test/1234567890_3", "nextgqa/test/1234567890_4"));
  EXPECT_EQ(samples[0].task, Task::kGroundedQa);
  EXPECT_EQ(samples[0].video, "1000/1234567890.mp4");
  EXPECT_EQ(samples[0].duration, 24.0);
  EXPECT_EQ(samples[0].options, (Texts{"tired", "excited", "to reach toy", "angry", "dance"}));
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[0].segments, (Spans{{2.0, 6.5}, {10.1, 14.0}}));
  EXPECT_EQ(samples[0].groups.at("type"), "CW");
  EXPECT_EQ(samples[1].groups.at("type"), "TN") << "TP of the file: papers count it there";
  EXPECT_EQ(samples[1].record["native"]["type"], "TP");
  EXPECT_EQ(samples[1].question, "what did he do, then");
  EXPECT_EQ(samples[1].answer_option, 1) << "the first of two options with the answer's text";
  EXPECT_THAT(samples[1].flags, ElementsAre("dup_options", "gt_negative", "gt_beyond_duration"));
  EXPECT_THAT(texts_of(conversion.odd.dropped()),
              ElementsAre(HasSubstr("1234567890_5 has no spans"),
                          HasSubstr("7777777777_0 has no spans"), HasSubstr("none of a0 to a4")));
}

TEST_F(Converters, NextGqaOfVideoChat) {
  const auto [conversion, samples] =
      convert("nextgqa_videochat", test::sources::nextgqa_videochat(root()), "test");
  EXPECT_THAT(ids(samples), ElementsAre("nextgqa/test/1234567890_3")) << "the authors' id";
  EXPECT_EQ(samples[0].video, "1000/1234567890.mp4");
  EXPECT_EQ(samples[0].options, (Texts{"tired", "excited", "to reach toy"}));
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[0].segments.size(), 2u);
}

TEST_F(Converters, RexTime) {
  const auto [conversion, samples] = convert("rextime", test::sources::rextime(root()), "val");
  EXPECT_THAT(ids(samples), ElementsAre("rextime/val/anet_val7", "rextime/val/anet_val8",
                                        "rextime/val/qvh_val9", "rextime/val/qvh_test1"));
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[0].segments, (Spans{{5, 8}}));
  EXPECT_EQ(samples[0].source, "activitynet");
  EXPECT_EQ(samples[0].groups.at("category"), "cause_effect");
  EXPECT_EQ(samples[0].groups.at("origin"), "ActivityNet_val_2");
  EXPECT_EQ(samples[1].segments, (Spans{{10, 20}})) << "the span wins over \"From <1> to <3>\"";
  EXPECT_THAT(texts_of(conversion.odd.repaired()),
              ElementsAre(HasSubstr("item 1 (anet_val8): the answer says")));
  EXPECT_EQ(samples[2].video, "2I9-kvemtSU_510.0_660.0.mp4");
  EXPECT_EQ(samples[2].source, "qvhighlights");
  EXPECT_THAT(samples[2].flags, ElementsAre("gt_zero_length")) << "stays in the denominator";
  EXPECT_FALSE(samples[3].answer_option.has_value());
  EXPECT_TRUE(samples[3].segments.empty());
}

TEST_F(Converters, RexTimeWithoutOptionsIsGrounding) {
  const auto [conversion, samples] =
      convert("rextime", test::sources::rextime_windows(root()), "val");
  EXPECT_EQ(samples[0].task, Task::kTemporalGrounding);
  EXPECT_EQ(samples[0].segments, (Spans{{0, 28}}));
  EXPECT_EQ(samples[0].question, "What were they doing?");
}

// Rows of QVHighlights have the same keys: they would be scored as questions of ReXTime.
TEST_F(Converters, RowsOfQvHighlightsAreNotOfRexTime) {
  const auto file = test::sources::write(
      root() / "qvh.jsonl",
      R"({"qid":2579,"query":"A girl","duration":150,"vid":"NUsG9BgSes0","relevant_clip_ids":[41],)"
      R"("saliency_scores":[[0,1,1]],"relevant_windows":[[82,150]]})");
  try {
    convert("rextime", file, "val");
    ADD_FAILURE() << "converted";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("the name of a question of ReXTime"));
    EXPECT_THAT(error.what(), HasSubstr("it is a row of QVHighlights"));
  }
}

TEST_F(Converters, BytesThatAreNoTextAndDurationsOfNothingAreRepairedAndCounted) {
  const auto file =
      test::sources::write(root() / "charades_sta_test.txt", "AB1CD 1.0 5.0##a caf\xE9 is seen.\n");
  const auto durations = test::sources::write(root() / "durations.csv", "id,length\nAB1CD,0\n");
  const auto [conversion, samples] =
      convert("charades_sta", file, "test", {.durations = durations});
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_EQ(samples[0].question, "a caf\xEF\xBF\xBD is seen.");
  EXPECT_FALSE(samples[0].duration.has_value());
  EXPECT_THAT(texts_of(conversion.odd.repaired()),
              testing::UnorderedElementsAre(
                  HasSubstr("durations.csv:2: the length is \"0\", expected seconds above 0"),
                  HasSubstr("charades_sta_test.txt:1: bytes that are not UTF-8")));
}

TEST_F(Converters, MvbenchAsLmmsEvalReadsIt) {
  const auto [conversion, samples] = convert("mvbench", test::sources::mvbench(root()), "test");
  // 20 files; action_sequence has two questions, the second of episodic_reasoning is dropped.
  ASSERT_EQ(samples.size(), 21u);
  EXPECT_EQ(samples[0].id, "mvbench/test/action_sequence/0");
  EXPECT_EQ(samples[0].answer_option, 0) << "the first candidate with the answer's text";
  EXPECT_THAT(samples[0].flags, ElementsAre("dup_options"));
  EXPECT_EQ(samples[0].video, "star/Charades_segment/ZS9XR.mp4")
      << "5.0 to 5.0 is no part: the whole video";
  EXPECT_EQ(samples[1].video, "star/Charades_segment/ZS9XR_1.5_8.0.mp4")
      << "already named as a cut";
  EXPECT_EQ(samples[2].video, "star/Charades_segment/AB12C_12.299999999999999_21.mp4");
  EXPECT_FALSE(samples[2].clip_end.has_value()) << "the file holds only the part";
  EXPECT_EQ(samples[5].id, "mvbench/test/episodic_reasoning/0");
  EXPECT_EQ(samples[5].video, "tvqa/video_fps3_hq_segment/show_s01e02_seg01_clip_03_10.2_20.7.mp4");
  EXPECT_FALSE(samples[5].frames.has_value());
  EXPECT_EQ(samples[6].video, "ssv2_video_mp4/AB12C.mp4") << "bounds count in five sub-tasks only";
  EXPECT_EQ(samples[6].groups.at("sub_task"), "action_antonym");
  EXPECT_THAT(texts_of(conversion.odd.repaired()),
              ElementsAre(HasSubstr(
                  "action_sequence.json: item 0 (ZS9XR.mp4): the part from 5 to 5 is empty")));
  EXPECT_THAT(texts_of(conversion.odd.dropped()),
              ElementsAre(HasSubstr("\"Happy.\" is none of the candidates")));
}

// An item of the branch `video` without bounds names its cut file; a whole video needs the bounds
// of its part.
TEST_F(Converters, MvbenchItemsWithoutBounds) {
  test::sources::mvbench(root());
  test::sources::write(
      root() / "json/action_sequence.json",
      R"([{"video": "ZS9XR_2.0_4.5.mp4", "question": "Last?", "candidates": ["Sat.", "Ran."], "answer": "Ran."}])");
  EXPECT_EQ(convert("mvbench", root(), "test").samples[0].video,
            "star/Charades_segment/ZS9XR_2.0_4.5.mp4");
  EXPECT_THAT(
      texts_of(convert("mvbench", root(), "test", {.layout = "main"}).conversion.odd.dropped()),
      testing::Contains(
          HasSubstr("action_sequence.json: item 0 (ZS9XR_2.0_4.5.mp4): \"start\" is missing")));
}

TEST_F(Converters, MvbenchWithWholeVideos) {
  const auto [conversion, samples] =
      convert("mvbench", test::sources::mvbench(root()) / "json", "test", {.layout = "main"});
  EXPECT_EQ(samples[2].video, "star/Charades_v1_480/AB12C.mp4");
  EXPECT_EQ(samples[2].clip_start, 12.299999999999999);
  EXPECT_EQ(samples[2].clip_end, 21.0);
  EXPECT_EQ(samples[5].video, "tvqa/frames_fps3_hq/show_s01e02_seg01_clip_03");
  EXPECT_EQ(samples[5].frames, (FrameFolder{.pattern = "%05d.jpg", .first = 1, .fps = 3.0}));
  EXPECT_EQ(samples[5].options.size(), 5u);
  EXPECT_EQ(samples[5].clip_start, 10.2);
  EXPECT_EQ(samples[9].video, "clevrer/video_validation/AB12C.mp4");
  EXPECT_FALSE(samples[9].clip_end.has_value());
  EXPECT_THROW(convert("mvbench", root(), "test", {.layout = "zip"}), ConfigError);
}

TEST_F(Converters, TempCompass) {
  const auto [conversion, samples] =
      convert("tempcompass", test::sources::tempcompass(root()), "test");
  EXPECT_THAT(ids(samples), ElementsAre("tempcompass/test/multi-choice/1000000001/action/0",
                                        "tempcompass/test/multi-choice/1000000001/action/1",
                                        "tempcompass/test/yes_no/1000000001/speed/0",
                                        "tempcompass/test/caption_matching/1000000001/order/0",
                                        "tempcompass/test/captioning/1000000001/action/0"));
  EXPECT_EQ(samples[0].question, "What is the dog doing?");
  EXPECT_EQ(samples[0].query_raw, "What is the dog doing?\nA. running\nB. sleeping\nC.Barking");
  EXPECT_EQ(samples[0].options, (Texts{"running", "sleeping", "Barking"}));
  EXPECT_EQ(samples[0].answer_option, 2);
  EXPECT_EQ(samples[0].groups.at("aspect"), "fine-grained action");
  EXPECT_EQ(samples[1].options, (Texts{"eating", "running"}));
  EXPECT_EQ(samples[1].answer_option, 1) << "by its letter: the line has a blank before it";
  EXPECT_EQ(samples[2].task, Task::kYesNo);
  EXPECT_EQ(samples[2].answer_text, "yes");
  EXPECT_EQ(samples[3].task, Task::kCaptionMatch);
  EXPECT_EQ(samples[3].options, (Texts{"A dog: it runs.", "A dog sleeps."}));
  EXPECT_EQ(samples[3].answer_option, 1);
  EXPECT_EQ(samples[3].record["native"]["labels"].dump(), R"(["Caption A","Caption B"])");
  EXPECT_EQ(samples[3].groups.at("aspect"), "order") << "the dimension without finer aspects";
  EXPECT_EQ(samples[4].task, Task::kCaption);
  EXPECT_EQ(samples[4].answer_text, "B. running");
  EXPECT_THAT(texts_of(conversion.odd.repaired()),
              ElementsAre(HasSubstr("\"C.Barking\" was read as \"Barking\""),
                          HasSubstr("\" B. running\" was read as \"running\"")));
  EXPECT_THAT(texts_of(conversion.odd.dropped()), ElementsAre(HasSubstr("neither yes nor no")));
}

TEST_F(Converters, TempCompassRows) {
  const auto [conversion, samples] = convert("tempcompass", test::sources::tempcompass_rows(root()),
                                             "test", {.video_folder = "videos"});
  ASSERT_EQ(samples.size(), 5u);
  EXPECT_EQ(samples[1].id, "tempcompass/test/multi-choice/1000000001/action/1")
      << "numbered per video and dimension, as in the JSON";
  EXPECT_EQ(samples[1].video, "videos/1000000001.mp4");
  EXPECT_FALSE(samples[1].groups.contains("aspect")) << "the rows do not come with meta_info.json";
  EXPECT_EQ(samples[4].record["native"]["mc_answer"], "A. x");
}

TEST_F(Converters, VideoMme) {
  const auto [conversion, samples] = convert("videomme", test::sources::videomme(root()), "test",
                                             {.subtitles = root() / "subtitle"});
  EXPECT_THAT(ids(samples), ElementsAre("videomme/test/001-1", "videomme/test/002-1"));
  EXPECT_EQ(samples[0].video, "data/-bcdefghijk.mp4");
  EXPECT_EQ(samples[0].options, (Texts{"One.", "Two.", "Three.", "Four."}));
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[0].subtitles, "subtitle/-bcdefghijk.srt");
  EXPECT_EQ(samples[0].groups.at("task_type"), "Counting Problem");
  EXPECT_EQ(samples[1].subtitles, "") << "there is no such file";
  EXPECT_EQ(samples[1].options[2], "B. Three.") << "the third option, lettered B";
  EXPECT_EQ(count_of(conversion.odd.repaired()), 1);
  EXPECT_THROW(convert("videomme", root() / "rows.jsonl", "test", {.subtitles = root() / "none"}),
               MissingInputError);
}

TEST_F(Converters, MmvuMultipleChoice) {
  const auto [conversion, samples] = convert("mmvu_mc", test::sources::mmvu(root()), "validation");
  EXPECT_THAT(ids(samples),
              ElementsAre("mmvu_mc/validation/validation_12", "mmvu_mc/validation/validation_13",
                          "mmvu_mc/validation/validation_15"));
  EXPECT_EQ(samples[0].video, "videos/Chemistry/7.mp4");
  EXPECT_EQ(samples[0].answer_option, 2);
  EXPECT_EQ(samples[0].groups.at("area"), "Science");
  EXPECT_EQ(samples[1].options, (Texts{"x", "y", "z"}));
  EXPECT_EQ(samples[1].answer_option, 2) << "D is the third of A, C, D";
  EXPECT_EQ(samples[2].video, "videos/Pharmacy/3.mp4");
  EXPECT_EQ(samples[2].options, (Texts{"a", "b"})) << "by letter, not as they stand in the file";
  EXPECT_THAT(texts_of(conversion.odd.dropped()),
              ElementsAre(HasSubstr("\"validation_14\" is open-ended")));
}

TEST_F(Converters, LvBench) {
  const auto samples = convert("lvbench", test::sources::lvbench(root()), "test").samples;
  EXPECT_THAT(ids(samples), ElementsAre("lvbench/test/1", "lvbench/test/2"));
  EXPECT_EQ(samples[0].video, "videos/Cm73ma6Ibcs.mp4");
  EXPECT_EQ(samples[0].question, "Which year?");
  EXPECT_EQ(samples[0].options, (Texts{"1636", "1366", "1363", "1633"}));
  EXPECT_EQ(samples[0].answer_option, 3);
  EXPECT_EQ(samples[1].groups.at("entity recognition"), "yes");
  EXPECT_EQ(samples[1].groups.at("reasoning"), "yes") << "it counts in both";
}

TEST_F(Converters, LongVideoBench) {
  const auto samples =
      convert("longvideobench", test::sources::longvideobench(root()), "val").samples;
  EXPECT_THAT(ids(samples), ElementsAre("longvideobench/val/86CxyhFV9MI_0",
                                        "longvideobench/val/b_1", "longvideobench/val/b_2"));
  EXPECT_EQ(samples[0].options, (Texts{"a cup", "a hat", "a dog"}));
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[0].groups.at("duration_group"), "600");
  EXPECT_EQ(samples[1].options, (Texts{"one", "two"}));
  EXPECT_EQ(samples[1].answer_option, 0);
  EXPECT_EQ(samples[2].answer_option, std::nullopt) << "of the test split it is not known";
}

TEST_F(Converters, Mlvu) {
  const auto [conversion, samples] = convert("mlvu", test::sources::mlvu(root()), "dev");
  EXPECT_THAT(ids(samples),
              ElementsAre("mlvu/dev/plotQA/0", "mlvu/dev/plotQA/1", "mlvu/dev/order/0"));
  EXPECT_EQ(samples[0].video, "video/1_plotQA/movie101_66.mp4");
  EXPECT_EQ(samples[1].answer_option, 2);
  EXPECT_EQ(samples[2].groups.at("question_type"), "order");
  EXPECT_EQ(conversion.odd.dropped().front().name, "an open question");
}

TEST_F(Converters, VideoMmmuMultipleChoice) {
  const auto [conversion, samples] =
      convert("videommmu_mc", test::sources::videommmu(root()), "comprehension");
  EXPECT_THAT(ids(samples), ElementsAre("videommmu_mc/comprehension/validation_Art_Theory_12"));
  EXPECT_EQ(samples[0].video, "Art/validation_Art_Theory_12.mp4");
  EXPECT_EQ(samples[0].options, (Texts{"red", "blue", "green"}));
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[0].groups.at("track"), "comprehension");
  EXPECT_EQ(samples[0].groups.at("subject"), "Art_Theory");
  EXPECT_EQ(conversion.odd.dropped().front().name, "an open question");
}

TEST_F(Converters, TimeLensBench) {
  const auto samples =
      convert("timelens_bench", test::sources::timelens_bench(root()), "test").samples;
  EXPECT_THAT(ids(samples),
              ElementsAre("charades_timelens/test/3MSZA#0", "charades_timelens/test/3MSZA#1"));
  EXPECT_EQ(samples[0].question, "A person turns on the light");
  EXPECT_EQ(samples[0].segments.front().end_seconds, 30.4);
  EXPECT_EQ(samples[0].duration, 30.96);
  EXPECT_THROW(convert("timelens_bench", root() / "other.json", "test"), MissingInputError);
}

TEST_F(Converters, SeedTraining) {
  const auto [conversion, samples] =
      convert("seed_train", test::sources::seed_train(root()), "train");
  // end:50% of 3 is ceil(1.5) = 2: items 1 and 2.
  EXPECT_THAT(ids(samples), ElementsAre("charades_train/train/000001",
                                        "charades_train/train/000002", "other/train/000000"));
  EXPECT_EQ(samples[0].question, "person eats a sandwich");
  EXPECT_EQ(samples[0].duration, 30.5);
  EXPECT_EQ(samples[0].segments, (Spans{{0.1 * 30.5, 0.3 * 30.5}}));
  EXPECT_EQ(samples[0].record["train"]["solution"].dump(), "[0.1,0.3]");
  EXPECT_EQ(samples[1].question, "When?") << "not the template: the whole problem";
  EXPECT_EQ(samples[1].segments, (Spans{{8, 18}})) << "0.9 and 0.4 of 20 s, turned";
  EXPECT_EQ(samples[1].record["train"]["solution"].dump(), "[0.9,0.4]") << "verbatim";
  EXPECT_EQ(samples[2].record["train"]["video_length"].dump(), "8");
  EXPECT_THAT(texts_of(conversion.odd.dropped()),
              ElementsAre(HasSubstr("other.jsonl:2: no video")));
}

TEST_F(Converters, SeedTrainingFromOneFileAndFromBraces) {
  test::sources::seed_train(root());
  EXPECT_EQ(convert("seed_train", root() / "charades_train.json", "train").samples.size(), 3u);
  io::write_file_atomic(
      root() / "other.json",
      R"([{"dataset": "o", "video": "c.mp4", "problem": "p", "solution": [0, 1], "video_length": 8}])");
  EXPECT_EQ(convert("seed_train", root() / "{charades_train,other}.json", "train").samples.size(),
            4u);
}

TEST_F(Converters, SeedTrainingRefusesOneDataSetTwice) {
  test::sources::seed_train(root());
  const auto yaml = test::sources::write(
      root() / "twice.yaml",
      "datasets:\n  - {json_path: charades_train.json}\n  - {json_path: charades_train.json}\n");
  try {
    convert("seed_train", yaml, "train");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("twice.yaml:3:5: data set \"charades_train\" was read before at"));
  }
}

TEST_F(Converters, VideoR1) {
  const auto [conversion, samples] = convert("video_r1", test::sources::video_r1(root()), "train");
  EXPECT_THAT(ids(samples),
              ElementsAre("video_r1/train/2", "video_r1/train/3", "video_r1/train/4"));
  EXPECT_EQ(samples[0].video, "CLEVRER/train/video_1.mp4") << "with its folder";
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[1].images, Texts{"Math/1.png"});
  EXPECT_EQ(samples[1].video, "");
  EXPECT_EQ(samples[2].task, Task::kOpen);
  EXPECT_EQ(samples[2].answer_text, "A dog.");
  EXPECT_EQ(samples[2].record["problem_type"], "free-form") << "by which the reward is chosen";
  EXPECT_THAT(
      texts_of(conversion.odd.dropped()),
      ElementsAre(HasSubstr("item 3 (5): \"solution\" is \"C\", expected a letter from A to B")));
}

// One item for each kind of problem, and the number, text or thinking that its record keeps.
TEST_F(Converters, VideoR1HasAWayInForEveryKindOfProblem) {
  const auto item = [](const char* id, const char* type, const char* solution,
                       const char* more = "") {
    return concat(
        R"({"problem_id": )", id,
        R"(, "problem": "What?", "data_type": "image", "path": "./a.png", "options": [], "problem_type": ")",
        type, R"(", "solution": ")", solution, "\"", more, "}");
  };
  const auto file = test::sources::write(
      root() / "all.json",
      concat("[", item("1", "numerical", "<answer> 42 </answer>"), ",",
             item("2", "regression", "<answer>3.5</answer>"), ",",
             item("3", "OCR", "<answer>Exit 7</answer>"), ",", item("4", "free-form", "It rains."),
             ",", item("5", "numerical", "<answer>many</answer>"), ",",
             item("6", "riddle", "<answer>x</answer>"), ",",
             item("7", "regression", "<answer>1</answer>",
                  R"(, "process": "<think>One is seen.</think>")"),
             "]"));
  const auto [conversion, samples] = convert("video_r1", file, "train");
  ASSERT_EQ(samples.size(), 5u);
  EXPECT_EQ(samples[0].answer_text, "42");
  EXPECT_EQ(samples[1].record["problem_type"], "regression");
  EXPECT_EQ(samples[2].answer_text, "Exit 7");
  EXPECT_EQ(samples[3].answer_text, "It rains.") << "without tags: read, and said";
  EXPECT_EQ(samples[4].record["thinking"], "One is seen.");
  EXPECT_THAT(
      texts_of(conversion.odd.repaired()),
      ElementsAre(HasSubstr("item 3 (4): the solution \"It rains.\" has no <answer> tags")));
  EXPECT_THAT(texts_of(conversion.odd.dropped()),
              ElementsAre(HasSubstr("item 4 (5): \"solution\" is"),
                          HasSubstr("item 5 (6): \"problem_type\" is")));
}

// Letters before options and answers as people write them; the option that is meant is always "y",
// the second.
TEST_F(Converters, TimeR1) {
  const auto [conversion, samples] =
      convert("time_r1", test::sources::time_r1(root()), "train", {.video_folder = "timerft"});
  EXPECT_THAT(ids(samples), ElementsAre("time_r1/train/QtW#0", "time_r1/train/KgO#0",
                                        "time_r1/train/4ju_00:00:39:000_00:01:24:700#0"));
  EXPECT_EQ(samples[0].video, "timerft/QtW.mp4");
  EXPECT_EQ(samples[0].duration, 93.3);
  EXPECT_EQ(samples[1].clip_start, 120.5);
  EXPECT_EQ(samples[1].clip_end, 131.5);
  EXPECT_EQ(samples[1].segments, (Spans{{121, 124}})) << "0.5 to 3.5 from 120.5 on";
  EXPECT_EQ(samples[2].clip_start, 0.0) << "the file is the part that its name says";
  EXPECT_EQ(samples[2].segments, (Spans{{34.9, 41.9}}));
  EXPECT_EQ(count_of(conversion.odd.repaired()) + count_of(conversion.odd.dropped()), 0);
}

TEST_F(Converters, TvgBench) {
  const auto file = test::sources::write(
      root() / "tvgbench.json",
      R"([{"path": "./d/KWZ.mp4", "question": "a person sits.", "answer": "13.4-28.1", "start": null, "end": null, "duration": 30.12, "dataset_name": "charades"},
          {"path": "./d/aHD.mp4", "question": "check the gas", "answer": "10.0-46.0", "start": 53.0, "end": 152.0, "duration": 99.0}])");
  const auto [conversion, samples] = convert("time_r1", file, "test");
  EXPECT_EQ(samples.at(0).segments, (Spans{{13.4, 28.1}}));
  EXPECT_EQ(samples[0].groups.at("dataset_name"), "charades");
  EXPECT_EQ(samples.at(1).segments, (Spans{{63, 99}})) << "from 53 on";
}

TEST_F(Converters, TimeLens2) {
  const auto [conversion, samples] =
      convert("timelens2", test::sources::timelens2(root()), "train");
  EXPECT_THAT(ids(samples),
              ElementsAre("timelens2/train/v1#0", "timelens2/train/v1#1", "timelens2/train/v2#0"));
  EXPECT_EQ(samples[0].video, "a/v1.mp4");
  EXPECT_EQ(samples[0].segments, (Spans{{10, 15}, {20, 21}}));
  EXPECT_EQ(samples[1].segments, (Spans{{16, 18}}));
  ASSERT_TRUE(samples[2].frames.has_value());
  EXPECT_EQ(samples[2].frames->fps, 2.0);
}

TEST_F(Converters, OneThinker) {
  const auto [conversion, samples] =
      convert("onethinker", test::sources::onethinker(root()), "train");
  ASSERT_EQ(samples.size(), 5u);
  EXPECT_EQ(samples[0].id, "onethinker/train/1");
  EXPECT_EQ(samples[0].answer_option, 1);
  EXPECT_EQ(samples[0].question, "Which?") << "without its placeholder";
  EXPECT_EQ(samples[1].task, Task::kTemporalGrounding);
  EXPECT_EQ(samples[1].video, "v/2.mp4");
  EXPECT_EQ(samples[1].segments, (Spans{{12.3, 25.7}}));
  EXPECT_EQ(samples[2].problem_type, ProblemType::kRegression);
  EXPECT_THAT(samples[2].images, ElementsAre("3.png"));
  EXPECT_EQ(samples[3].problem_type, std::nullopt) << "a formula: no reward is chosen for it";
  EXPECT_EQ(samples[4].problem_type, ProblemType::kFreeForm);
  EXPECT_EQ(conversion.odd.dropped().front().name, "a question of spatial grounding");
}

TEST_F(Converters, SpellingsOfOptionsAndAnswersAreRead) {
  for (const char* options :
       {R"("A. x", "B. y")", R"("A) x", "B) y")", R"("(A) x", "(B) y")", R"("A: x", "B: y")",
        R"("[A] x", "[B] y")", R"("A.x", " B. y ")", R"("x", "y")"})
    for (const char* answer : {"B", " B ", "B.", "(B)", "b", "B)", "y", "B. y", "(B) y", " Y."}) {
      const auto file = test::sources::write(
          root() / "spelt.json",
          concat(
              R"([{"problem_id": 1, "problem": "Which?", "data_type": "video", "problem_type": "multiple choice", "options": [)",
              options, R"(], "solution": "<answer>)", answer, R"(</answer>", "path": "v.mp4"}])"));
      const auto samples = convert("video_r1", file, "train").samples;
      EXPECT_EQ(samples[0].options, (Texts{"x", "y"})) << options;
      EXPECT_EQ(samples[0].answer_option, 1) << options << answer;
    }
}

/// A row of the table and the file that it must ask for when its folder or file is not there.
struct MissingFile {
  const char* format;
  const char* says;
};

// A wrong layout names the file that was expected.
TEST_F(Converters, MissingFilesAreNamed) {
  const MissingFile rows[] = {{"charades_sta", "charades_sta_test.txt"},
                              {"charades_sta_rows", "rows of video, caption and timestamp"},
                              {"charades_sta_videos", "\"timestamps\""},
                              {"anet_tvg", "\"timestamps\""},
                              {"anet_tvg_rows", "rows of video, caption"},
                              {"anet_rtl", "annot_val_1_q229.json"},
                              {"nextgqa", "none/gsub_s.json"},
                              {"nextgqa_videochat", "VideoChat-R1's JSON list"},
                              {"rextime", "rextime_val.json"},
                              {"mvbench", "none/action_sequence.json"},
                              {"tempcompass", "none/meta_info.json"},
                              {"videomme", "test-00000-of-00001.parquet"},
                              {"mmvu_mc", "validation set of MMVU"},
                              {"lvbench", "video_info.meta.jsonl"},
                              {"longvideobench", "lvb_val.json"},
                              {"mlvu", "<number>_<task>.json"},
                              {"videommmu_mc", "a track of VideoMMMU"},
                              {"timelens_bench", "charades-timelens.json"},
                              {"seed_train", "a YAML list of data sets"},
                              {"video_r1", "Video-R1-260k.json"},
                              {"time_r1", "train_2k5.json"},
                              {"timelens2", "timelens2-93k.jsonl"},
                              {"onethinker", "onethinker_rl_train.json"},
                              {"chat", "conversations or questions"},
                              {"table", "a table: CSV, Parquet"}};
  ASSERT_EQ(std::size(rows), converter_table().size());
  for (const auto& row : rows) {
    try {
      convert(row.format, root() / "none", "s");
      ADD_FAILURE() << row.format;
    } catch (const MissingInputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(row.says)) << row.format;
    }
  }
}

// Any row on a file of another format: an error with the file's name, never a crash.
TEST_F(Converters, OtherFormatsAreRefusedWithTheirPlace) {
  for (const char* text : {"", "[", "[1]", "{}", "{\"a\": 1}", "[{\"id\": 3}]", "\x80\xff##",
                           "PAR1\x15", "A B", "[[[]]]", "\"x\"", "{\"a\": {\"duration\": 1}}"})
    for (const auto& entry : converter_table()) {
      const auto file = test::sources::write(root() / "file.json", text);
      try {
        const auto conversion = data::convert(entry, {.annotations = file, .split = "s"});
        ADD_FAILURE() << entry.name << " made " << conversion.records().size() << " records of "
                      << text;
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("file.json")) << entry.name;
      }
    }
}

TEST_F(Converters, ParquetFilesThatCannotBeReadSayWhatToDo) {
  const auto file =
      test::sources::write(root() / "test-00000-of-00001.parquet", std::string("PAR1\x15\x04", 6));
  try {
    convert("videomme", file, "test");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr(io::reads_column_files() ? "cannot be read as a table"
                                                                 : "scripts/parquet_to_jsonl.py"));
  }
}

}  // namespace
}  // namespace vrlt::data
