// Files for the scripts of others, made from converted records and scripted answers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/benchmark_sources.h"
#include "tests/support/temporary_folder.h"
#include "vrlt/core/error.h"
#include "vrlt/data/converter_table.h"
#include "vrlt/data/exporter_table.h"

namespace vrlt::data {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Exporters : public testing::Test {
 protected:
  std::vector<Sample> samples(const char* format, const std::filesystem::path& annotations,
                              const char* split, ConversionRequest request = {}) {
    request.annotations = annotations;
    request.split = split;
    std::vector<Sample> result;
    const auto conversion = data::convert(find_converter(format), request);
    for (const auto& record : conversion.records()) result.push_back(parse_sample(record, format));
    return result;
  }
  Export write(const char* exporter, const std::vector<Sample>& samples,
               const Predictions& predictions) {
    std::vector<const Sample*> list;
    for (const auto& sample : samples) list.push_back(&sample);
    return find_exporter(exporter).write(list, predictions);
  }
  const std::filesystem::path& root() const { return folder_.path(); }
  test::TemporaryFolder folder_;
};

io::Json json(const std::string& text) { return io::Json::parse(text); }

TEST(Predictions, CountFromTheStartOfTheVideo) {
  const auto prediction = parse_prediction(
      json(R"({"id": "a", "text": "B, 1 to 2", "parsed": {"option": 1, "span": [1, 2.5]}})"), 10.0,
      "s:1");
  EXPECT_EQ(prediction.text, "B, 1 to 2");
  EXPECT_EQ(prediction.option, 1);
  EXPECT_EQ(prediction.span, (Interval{11, 12.5})) << "the clip starts at 10 s";
  const auto unread = parse_prediction(
      json(R"({"id": "a", "text": "?", "parsed": {"option": null, "span": null}})"), 0.0, "s:1");
  EXPECT_FALSE(unread.option.has_value() || unread.span.has_value());
}

TEST(Predictions, AreWhatTheAuthorsRead) {
  EXPECT_EQ(
      parse_prediction(json(R"({"id": "a", "text": "B) x", "read_as": "(B) x"})"), 0.0, "s:1").text,
      "(B) x");
  EXPECT_EQ(parse_prediction(
                json(R"({"id": "a", "responses": [{"text": "one"}, {"text": "two"}]})"), 0.0, "s:1")
                .text,
            "one");
  for (const char* broken : {R"({"id": "a", "responses": []})", R"({"id": "a", "responses": 7})",
                             R"({"id": "a", "responses": [7]})"})
    EXPECT_THROW(parse_prediction(json(broken), 0.0, "s:1"), DataError) << broken;
}

// The seed's key: video, sentence as annotated and the list as Python prints it, joined by >>>.
TEST_F(Exporters, GroundingDictionary) {
  const auto result =
      write("grounding", samples("anet_tvg", test::sources::anet_tvg(root()), "val_2"),
            {{"anet_tvg/val_2/v_AbCdEfGhIjK#1", {.text = "From 1 to 2."}},
             {"anet_tvg/val_2/v_-LmNoPqRsTu#1", {.text = "?"}}});
  EXPECT_EQ(json(result.files.at(0).bytes),
            json(R"({"v_AbCdEfGhIjK.mp4>>> He falls.\n>>>[17.37, 90.0]": "From 1 to 2.",
                                                     "v_-LmNoPqRsTu.mp4>>>She \"sings\".>>>[9.0, 3.0]": "?"})"));
  EXPECT_THAT(result.notes, ElementsAre("anet_tvg/val_2/v_AbCdEfGhIjK#0: no answer"));
}

