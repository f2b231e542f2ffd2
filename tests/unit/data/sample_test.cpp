#include "vrlt/data/sample.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/table_case.h"
#include "vrlt/core/error.h"

namespace vrlt::data {
namespace {

using testing::HasSubstr;

io::Json choice_record() {
  return io::Json::parse(
      R"({"schema": "vs/1", "id": "videomme/test/001-1", "task": "mcq", "bench": "videomme", "split": "test", "video": "data/a.mp4",
    "clip_start": 0, "clip_end": null, "duration": null, "question": "How many?", "options": ["One.", "Two."], "answer": 1, "segments": null,
    "source": "videomme", "groups": {"duration": "short", "year": 2024}, "native": {"question_id": "001-1"}})");
}

io::Json grounding_record() {
  return io::Json::parse(
      R"({"schema": "vs/1", "id": "charades/train/1", "task": "tvg", "video": "a.mp4", "clip_start": 10.5, "clip_end": 40, "duration": 31,
    "question": "person eats", "options": null, "answer": null, "segments": [[12.5, 20], [30, 31]]})");
}

/// A record with one thing wrong. `patch` is merged into the record: null removes a key.
struct BadRecord {
  const char* name;
  io::Json record, patch;
  const char *field, *says;  ///< What the error must name.
};
VRLT_PRINT_ROW_NAME(BadRecord)

io::Json json(const char* text) { return io::Json::parse(text); }

