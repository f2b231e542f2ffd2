// What keeps samples from being learnt from is said before a run begins: an error where nothing can
// be learnt, a warning with ids where some.
#include "vrlt/check/matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>

#include "vrlt/core/error.h"

namespace vrlt::check {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::vector<std::string> kUsual = {"format", "temporal_iou", "choice", "grounded_qa"};

Purpose rewarded(const std::vector<std::string>& names, const char* prompt = "auto_think") {
  Purpose purpose{.prompt = &data::find_prompt(prompt), .usual_rewards = kUsual};
  for (const auto& name : names) purpose.rewards.push_back({name, 1.0});
  return purpose;
}

Purpose supervised(const char* prompt,
                   data::ReferenceTarget target = data::ReferenceTarget::kAnswer) {
  return {.prompt = &data::find_prompt(prompt), .target = target};
}

data::Sample choice(const std::string& id, std::optional<int64_t> answer = 0) {
  return {.id = id,
          .task = data::Task::kMultipleChoice,
          .question = "q",
          .options = {"red", "blue"},
          .answer_option = answer};
}
data::Sample grounding(const std::string& id, Interval truth = {2, 5}) {
  return {.id = id,
          .task = data::Task::kTemporalGrounding,
          .video = "a.mp4",
          .duration = 30.0,
          .question = "q",
          .segments = {truth}};
}
data::Sample grounded(const std::string& id) {
  return {.id = id,
          .task = data::Task::kGroundedQa,
          .question = "q",
          .options = {"red", "blue"},
          .answer_option = 0,
          .segments = {{2, 5}}};
}
data::Sample open(const std::string& id) {
  return {.id = id, .task = data::Task::kOpen, .question = "q", .answer_text = "a red ball"};
}

/// Keeps the samples that mismatches refer to.
class Pool {
 public:
  Pool(std::initializer_list<data::Sample> samples) : samples_(samples) {
    for (const auto& sample : samples_) pointers_.push_back(&sample);
  }
  std::vector<std::string> sentences(const Purpose& purpose) const {
    std::vector<std::string> texts;
    for (const auto& mismatch : match(pointers_, purpose))
      texts.push_back(to_text(mismatch, pointers_.size()));
    return texts;
  }
  void run(const Purpose& purpose) const { tell(match(pointers_, purpose), pointers_.size()); }
  template <typename Error>
  std::string error(const Purpose& purpose) const {
    try {
      run(purpose);
    } catch (const Error& error) {
      return error.what();
    }
    return "nothing of this type was thrown";
  }

 private:
  std::deque<data::Sample> samples_;
  Samples pointers_;
};

}  // namespace

TEST(Matching, NothingIsSaidOfWhatFits) {
  const Pool pool({choice("a"), grounding("b"), grounded("c")});
  EXPECT_THAT(pool.sentences(rewarded(kUsual)), IsEmpty());
  EXPECT_THAT(pool.sentences(rewarded({"temporal_rlt"})), IsEmpty())
      << "a preset may hold rewards of tasks that are not there";
  EXPECT_THAT(Pool({grounding("b")}).sentences(rewarded(kUsual)), IsEmpty())
      << "the usual rewards are for any records";
  EXPECT_THAT(pool.sentences(rewarded({"choice", "temporal_iou", "grounded_qa", "format_answer"},
                                      "auto_short")),
              IsEmpty())
      << "a layout may be learnt from examples";
  EXPECT_THAT(pool.sentences(supervised("auto_answer")), IsEmpty());
}

TEST(Matching, RewardsThatReadNoSampleAreAnErrorThatNamesThoseThatWould) {
  const Pool pool({choice("a"), choice("b", 1), grounding("c"), grounded("d")});
  EXPECT_EQ(pool.error<ConfigError>(rewarded({"rouge"})),
            "rewards: [rouge] scores no sample of these records: mcq 2, tvg 1, gqa 1; add choice, "
            "temporal_iou, grounded_qa");
  EXPECT_THAT(Pool({choice("a", {})}).error<DataError>(rewarded({"choice"})),
              HasSubstr("labels are missing"));
}

TEST(Matching, ATaskThatNoRewardReadsIsToldWithItsIds) {
  const Pool pool({choice("a"), open("own/open1"), choice("c", 1)});
  EXPECT_THAT(pool.sentences(rewarded({"choice", "format"})),
              ElementsAre("no reward but format reads task open (1 of 3 samples: own/open1): add "
                          "rouge, or leave them out"));
  EXPECT_NO_THROW(pool.run(rewarded({"choice", "format"})));
}

TEST(Matching, ARewardWithoutASampleIsTold) {
  EXPECT_THAT(Pool({choice("a")}).sentences(rewarded({"choice", "temporal_iou"})),
              ElementsAre("rewards: temporal_iou reads none of the samples; remove it, or add "
                          "records of its task"));
}

TEST(Matching, ALayoutThatThePromptNeverAsksForIsAnError) {
  const Pool pool({choice("a")});
  EXPECT_EQ(pool.error<ConfigError>(rewarded({"choice", "format"}, "auto_answer")),
            "rewards: format wants <think>, which the prompt \"auto_answer\" never asks for, so "
            "that it will be 0; use format_answer, or the "
            "prompt auto_think");
  EXPECT_THAT(pool.error<ConfigError>(rewarded({"choice", "format_answer"}, "auto_think")),
              HasSubstr("rewards: format_answer is 0 for a response with <think>, which the prompt "
                        "\"auto_think\" asks for; use format"));
  auto own_prompt = choice("b");
  own_prompt.prompt = "auto_answer";
  EXPECT_THAT(Pool({choice("a"), own_prompt}).sentences(rewarded({"choice", "format"})),
              ElementsAre(HasSubstr("(1 of 2 samples: b)")));
}