// eval_ground.py skips questions that are not in grounding.json; eval_next.py looks every question
// up in qa.json.
TEST_F(Exporters, NextGqaLeavesOutSpansThatCannotBeRead) {
  const auto result = write("nextgqa", samples("nextgqa", test::sources::nextgqa(root()), "test"),
                            {{"nextgqa/test/1234567890_3", {.text = "", .span = Interval{2, 3.5}}},
                             {"nextgqa/test/1234567890_4", {.text = "", .option = 1}}});
  ASSERT_EQ(result.files.size(), 2u);
  EXPECT_EQ(result.files[0].name, "grounding.json");
  EXPECT_EQ(json(result.files[0].bytes), json(R"({"1234567890_3": [2.0, 3.5]})"));
  EXPECT_EQ(result.files[1].name, "qa.json");
  EXPECT_EQ(
      json(result.files[1].bytes),
      json(
          R"({"1234567890_3": {"prediction": -1, "answer": 1}, "1234567890_4": {"prediction": 1, "answer": 1}})"));
  EXPECT_EQ(result.notes.size(), 2u);
}

// The script asserts that every question is there and fails on an empty list of windows.
TEST_F(Exporters, RexTimeHasALineForEveryQuestion) {
  const auto result =
      write("rextime", samples("rextime", test::sources::rextime(root()), "val"),
            {{"rextime/val/anet_val7", {.text = "", .option = 3, .span = Interval{5, 9}}}});
  EXPECT_EQ(result.files.at(0).bytes,
            "{\"qid\":\"anet_val7\",\"pred_relevant_windows\":[[5.0,9.0]],\"ans\":\"D\"}\n"
            "{\"qid\":\"anet_val8\",\"pred_relevant_windows\":[[0.0,0.0]],\"ans\":\"\"}\n"
            "{\"qid\":\"qvh_val9\",\"pred_relevant_windows\":[[0.0,0.0]],\"ans\":\"\"}\n"
            "{\"qid\":\"qvh_test1\",\"pred_relevant_windows\":[[0.0,0.0]],\"ans\":\"\"}\n");
  EXPECT_EQ(result.notes.size(), 3u);
}

TEST_F(Exporters, TempCompassHasTheLayoutOfItsPredictions) {
  const auto result =
      write("tempcompass", samples("tempcompass", test::sources::tempcompass(root()), "test"),
            {{"tempcompass/test/yes_no/1000000001/speed/0", {.text = "Yes."}}});
  ASSERT_EQ(result.files.size(), 4u);
  EXPECT_EQ(result.files[3].name, "yes_no.json");
  EXPECT_EQ(
      json(result.files[3].bytes),
      json(
          R"({"1000000001": {"speed": [{"question": "Is it fast?", "answer": "yes", "prediction": "Yes."}]}})"));
  EXPECT_EQ(
      json(result.files[0].bytes)["1000000001"]["order"][0],
      json(
          R"({"question": "Which caption matches the video better?\nCaption A: A dog: it runs.\nCaption B: A dog sleeps.",
                     "answer": "Caption B: A dog sleeps.", "prediction": null})"));
}

TEST_F(Exporters, MvbenchCountsPerSubTask) {
  const auto result = write("mvbench", samples("mvbench", test::sources::mvbench(root()), "test"),
                            {{"mvbench/test/action_sequence/0", {.text = "(A", .option = 0}},
                             {"mvbench/test/action_sequence/1", {.text = "(A", .option = 0}}});
  // The right options are 0 ("Sat.") and 1 ("Ran."): one of two.
  EXPECT_EQ(json(result.files.at(0).bytes), json(R"({"acc_dict": {"action_sequence": [1, 2]},
                                                     "res_list": [{"pred": "(A", "gt": "(A) Sat."}, {"pred": "(A", "gt": "(B) Ran."}]})"));
}

// The four numbers come back as they were written, whole ones as whole ones.
TEST_F(Exporters, SeedTrainingComesBackAsItWas) {
  test::sources::seed_train(root());
  const auto source = root() / "charades_train.json";
  const auto result = write("seed_train", samples("seed_train", source, "train"), {});
  EXPECT_EQ(json(result.files.at(0).bytes).dump(), io::read_json(source).dump());
}

