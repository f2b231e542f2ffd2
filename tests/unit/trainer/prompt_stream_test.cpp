// Which prompts a run trains on: the rules of `online_selection`, without a model and with one.

#include "trainer/streams/prompt_stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/table_case.h"
#include "tests/support/thread_ranks.h"
#include "tests/unit/trainer/warm_task.h"
#include "vrlt/core/error.h"

namespace vrlt::trainer {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

std::vector<data::Sample> samples(int64_t count) {
  std::vector<data::Sample> all(static_cast<size_t>(count));
  for (size_t i = 0; i < all.size(); ++i) all[i].id = concat("q", i);
  return all;
}

using Section = settings::OnlineSelectionSection;

/// @param samples  outlive it.
std::unique_ptr<PromptStream> stream_of(const Section& section,
                                        const std::vector<data::Sample>& samples) {
  return make_prompt_stream(section, samples, base_config().seed);
}

GroupAccuracy group(const DrawnPrompt& prompt, std::vector<double> accuracies) {
  return {prompt, selection::reward_statistics(std::move(accuracies), /*continuous=*/false)};
}

/// For streams that never look at what the policy can do.
std::vector<GroupAccuracy> no_measure(const std::vector<DrawnPrompt>&) {
  ADD_FAILURE() << "measured";
  return {};
}

std::vector<int64_t> samples_of(const std::vector<DrawnPrompt>& prompts) {
  std::vector<int64_t> indices;
  for (const auto& prompt : prompts) indices.push_back(prompt.sample);
  return indices;
}

TEST(PromptStream, WithoutARuleVisitsAllSamplesEpochAfterEpoch) {
  const auto pool = samples(5);
  const auto stream = stream_of({}, pool);
  const data::SampleOrder order(5, base_config().seed, true);
  const auto drawn = stream->next(0, 7, no_measure);
  for (int64_t i = 0; i < 7; ++i) {
    EXPECT_EQ(drawn[static_cast<size_t>(i)].position, i);
    EXPECT_EQ(drawn[static_cast<size_t>(i)].sample, order.at(i));
  }
  const auto again = stream_of({}, pool);
  again->restore(io::Json::object(), /*default_position=*/4);
  EXPECT_EQ(samples_of(again->next(0, 3, no_measure)),
            samples_of({drawn.begin() + 4, drawn.end()}));
}

TEST(EpochFilter, DropsTheMasteredAndTheHopelessAndFillsUpFromThePool) {
  const auto pool = samples(10);
  const auto stream = stream_of(Section::with(settings::EpochFilterRule{.epoch_size = 6}), pool);
  const auto first = stream->next(0, 6, no_measure);
  const auto of_first = samples_of(first);
  EXPECT_EQ(std::set<int64_t>(of_first.begin(), of_first.end()).size(), 6u)
      << "each sample of the epoch once";

  // The first is never right, the second mostly, the others one time of four: with a mean of 0.25
  // they stay.
  int64_t measurements = 0;
  const auto second = stream->next(1, 6, [&](const std::vector<DrawnPrompt>& prompts) {
    ++measurements;
    EXPECT_THAT(samples_of(prompts), ::testing::UnorderedElementsAreArray(of_first));
    EXPECT_EQ(prompts.front().position, 6) << "new responses: draws of their own";
    std::vector<GroupAccuracy> groups;
    for (const auto& prompt : prompts)
      groups.push_back(prompt.sample == of_first[0]   ? group(prompt, {0, 0, 0, 0})
                       : prompt.sample == of_first[1] ? group(prompt, {1, 1, 1, 0})
                                                      : group(prompt, {0, 1, 0, 0}));
    return groups;
  });
  EXPECT_EQ(measurements, 1);
  EXPECT_EQ(second.front().position, 12);
  const auto of_second = samples_of(second);
  const std::set<int64_t> before(of_first.begin(), of_first.end()),
      after(of_second.begin(), of_second.end());
  EXPECT_EQ(after.size(), 6u);
  for (size_t i = 0; i < 6; ++i) EXPECT_EQ(after.contains(of_first[i]), i >= 2) << i;
  EXPECT_EQ(std::count_if(after.begin(), after.end(),
                          [&](int64_t sample) { return !before.contains(sample); }),
            2)
      << "of the four in the pool";
}

TEST(EpochFilter, GoesOnWithTheSameSamplesWhenNoneIsLeft) {
  const auto pool = samples(3);
  const auto stream = stream_of(Section::with(settings::EpochFilterRule{}), pool);
  stream->next(0, 3, no_measure);
  const auto mastered = [](const std::vector<DrawnPrompt>& prompts) {
    std::vector<GroupAccuracy> groups;
    for (const auto& prompt : prompts) groups.push_back(group(prompt, {1, 1}));
    return groups;
  };
  EXPECT_THAT(samples_of(stream->next(1, 3, mastered)), UnorderedElementsAre(0, 1, 2));
}

TEST(EpochFilter, DropsWhatCannotBeRead) {
  const auto pool = samples(4);
  const auto stream = stream_of(Section::with(settings::EpochFilterRule{}), pool);
  stream->next(0, 4, no_measure);
  const auto only_two = [](const std::vector<DrawnPrompt>& prompts) {
    std::vector<GroupAccuracy> groups;
    for (const auto& prompt : prompts)
      if (prompt.sample >= 2) groups.push_back(group(prompt, {0, 1}));
    return groups;
  };
  EXPECT_THAT(samples_of(stream->next(1, 2, only_two)), UnorderedElementsAre(2, 3));
}

TEST(MemoryBankRule, ReplacesTheLowestGroupsByPromptsThatVaried) {
  const auto pool = samples(8);
  const auto stream =
      stream_of(Section::with(settings::MemoryBankRule{.bank = {.min_variance = 0.5}}), pool);
  ASSERT_TRUE(stream->replays());
  // The largest variance of four 0-or-1 rewards is that of two of each. Three of one kind: 3/4 of
  // it.
  const auto first = stream->next(0, 3, no_measure);
  const auto none = stream->replay({group(first[0], {1, 1, 0, 0}), group(first[1], {1, 0, 0, 0}),
                                    group(first[2], {1, 1, 1, 1})});
  EXPECT_THAT(none.left_out, IsEmpty()) << "the bank has only prompts of this very step";

  const auto second = stream->next(1, 3, no_measure);
  const auto one = stream->replay({group(second[0], {1, 1, 1, 1}), group(second[1], {0, 1, 1, 0}),
                                   group(second[2], {0, 0, 0, 0})});
  EXPECT_THAT(one.left_out, ElementsAre(second[0].position, second[2].position))
      << "equally low: the earlier one first";
  EXPECT_THAT(samples_of(one.instead), ElementsAre(first[0].sample, first[1].sample))
      << "the highest variance first";
  EXPECT_EQ(one.instead[0].position, second[2].position + 1);

  // The first comes back into the bank, the second has become easy and does not.
  stream->observe({group(one.instead[0], {1, 1, 0, 0}), group(one.instead[1], {1, 1, 1, 1})});
  const auto third = stream->next(2, 2, no_measure);
  EXPECT_EQ(third[0].position, one.instead[1].position + 1);
  std::set<int64_t> drawn;
  for (const auto& prompts : {first, second, third})
    for (const auto& prompt : prompts) drawn.insert(prompt.sample);
  EXPECT_EQ(drawn.size(), 8u) << "replays take no sample's place in the epoch";
  const auto two = stream->replay({group(third[0], {1, 1, 1, 1}), group(third[1], {1, 1, 1, 1})});
  EXPECT_THAT(samples_of(two.instead), UnorderedElementsAre(first[0].sample, second[1].sample));
}

/// statistics.jsonl of samples(num): 0, 3, 6, .. hard, 1, 4, 7, .. medium, 2, 5, 8, .. easy.
std::string write_statistics(const test::TemporaryFolder& folder, int64_t num) {
  std::string lines;
  for (int64_t i = 0; i < num; ++i) {
    selection::SampleStatistics statistics{.id = concat("q", i), .task = "mcq"};
    statistics.reward = selection::reward_statistics(
        std::vector<std::vector<double>>{{0, 0}, {0, 1}, {1, 1}}[static_cast<size_t>(i % 3)],
        false);
    statistics.answers = {"A", "A"};
    lines += io::to_line(selection::to_json(statistics)) + "\n";
  }
  const auto file = folder.path() / "statistics.jsonl";
  io::write_file_atomic(file, lines);
  return file.string();
}

TEST(Curriculum, DrawsDifficultiesInTheSharesOfTheStep) {
  const test::TemporaryFolder folder;
  const auto pool = samples(30);
  const auto stream =
      stream_of(Section::with(settings::CurriculumRule{.statistics = write_statistics(folder, 30),
                                                       .mixture = {"0 0 0 1", "10 0.5 0.5 0"}}),
                pool);
  for (const auto& prompt : stream->next(0, 20, no_measure))
    EXPECT_EQ(prompt.sample % 3, 2) << "easy ones only";
  std::array<int64_t, 3> count{};
  for (const auto& prompt : stream->next(5, 3000, no_measure))
    ++count[static_cast<size_t>(prompt.sample % 3)];
  // Half way: 0.25, 0.25, 0.5 of 3000; standard deviations of 24 and 27 draws.
  EXPECT_NEAR(count[0], 750, 120);
  EXPECT_NEAR(count[1], 750, 120);
  EXPECT_NEAR(count[2], 1500, 135);
  std::set<int64_t> hard;
  for (const auto& prompt : stream->next(100, 40, no_measure)) {
    EXPECT_NE(prompt.sample % 3, 2);
    if (prompt.sample % 3 == 0) hard.insert(prompt.sample);
  }
  EXPECT_GE(hard.size(), 8u) << "each kind epoch after epoch, not the same ones again";
}

TEST(Curriculum, SaysWhatDoesNotSuit) {
  const test::TemporaryFolder folder;
  const auto statistics = write_statistics(folder, 1);  // one, hard
  const auto error = [&](std::vector<std::string> mixture, int64_t num) -> std::string {
    const auto pool = samples(num);
    try {
      stream_of(Section::with(settings::CurriculumRule{.statistics = statistics,
                                                       .mixture = std::move(mixture)}),
                pool);
    } catch (const DataError& problem) {
      return problem.what();
    }
    return "";
  };
  EXPECT_THAT(error({"0 1 1 1"}, 2),
              HasSubstr("statistics.jsonl: no statistics of sample q1; run vrlt-select"));
  EXPECT_THAT(error({"0 1 1 1", "7 0 1 1"}, 1), HasSubstr("from step 7 on"));
  EXPECT_THAT(error({"0 1 1 1", "7 0 1 1"}, 1), HasSubstr("1 are hard, 0 medium, 0 easy"));
  EXPECT_EQ(error({"0 1 1 1"}, 1), "");
}

TEST(Curriculum, MixturesThatAreNone) {
  for (const char* line : {"0 1 -1 1", "0 0 0 0", "0 1 1 1 1", "-1 1 1 1", "0 1 nan 1",
                           "0 1 1 1e999", "step 1 1 1", "0.5 1 1 1", ""})
    EXPECT_THROW(settings::parse_mixture({line}), ConfigError) << line;
}

struct Rule {
  std::string name;
  Section section;
};
VRLT_PRINT_ROW_NAME(Rule)

const Rule kRules[] = {
    {"none", {}},
    {"epoch_filter", Section::with(settings::EpochFilterRule{.epoch_size = 4})},
    {"memory_bank", Section::with(settings::MemoryBankRule{.bank = {.min_variance = 0.5}})},
    {"curriculum", Section::with(settings::CurriculumRule{.mixture = {"0 1 1 1", "9 0 1 3"}})},
};

class EveryRule : public ::testing::TestWithParam<Rule> {};

/// A step of three prompts; those of odd numbers vary.
std::vector<int64_t> step(PromptStream& stream, int64_t number) {
  const auto odd_vary = [](const DrawnPrompt& prompt) {
    return group(prompt,
                 prompt.sample % 2 == 1 ? std::vector<double>{0, 1} : std::vector<double>{0, 0});
  };
  const auto look_at = [&](const std::vector<DrawnPrompt>& prompts) {
    std::vector<GroupAccuracy> groups;
    for (const auto& prompt : prompts) groups.push_back(odd_vary(prompt));
    return groups;
  };
  auto prompts = stream.next(number, 3, look_at);
  if (stream.replays()) {
    const auto replay = stream.replay(look_at(prompts));
    stream.observe(look_at(replay.instead));
    prompts.insert(prompts.end(), replay.instead.begin(), replay.instead.end());
  }
  std::vector<int64_t> story;
  for (const auto& prompt : prompts) story.insert(story.end(), {prompt.position, prompt.sample});
  return story;
}

TEST_P(EveryRule, GoesOnFromItsStateAsIfNothingHadHappened) {
  const test::TemporaryFolder folder;
  auto section = GetParam().section;
  if (section.rule == "curriculum")
    section.get<settings::CurriculumRule>().statistics = write_statistics(folder, 9);
  const auto pool = samples(9);
  const auto whole = stream_of(section, pool);
  for (int64_t number = 0; number < 12; ++number) {
    io::Json state = io::Json::object();
    whole->store(state);
    const auto resumed = stream_of(section, pool);
    resumed->restore(io::parse_json(state.dump(), "state"), 0);
    const auto coming = whole->coming(number, 3);
    const auto expected = step(*whole, number);
    for (size_t i = 0; i < coming.size(); ++i)
      EXPECT_EQ((std::vector<int64_t>{coming[i].position, coming[i].sample}),
                (std::vector<int64_t>{expected[2 * i], expected[2 * i + 1]}));
    if (section.rule != "epoch_filter")
      EXPECT_EQ(coming.size(), 3u) << "what follows an epoch is open only there";
    EXPECT_EQ(step(*resumed, number), expected) << "step " << number;
  }
}

TEST_P(EveryRule, RefusesTheStateOfAnother) {
  const test::TemporaryFolder folder;
  auto section = GetParam().section;
  if (section.rule == "none") return;  // keeps nothing but its position
  if (section.rule == "curriculum")
    section.get<settings::CurriculumRule>().statistics = write_statistics(folder, 9);
  const auto pool = samples(9);
  const auto stream = stream_of(section, pool);
  EXPECT_THROW(stream->restore({{"prompts", {{"samples", {"unknown"}}}}}, 0), CheckpointError);
}

INSTANTIATE_TEST_SUITE_P(Rules, EveryRule, ::testing::ValuesIn(kRules), test::row_name);

/// A run in which every prompt is logged.
settings::TrainConfig run_config(Section section) {
  auto config = base_config();
  config.online_selection = std::move(section);
  config.steps = 4;
  config.prompts_per_step = 1;
  config.logged_rollouts = 10;
  config.rollout.group_size = 12;  // enough that no two groups vary alike
  config.rollout.sampling.temperature = 1.3;
  return config;
}

double variance_of(const io::Json& line) {
  std::vector<double> values;
  for (const auto& response : line["responses"])
    values.push_back(response["components"]["temporal_iou"]["value"].get<double>());
  return selection::normalized_variance(selection::reward_statistics(values, true));
}

TEST(OnlineSelectionRun, TheMemoryBankReplaysWhatVaried) {
  const test::TemporaryFolder plain_folder;
  const auto plain = FinishedRun(run_config({}), plain_folder.path()).lines_of("rollouts.jsonl");
  ASSERT_NE(plain[0]["id"], plain[1]["id"]);
  const double first = variance_of(plain[0]), second = variance_of(plain[1]);
  ASSERT_NE(first, second) << "nothing to tell apart";
  // A threshold between the two: if the first varies more, it is what step 2 trains on, in place of
  // the second.
  const auto config = run_config(
      Section::with(settings::MemoryBankRule{.bank = {.min_variance = (first + second) / 2}}));
  const test::TemporaryFolder folder;
  FinishedRun run(config, folder.path());
  const auto lines = run.lines_of("rollouts.jsonl");
  EXPECT_EQ(lines[0], plain[0]);
  EXPECT_EQ(lines[1]["id"], first > second ? plain[0]["id"] : plain[1]["id"]);
  EXPECT_EQ(run.metrics()[1]["sampling/replayed_groups"], first > second ? 1.0 : 0.0);
}

TEST(OnlineSelectionRun, TheEpochFilterMeasuresBetweenEpochs) {
  const test::TemporaryFolder folder;
  auto config = run_config(
      // a model of its size is never that good
      Section::with(settings::EpochFilterRule{.epoch_size = 1,
                                              .filter = {.min_mean = 0.999, .max_mean = 1.0}}));
  config.steps = 3;
  FinishedRun run(config, folder.path());
  EXPECT_EQ(run.policy().counters().prompts_prefilled, 3 + 2)
      << "one prompt a step, and one measured before steps 2 and 3";
  const auto lines = run.lines_of("rollouts.jsonl");
  EXPECT_NE(lines[0]["id"], lines[1]["id"]) << "the pool has one more";
}

TEST(OnlineSelectionRun, IsTheSameOnTwoRanks) {
  for (const auto& section :
       {Section::with(settings::MemoryBankRule{.bank = {.min_variance = 0.2}}),
        Section::with(settings::EpochFilterRule{.epoch_size = 1,
        .filter = {.min_mean = -1.0, .max_mean = 0.2}})}) {
    const test::TemporaryFolder one_folder, two_folder;
    const auto config = run_config(section);
    const auto expected = FinishedRun(config, one_folder.path()).lines_of("rollouts.jsonl");
    std::vector<io::Json> got;
    test::ThreadRanks(2).run([&](distributed::ProcessGroup& group) {
      FinishedRun run(config, two_folder.path(), warm_task().warm_folder(), false, group);
      if (group.is_first()) got = run.lines_of("rollouts.jsonl");
    });
    EXPECT_EQ(got, expected) << section.rule;
  }
}

}  // namespace
}  // namespace vrlt::trainer
