// The contract of reward.h over every row of the table of rewards: whatever bytes a model writes,
// the value is finite, in the range of its row and twice the same, and nothing is thrown. A reward
// that compares responses is given groups of them.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/support/hostile_texts.h"
#include "tests/support/reward_samples.h"
#include "tests/support/score_one.h"
#include "vrlt/rewards/reward_match.h"
#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {
namespace {

RewardOptions options() {
  auto options = test::reward_options({"rouge_stemmer=true"});
  options.max_tokens = 100;
  return options;
}

/// The outputs on one text: of a reward of one response the only one, of a group those of a group
/// in which the text is one of three.
std::vector<RewardOutput> score(const RewardEntry& entry, const data::Sample& sample,
                                const std::string& text) {
  static const auto kOptions = options();
  const auto scorer = entry.maker.make(kOptions);
  const auto outputs_of = [&](const GroupInput& group) {
    return scorer->score({&group, 1}).front();
  };
  if (!scorer->compares()) {
    const RewardInput input{.sample = sample,
                            .text = text,
                            .num_tokens = 90,
                            .prompt = &data::find_prompt("auto_think")};
    return outputs_of({.responses = {&input, 1}});
  }
  const std::vector<RewardInput> responses = {
      {.sample = sample, .text = text, .num_tokens = static_cast<int64_t>(text.size())},
      {.sample = sample, .text = "<answer>B</answer>", .num_tokens = 400},
      {.sample = sample, .text = "", .num_tokens = 0}};
  const std::vector<double> accuracies = {std::fmod(static_cast<double>(text.size()), 7.0) / 7.0,
                                          1.0, 0.0},
                            control = {0.5};
  return outputs_of({responses, accuracies, control});
}

void expect_in_range(const RewardEntry& entry, const RewardOutput& output,
                     const std::string& origin) {
  ASSERT_TRUE(std::isfinite(output.value)) << origin;
  ASSERT_TRUE(!output.applicable ||
              (output.value >= entry.minimum && output.value <= entry.maximum))
      << output.value << " on " << origin;
  ASSERT_FALSE(output.reason.word.empty()) << origin;
  ASSERT_TRUE(output.applicable || output.value == 0.0) << origin;
  ASSERT_TRUE(entry.continuous || output.value == 0.0 || output.value == 1.0)
      << "a discrete reward said " << output.value << " on " << origin;
  for (const auto& [name, number] : output.extra)
    ASSERT_TRUE(std::isfinite(number)) << name << " on " << origin;
  ASSERT_LE(output.read.size(), 1u << 17) << origin;  // not a megabyte in every line of a log
}

bool same(const RewardOutput& a, const RewardOutput& b) {
  return a.value == b.value && a.applicable == b.applicable && a.reason == b.reason &&
         a.read == b.read && a.extra == b.extra;
}

void expect_contract(const RewardEntry& entry, const std::vector<data::Sample>& samples,
                     const std::string& text, const std::string& origin, int times = 2) {
  for (const auto& sample : samples) {
    std::vector<RewardOutput> first, again;
    ASSERT_NO_THROW(first = score(entry, sample, text)) << origin;
    for (const auto& output : first) {
      expect_in_range(entry, output, origin);
      ASSERT_EQ(output.applicable, reads(entry, sample, options()))
          << "whether a reward says something depends on the response: " << origin;
    }
    if (times == 1) continue;
    ASSERT_NO_THROW(again = score(entry, sample, text)) << origin;
    ASSERT_TRUE(std::equal(first.begin(), first.end(), again.begin(), again.end(), same)) << origin;
  }
}

std::vector<data::Sample> first_applicable(const RewardEntry& entry,
                                           const std::vector<data::Sample>& samples) {
  for (const auto& sample : samples)
    if (score(entry, sample, "<answer>B</answer>").front().applicable) return {sample};
  return {};
}

class RewardContract : public testing::TestWithParam<std::string> {
 protected:
  const RewardEntry& entry_ = find_reward(GetParam());
  const std::vector<data::Sample> samples_ = test::reward_samples(),
                                  first_applicable_ = first_applicable(entry_, samples_);
};

std::vector<std::string> reward_names() {
  std::vector<std::string> names;
  for (const auto& entry : reward_table()) names.push_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, RewardContract, testing::ValuesIn(reward_names()),
                         [](const auto& info) { return info.param; });

std::string answer_of(const std::string& text) {
  return "<think>t</think><answer>" + text + "</answer>";
}

}  // namespace