// 3 to 9 s of 30 s are 0.1 and 0.3.
TEST_F(Exporters, SeedTrainingFromOtherRecords) {
  const auto file = test::sources::write(
      root() / "c.json",
      R"({"AB1CD": {"duration": 30, "timestamps": [[3, 9]], "sentences": ["a person."]}})");
  const auto result = write("seed_train", samples("charades_sta_videos", file, "train"), {});
  EXPECT_EQ(json(result.files.at(0).bytes),
            json(R"([{"dataset": "charades_sta", "video": "AB1CD.mp4",
                      "problem": "Give the query: \"a person.\", when does the described content occur in the video?.",
                      "solution": [0.1, 0.3], "video_length": 30.0}])"));
  const auto without = samples("charades_sta", test::sources::charades_sta(root()), "test");
  EXPECT_EQ(write("seed_train", without, {}).notes.size(), 3u) << "no durations";
}

// The layout of output_test_template.json; eval_your_results.py looks at "missing" only when it is
// told to skip videos.
TEST_F(Exporters, VideoMmeListsVideosWithTheirQuestions) {
  const auto result =
      write("videomme", samples("videomme", test::sources::videomme(root()), "test"),
            {{"videomme/test/001-1", {.text = "B."}}});
  const auto videos = json(result.files.at(0).bytes);
  EXPECT_EQ(
      videos.at(0),
      json(
          R"({"video_id": "001", "duration_category": "short", "video_category": "Knowledge", "video_subcategory": "Astronomy",
                                   "missing": false, "questions": [{"question_id": "001-1", "task_type": "Counting Problem",
                                   "question": "How many probes appear?", "choices": ["A. One.", "B. Two.", "C. Three.", "D. Four."],
                                   "answer": "B", "response": "B."}]})"));
  EXPECT_EQ(videos.at(1)["missing"], true);
  EXPECT_EQ(videos.at(1)["questions"][0]["response"], "") << "its script fails on null";
  EXPECT_THAT(result.notes, ElementsAre("videomme/test/002-1: no answer"));
}

TEST_F(Exporters, MmvuListsQuestionsWithResponses) {
  const auto result =
      write("mmvu_mc", samples("mmvu_mc", test::sources::mmvu(root()), "validation"),
            {{"mmvu_mc/validation/validation_13", {.text = "The answer is C"}}});
  const auto questions = json(result.files.at(0).bytes);
  ASSERT_EQ(questions.size(), 3u);
  EXPECT_EQ(
      questions[1],
      json(R"({"id": "validation_13", "question_type": "multiple-choice", "question": "Which?",
                                   "choices": {"A": "x", "B": "y", "C": "z"}, "answer": "C", "response": "The answer is C"})"))
      << "lettered as the model was asked: the source's B is empty";
}

// As eval_model_rtl.py: the first two times are taken out of both texts.
TEST_F(Exporters, RtlExplanationsForTheReview) {
  const auto result = write("anet_rtl", samples("anet_rtl", test::sources::anet_rtl(root()), "val"),
                            {{"anet_rtl/val/AbCdEfGhIjK_3", {.text = "<1.0> <2> He runs <3>."}},
                             {"anet_rtl/val/AbCdEfGhIjK_4", {.text = "At <4>."}}});
  const auto answers = json(result.files.at(0).bytes);
  EXPECT_EQ(
      answers.at(0),
      json(
          R"({"question_id": "AbCdEfGhIjK_3", "prompt": "When does the crowd react?", "text_out": "He runs <3>.",
                                    "text_gnd": "The crowd gasps because the jumper hits the bar.", "answer_id": "AbCdEfGhIjK_3",
                                    "model_id": "vrlt", "metadata": {}})"));
  EXPECT_EQ(answers.at(1)["text_out"], "At <4>.") << "fewer than two times: the whole text";
}

TEST_F(Exporters, RecordsFromElsewhereSayWhatIsMissing) {
  Sample sample{.id = "x", .task = Task::kGroundedQa, .question = "q", .options = {"a", "b"}};
  sample.record = io::Json::object();
  try {
    write("rextime", {sample}, {});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("x: \"native\" has no \"qid\""));
  }
}

}  // namespace
}  // namespace vrlt::data