const BadRecord kBadRecords[] = {
    {"no_schema", choice_record(), json(R"({"schema": null})"), "schema", "missing"},
    {"other_schema", choice_record(), json(R"({"schema": "vs/2"})"), "schema", "vs/2"},
    {"no_id", choice_record(), json(R"({"id": null})"), "id", "missing"},
    {"empty_id", choice_record(), json(R"({"id": ""})"), "id", "expected text"},
    {"number_as_id", choice_record(), json(R"({"id": 7})"), "id", "7"},
    {"no_task", choice_record(), json(R"({"task": null})"), "task", "missing"},
    {"unknown_task", choice_record(), json(R"({"task": "mqc"})"), "task", "mqc"},
    {"images_of_numbers", choice_record(), json(R"({"images": [1]})"), "images", "0 to 256 texts"},
    {"image_without_name", choice_record(), json(R"({"images": [""]})"), "images", "not empty"},
    {"images_no_list", choice_record(), json(R"({"images": "a.png"})"), "images", "0 to 256 texts"},
    {"grounding_in_images", grounding_record(), json(R"({"video": null, "images": ["a.png"]})"),
     "video", "a path for this task"},
    {"no_video", choice_record(), json(R"({"video": null})"), "video", "missing"},
    {"no_video_and_no_images", choice_record(), json(R"({"video": null})"), "video",
     "a record needs \"video\" or \"images\", or \"video\": null where there is nothing to see"},
    {"video_is_absolute", choice_record(), json(R"({"video": "/data/clips/a.mp4"})"), "video",
     "give its folder as the root"},
    {"video_goes_upwards", choice_record(), json(R"({"video": "../a.mp4"})"), "video",
     "a path below the data root"},
    {"video_is_a_link", choice_record(), json(R"({"video": "https://example.org/a.mp4"})"), "video",
     "nothing is downloaded here"},
    {"image_is_absolute", choice_record(), json(R"({"images": ["/a.png"]})"), "images",
     "\"/a.png\""},
    {"subtitles_are_absolute", choice_record(), json(R"({"subtitles": "/a.srt"})"), "subtitles",
     "below the data root"},
    {"prompt_is_unknown", choice_record(), json(R"({"prompt": "auto_thnk"})"), "prompt",
     "did you mean \"auto_think\"?"},
    {"problem_type_is_unknown", choice_record(),
     json(R"({"task": "open", "options": null, "answer": "3", "problem_type": "numeric"})"),
     "problem_type", "did you mean \"numerical\"?"},
    {"question_is_misspelt", choice_record(), json(R"({"question": null, "quesiton": "What?"})"),
     "question", "did you mean it by \"quesiton\"?"},
    {"question_begins_large", choice_record(), json(R"({"question": null, "Question": "What?"})"),
     "question", "did you mean it by \"Question\"?"},
    {"number_for_an_open_answer", choice_record(),
     json(R"({"task": "open", "options": null, "answer": 3})"), "answer",
     "text for task open (\"3\")"},
    {"option_text_for_its_index", choice_record(), json(R"({"answer": "Two."})"), "answer",
     "the 0-based index of an option for this task (1)"},
    {"letter_for_an_index", choice_record(), json(R"({"answer": "A"})"), "answer",
     "the 0-based index of an option for this task (0)"},
    {"no_question", choice_record(), json(R"({"question": null})"), "question", "missing"},
    {"question_is_list", choice_record(), json(R"({"question": ["a"]})"), "question",
     "expected text"},
    {"no_options", choice_record(), json(R"({"options": null, "answer": null})"), "options",
     "missing"},
    {"one_option", choice_record(), json(R"({"options": ["One."], "answer": 0})"), "options",
     "2 to 26"},
    {"option_is_number", choice_record(), json(R"({"options": ["One.", 2]})"), "options", "texts"},
    {"answer_beyond_options", choice_record(), json(R"({"answer": 2})"), "answer", "2"},
    {"answer_below_zero", choice_record(), json(R"({"answer": -1})"), "answer", "-1"},
    {"answer_beyond_64_bits", choice_record(), json(R"({"answer": 18446744073709551615})"),
     "answer", "18446744073709551615"},
    {"answer_is_fraction", choice_record(), json(R"({"answer": 0.5})"), "answer", "0.5"},
    {"answer_is_letter", choice_record(), json(R"({"answer": "B"})"), "answer", "\"B\""},
    {"yes_no_is_maybe", choice_record(),
     json(R"({"task": "yes_no", "options": null, "answer": "maybe"})"), "answer", "maybe"},
    {"clip_start_negative", choice_record(), json(R"({"clip_start": -1})"), "clip_start", "-1"},
    {"clip_start_is_text", choice_record(), json(R"({"clip_start": "0"})"), "clip_start",
     "seconds"},
    {"clip_end_before_start", choice_record(), json(R"({"clip_start": 5, "clip_end": 5})"),
     "clip_end", "clip_start"},
    {"duration_negative", choice_record(), json(R"({"duration": -3})"), "duration", "-3"},
    {"no_segments", grounding_record(), json(R"({"segments": null})"), "segments", "missing"},
    {"segments_empty", grounding_record(), json(R"({"segments": []})"), "segments", "at least one"},
    {"segments_flat", grounding_record(), json(R"({"segments": [1, 2]})"), "segments",
     "[start, end]"},
    {"segment_of_three", grounding_record(), json(R"({"segments": [[1, 2, 3]]})"), "segments",
     "[start, end]"},
    {"segment_of_text", grounding_record(), json(R"({"segments": [["1", "2"]]})"), "segments",
     "[start, end]"},
    {"segment_inverted", grounding_record(), json(R"({"segments": [[12, 11]]})"), "segments",
     "start <= end"},
    {"unknown_video_kind", choice_record(), json(R"({"video_kind": "folder"})"), "video_kind",
     "file or frames"},
    {"frames_of_a_file", choice_record(),
     json(R"({"frames": {"pattern": "%d.jpg", "first": 1, "fps": 3}})"), "frames", "null unless"},
    {"frames_without_names", choice_record(), json(R"({"video_kind": "frames"})"), "frames",
     "missing"},
    {"frames_without_number", choice_record(),
     json(R"({"video_kind": "frames", "frames": {"pattern": "a.jpg", "first": 1, "fps": 3}})"),
     "pattern", "%0Nd"},
    {"frames_elsewhere", choice_record(),
     json(R"({"video_kind": "frames", "frames": {"pattern": "../%d.jpg", "first": 1, "fps": 3}})"),
     "pattern", "../"},
    {"frames_standing_still", choice_record(),
     json(R"({"video_kind": "frames", "frames": {"pattern": "%d.jpg", "first": 1, "fps": 0}})"),
     "fps", "more than 0"},
    {"frames_from_below_zero", choice_record(),
     json(R"({"video_kind": "frames", "frames": {"pattern": "%d.jpg", "first": -1, "fps": 3}})"),
     "first", "-1"},
    {"subtitles_are_list", choice_record(), json(R"({"subtitles": ["a.srt"]})"), "subtitles",
     "text"},
    {"flags_are_text", choice_record(), json(R"({"flags": "gt_f16"})"), "flags", "a list"},
    {"groups_is_list", choice_record(), json(R"({"groups": ["short"]})"), "groups", "object"},
};

class BadRecords : public testing::TestWithParam<BadRecord> {};
INSTANTIATE_TEST_SUITE_P(Spec7, BadRecords, testing::ValuesIn(kBadRecords), test::row_name);

}  // namespace

TEST_P(BadRecords, NamePlaceFieldAndValue) {
  auto record = GetParam().record;
  record.merge_patch(GetParam().patch);
  try {
    parse_sample(record, "records.jsonl:12");
    FAIL() << "was accepted";
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("records.jsonl:12: "));
    EXPECT_THAT(error.what(), HasSubstr(std::string("\"") + GetParam().field + "\""));
    EXPECT_THAT(error.what(), HasSubstr(GetParam().says));
  }
}

TEST(ParseSample, ReadsChoice) {
  const auto sample = parse_sample(choice_record(), "r:1");
  EXPECT_EQ(sample.id, "videomme/test/001-1");
  EXPECT_EQ(sample.task, Task::kMultipleChoice);
  EXPECT_EQ(sample.options, (std::vector<std::string>{"One.", "Two."}));
  EXPECT_EQ(sample.answer_option, 1);
  EXPECT_FALSE(sample.duration.has_value());
  EXPECT_EQ(sample.cluster, "data/a.mp4")
      << "questions on one video go together unless the record says otherwise";
  EXPECT_EQ(sample.groups.at("duration"), "short");
  EXPECT_EQ(sample.groups.at("year"), "2024");
  EXPECT_EQ(sample.record["native"].at("question_id"), "001-1") << "unknown keys are kept";
}