// The same for every prompt and layout reward: those that a prompt's own ideal response earns in
// full fit it.
TEST(Matching, EveryPromptHasALayoutThatFitsIt) {
  for (const auto& prompt : data::prompt_table()) {
    const bool fits =
        Pool({grounded("a")})
            .sentences(
                rewarded({"grounded_qa", prompt.think ? "format" : "format_answer"}, prompt.name))
            .empty();
    const bool asks_for_no_tag =
        data::reference_response(prompt, grounded("a")).find("<answer>") == std::string::npos;
    EXPECT_TRUE(fits || asks_for_no_tag) << prompt.name;
  }
}

TEST(Matching, ATargetThatLacksWhatThePromptAsksForIsAnError) {
  EXPECT_THAT(
      Pool({choice("a")}).error<ConfigError>(supervised("auto_think")),
      HasSubstr(
          "the prompt \"auto_think\" asks for thinking, and sft.target: answer teaches none"));
  EXPECT_THAT(Pool({choice("a")})
                  .error<DataError>(supervised("auto_think", data::ReferenceTarget::kThinkAnswer)),
              HasSubstr("nothing to learn from: \"thinking\" is null"));
}

TEST(Matching, LabelsThatNothingCanBeLearntFrom) {
  EXPECT_THAT(Pool({choice("a"), choice("b4", {})}).sentences(rewarded({"choice"})),
              ElementsAre(HasSubstr(
                  "mcq without \"answer\", from which nothing is learnt (1 of 2 samples: b4)")));
  const auto no_length = rewarded({"temporal_iou"});
  EXPECT_THAT(Pool({grounding("a", {3, 3})}).error<DataError>(no_length),
              HasSubstr("the truth has no length"));
  EXPECT_THAT(Pool({grounding("a", {31, 40}), grounding("b")}).sentences(no_length),
              ElementsAre(HasSubstr("the truth is after the end of the video, so that no answer "
                                    "can meet it (1 of 2 samples: a)")));
  auto chinese = open("zh");
  chinese.answer_text = "\xE7\xBA\xA2\xE8\x89\xB2";  // "red"
  EXPECT_THAT(Pool({open("a"), chinese}).sentences(rewarded({"rouge"})),
              ElementsAre(testing::AllOf(HasSubstr("a truth without a word of a-z or 0-9"),
                                         HasSubstr("(1 of 2 samples: zh)"))));
}

TEST(Matching, OneLabelNearlyEverywhereIsTold) {
  Pool pool({choice("1"), choice("2"), choice("3"), choice("4"), choice("5"), choice("6"),
             choice("7"), choice("8"), choice("9"), choice("10"), choice("11")});
  EXPECT_THAT(pool.sentences(rewarded({"choice"})),
              ElementsAre(HasSubstr("mcq: the answer is A in 11 of 11")));
  EXPECT_NO_THROW(pool.run(rewarded({"choice"})));
  EXPECT_THAT(Pool({choice("1"), choice("2")}).sentences(rewarded({"choice"})), IsEmpty())
      << "two samples tell nothing";
}

TEST(Matching, APromptThatThereIsNotStopsTheRun) {
  auto sample = choice("b");
  sample.prompt = "my_prompt";
  EXPECT_THAT(Pool({choice("a"), sample}).error<DataError>(rewarded({"choice"})),
              HasSubstr("there is no prompt \"my_prompt\" (1 of 2 samples: b)"));
}

TEST(Matching, SubtitlesThatNoPromptShowsAreToldOnce) {
  auto subtitled = choice("a");
  subtitled.subtitles = "a.srt";
  EXPECT_THAT(
      Pool({subtitled, choice("b", 1)}).sentences(rewarded({"choice"})),
      ElementsAre(HasSubstr("1 of 2 records name subtitles, which their prompt does not show")));
  EXPECT_THAT(Pool({subtitled}).sentences(rewarded({"choice"}, "p_vmme_off_sub")), IsEmpty());
  EXPECT_NO_THROW(Pool({subtitled}).run(rewarded({"choice"})))
      << "an evaluation without subtitles is one too";
}

TEST(Matching, FindingsNameEverySample) {
  const auto a = choice("a"), b = choice("b4", {});
  std::vector<Finding> findings;
  add_findings(match({&a, &b}, rewarded({"choice"})), 2, /*of_a_run=*/true, findings);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].where, "b4");
  EXPECT_EQ(findings[0].severity, Severity::kWarning);
  add_findings(match({&b}, rewarded({"choice"})), 1, /*of_a_run=*/false, findings);
  EXPECT_EQ(findings.back().severity, Severity::kWarning)
      << "records may be without labels; a run on them may not";
  add_findings(match({&b}, rewarded({"choice"})), 1, /*of_a_run=*/true, findings);
  EXPECT_EQ(findings.back().severity, Severity::kError);
}

}  // namespace vrlt::check