TEST_P(RewardContract, AnyBytes) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 200; ++i) {
    const auto text = test::random_bytes(random, random() % 200);
    expect_contract(entry_, samples_, text, "random bytes " + std::to_string(i));
    expect_contract(entry_, samples_, answer_of(text), "random answer " + std::to_string(i));
  }
}

TEST_P(RewardContract, AnyOrderOfPieces) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 1000; ++i) {
    const auto text = test::random_pieces(random, random() % 20);
    expect_contract(entry_, samples_, text, "random pieces " + std::to_string(i));
    expect_contract(entry_, samples_, answer_of(text), "random answer " + std::to_string(i));
  }
}

// A text of one repeated piece, up to a megabyte: quadratic work is a million times a million
// there, and such a reward would not finish. The samples differ in how an answer is read, which an
// answer beyond the limit on its size is not: so one is enough there.
TEST_P(RewardContract, Megabytes) {
  constexpr size_t kLarge = 1 << 20;
  static const auto texts = test::adversarial_texts();
  for (size_t i = 0; i < texts.size(); ++i) {
    const auto& samples = texts[i].size() >= kLarge ? first_applicable_ : samples_;
    expect_contract(entry_, samples, texts[i], "adversarial text " + std::to_string(i),
                    /*times=*/1);
  }
}

// A row that applies to no sample would pass all of the above.
TEST_P(RewardContract, AppliesToSomething) { EXPECT_FALSE(first_applicable_.empty()); }

/// Answers of every kind in every layout that some reward pays for.
std::vector<std::string> ideal_texts() {
  std::vector<std::string> texts;
  for (const std::string answer :
       {"B", "yes", "Option 2", "2 to 15", "2.0-15.0", R"({"start_time": "2", "end_time": "15"})",
        "a blue box", "a blue box, 2 to 15", "a ball", "12", "a man opens a door",
        "</answer>\\boxed{}<answer>", "B</answer><glue>[(2,15)]</glue>"})
    for (const auto& text : {answer_of(answer), "<answer>" + answer + "</answer>",
                             "<think>2.0 15.0</think><answer>" + answer + "</answer>",
                             answer_of(answer).substr(0, answer_of(answer).size() - 9)})
      texts.push_back(text);
  return texts;
}

// Every row can be earned: some answer of some sample gives its maximum.
TEST_P(RewardContract, CanBeEarned) {
  double best = -INFINITY;
  for (const auto& sample : samples_)
    for (const auto& text : ideal_texts())
      for (const auto& output : score(entry_, sample, text))
        if (output.applicable) best = std::max(best, output.value);
  // 90 of 100 tokens; MUSEG has 1e-6 in denominators
  EXPECT_NEAR(best, std::string(entry_.name) == "overlong" ? -0.5 : entry_.maximum, 2e-6);
}

// What a row says that it wants of a response, and refuses, is what it pays for. A prompt is judged
// by it.
TEST_P(RewardContract, WantsAndRefusesWhatItsRowSays) {
  if (entry_.maker.make(options())->compares()) return;
  for (const auto& sample : samples_)
    for (const auto& text : ideal_texts()) {
      if (score(entry_, sample, text).front().value < entry_.maximum) continue;
      for (const auto piece : pieces_of(entry_.wants))
        EXPECT_NE(text.find(piece), std::string::npos) << piece << " is not in " << text;
      for (const auto piece : pieces_of(entry_.refuses))
        EXPECT_EQ(text.find(piece), std::string::npos) << piece << " is in " << text;
    }
  const bool follows_the_prompt = std::string(entry_.name) == "format_asked";
  const bool depends_on_layout =
      !follows_the_prompt && !entry_.accuracy &&
      score(entry_, samples_.front(), "").front().value < entry_.maximum &&
      score(entry_, samples_.front(), "B").front().reason == "format";
  if (depends_on_layout)
    EXPECT_STRNE(entry_.wants, "") << "a reward of the layout says what it wants";
}

}  // namespace vrlt::rewards
