// The contract of reward.h over every row of the table of rewards: whatever bytes a model writes, the value is finite, in
// [0, 1] and twice the same, and nothing is thrown.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {
namespace {

constexpr size_t kMegabyte = 1 << 20;

std::vector<data::Sample> samples() {
  const std::vector<std::string> options = {"a red ball", "a blue box", "both", "B"};
  return {{.task = data::Task::kMultipleChoice, .options = options, .answer_option = 1},
          {.task = data::Task::kTemporalGrounding, .segments = {{2, 15}}},
          {.task = data::Task::kTemporalGrounding, .clip_start = 1, .segments = {{2, 5}, {7, 9}}},
          {.task = data::Task::kGroundedQa, .options = options, .answer_option = 1, .segments = {{2, 15}}},
          {.task = data::Task::kReasoningLocalization, .segments = {{2, 15}}},
          {.task = data::Task::kOpen, .answer_text = "a ball"},
          {.task = data::Task::kYesNo, .answer_text = "yes"}};
}

std::string random_bytes(std::mt19937_64& random, size_t size) {
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

/// Pieces that the parsers look at, in any order.
std::string random_pieces(std::mt19937_64& random, size_t count) {
  static const std::vector<std::string> pieces = {
      "<think>", "</think>", "<answer>", "</answer>", "<think", ">", "{", "}", "[", "]", "(", ")", "\"", "start_time", "end_time", "option", "answer", ":", ",", ".", "-",
      " - ", " to ", " and ", "until", "~", "\xE2\x80\x93", "0", "12", "3.5", "1:05", "00:00:07", "99999999999999999999", "1e308", "s", " seconds", "nan", "inf", "A", "B", "(B)",
      "not", "**", "\\boxed{", "```", "```json", "\n", " ", "\t", "\xFF", "\xC3\xA9", "\xE3\x80\x80", "\xD9\xA2", std::string(1, '\0'), "{\"start_time\": \"", "\", \"end_time\": \"", "\"}"};
  std::string text;
  for (size_t i = 0; i < count; ++i) text += pieces[random() % pieces.size()];
  return text;
}

/// One megabyte of a repeated piece, in an answer block or bare.
std::vector<std::string> adversarial_texts() {
  std::vector<std::string> texts;
  for (const std::string piece : {"<answer>", "</answer>", "<think>", "<", "{", "[", "(", "[[1,2],", "{\"a\":", "1", "1:", "1.", "1 ", "-", "- ", "1 to 2 ", "1 and 2 and ", "1 - 2, ",
                                  " ", "\n", "(A) ", "A. ", "answer ", "answer is ", "option: B ", "**", "\"", "\\boxed{", "```", "not ", "x1 ", "\xE2\x80\x93", "\xFF"}) {
    std::string body;
    while (body.size() < kMegabyte) body += piece;
    texts.push_back("<think>t</think><answer>" + body + "</answer>");
    texts.push_back("<think>t</think><answer>" + body.substr(0, kMegabyte / 32) + "</answer>");  // below the limits on an answer's size
    texts.push_back(std::move(body));
  }
  return texts;
}

void expect_contract(const RewardEntry& entry, const Reward& reward, const std::vector<data::Sample>& samples, const std::string& text, const std::string& origin) {
  for (const auto& sample : samples) {
    const RewardInput input{.sample = sample, .text = text, .num_tokens = 7};
    RewardOutput first, second;
    ASSERT_NO_THROW(first = reward(input)) << origin;
    ASSERT_NO_THROW(second = reward(input)) << origin;
    ASSERT_TRUE(std::isfinite(first.value) && first.value >= 0.0 && first.value <= 1.0) << first.value << " on " << origin;
    ASSERT_EQ(first.value, second.value) << origin;
    ASSERT_EQ(first.applicable, second.applicable) << origin;
    ASSERT_EQ(first.reason, second.reason) << origin;
    ASSERT_FALSE(first.reason.empty()) << origin;
    ASSERT_TRUE(first.applicable || first.value == 0.0) << origin;
    ASSERT_TRUE(entry.continuous || first.value == 0.0 || first.value == 1.0) << "a discrete reward said " << first.value << " on " << origin;
  }
}

class RewardContract : public testing::TestWithParam<const char*> {
 protected:
  const RewardEntry& entry_ = find_reward(GetParam());
  const std::unique_ptr<Reward> reward_ = entry_.make();
  const std::vector<data::Sample> samples_ = samples();
};

std::vector<const char*> reward_names() {
  std::vector<const char*> names;
  for (const auto& entry : reward_table()) names.push_back(entry.name);
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, RewardContract, testing::ValuesIn(reward_names()), [](const auto& info) { return std::string(info.param); });

}  // namespace

TEST_P(RewardContract, AnyBytes) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 1000; ++i) {
    const auto text = random_bytes(random, random() % 200);
    expect_contract(entry_, *reward_, samples_, text, "random bytes " + std::to_string(i));
    expect_contract(entry_, *reward_, samples_, "<think>t</think><answer>" + text + "</answer>", "random answer " + std::to_string(i));
  }
}

TEST_P(RewardContract, AnyOrderOfPieces) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 5000; ++i) {
    const auto text = random_pieces(random, random() % 20);
    expect_contract(entry_, *reward_, samples_, text, "random pieces " + std::to_string(i));
    expect_contract(entry_, *reward_, samples_, "<think>t</think><answer>" + text + "</answer>", "random answer " + std::to_string(i));
  }
}

TEST_P(RewardContract, Megabytes) {
  const auto texts = adversarial_texts();
  for (size_t i = 0; i < texts.size(); ++i) expect_contract(entry_, *reward_, samples_, texts[i], "adversarial text " + std::to_string(i));
}

}  // namespace vrlt::rewards