TEST(ParseSample, ReadsGroundingOnTheModelsClock) {
  const auto sample = parse_sample(grounding_record(), "r:1");
  EXPECT_EQ(sample.segments, (std::vector<Interval>{{12.5, 20}, {30, 31}}));
  EXPECT_EQ(sample.clip_segments(), (std::vector<Interval>{{2, 9.5}, {19.5, 20.5}}))
      << "clip_start 10.5 is 0 to the model";
  EXPECT_EQ(sample.clip_end, 40.0);
}

TEST(ParseSample, ImagesReplaceOrJoinTheVideo) {
  auto record = choice_record();
  record["images"] = {"a.png", "b.jpg"};
  EXPECT_EQ(parse_sample(record, "r:1").images, (std::vector<std::string>{"a.png", "b.jpg"}));
  record.erase("video");
  EXPECT_EQ(parse_sample(record, "r:1").video, "");
  EXPECT_EQ(parse_sample(record, "r:1").cluster, "a.png");
}

// A key that is there and null says so; one that is missing may be misspelt.
TEST(ParseSample, TakesATextAloneWhereItIsSaid) {
  auto record = choice_record();
  record["video"] = nullptr;
  const auto sample = parse_sample(record, "r.jsonl:1");
  EXPECT_EQ(sample.video, "");
  EXPECT_TRUE(sample.images.empty());
  EXPECT_EQ(sample.cluster, "videomme/test/001-1") << "no other is of the same clip";
  auto grounding = grounding_record();
  grounding["video"] = nullptr;
  EXPECT_THROW(parse_sample(grounding, "r.jsonl:1"), DataError) << "spans of nothing";
}

TEST(ParseSample, ReadsAFrameFolder) {
  auto record = choice_record();
  record["video"] = "tvqa/frames_fps3_hq/clip_03";
  record["video_kind"] = "frames";
  record["frames"] = {{"pattern", "%05d.jpg"}, {"first", 1}, {"fps", 3.0}};
  EXPECT_EQ(parse_sample(record, "r:1").frames,
            (FrameFolder{.pattern = "%05d.jpg", .first = 1, .fps = 3.0}));
  EXPECT_FALSE(parse_sample(choice_record(), "r:1").frames.has_value());
}

TEST(ParseSample, ReadsWhatConvertersNote) {
  auto record = choice_record();
  record["query_raw"] = " How many?";
  record["subtitles"] = "subtitle/a.srt";
  record["flags"] = {"dup_options"};
  const auto sample = parse_sample(record, "r:1");
  EXPECT_EQ(sample.query_raw, " How many?");
  EXPECT_EQ(sample.subtitles, "subtitle/a.srt");
  EXPECT_EQ(sample.flags, std::vector<std::string>{"dup_options"});
}

// NExT-GQA's test set has a true span from -0.1 s; its script scores against that.
TEST(ParseSample, KeepsATrueSpanFromBeforeTheStart) {
  auto record = grounding_record();
  record["segments"] = {{-0.1, 11}};
  EXPECT_EQ(parse_sample(record, "r:1").segments, (std::vector<Interval>{{-0.1, 11}}));
}

// ReXTime has two true windows without length; they stay in the denominator and score 0.
TEST(ParseSample, KeepsAnEmptyTrueSpan) {
  auto record = grounding_record();
  record["segments"] = {{12, 12}};
  EXPECT_EQ(parse_sample(record, "r:1").segments, (std::vector<Interval>{{12, 12}}));
}

TEST(ParseSample, ReadsTheLabelsOfEveryTask) {
  auto record = choice_record();
  record["task"] = "caption_match";
  EXPECT_EQ(parse_sample(record, "r:1").answer_option, 1);
  record["options"] = nullptr;
  record["task"] = "yes_no";
  record["answer"] = "no";
  EXPECT_EQ(parse_sample(record, "r:1").answer_text, "no");
  for (const char* task : {"caption", "open"}) {
    record["task"] = task;
    record["answer"] = "A dog runs.";
    EXPECT_EQ(parse_sample(record, "r:1").answer_text, "A dog runs.") << task;
  }
  record["task"] = "rtl";
  record["segments"] = {{41.0, 48.5}};
  EXPECT_EQ(parse_sample(record, "r:1").answer_text, "A dog runs.") << "the explanation";
}

TEST(ParseSample, AcceptsHiddenLabels) {
  auto record = choice_record();
  record["answer"] = nullptr;
  EXPECT_FALSE(parse_sample(record, "r:1").answer_option.has_value());
}

TEST(ParseSample, RefusesWhatIsNoObject) {
  EXPECT_THROW(parse_sample(json("[1]"), "r:1"), DataError);
}

TEST(TaskNames, GoBothWays) {
  for (const char* name :
       {"mcq", "tvg", "gqa", "yes_no", "caption_match", "caption", "rtl", "open"}) {
    const auto task = parse_task(name);
    ASSERT_TRUE(task.has_value()) << name;
    EXPECT_EQ(to_string(*task), name);
  }
  EXPECT_FALSE(parse_task("MCQ").has_value());
}

}  // namespace vrlt::data
