// The contract of strict_score.h over every row of the table: whatever bytes a model writes, every
// metric is finite, in [0, 1] and twice the same, and nothing is thrown.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <sstream>

#include "tests/support/hostile_texts.h"
#include "vrlt/evaluation/headline.h"
#include "vrlt/evaluation/strict_score.h"

namespace vrlt::evaluation {
namespace {

data::Sample sample(data::Task task) {
  return {.task = task,
          .options = {"a red ball", "a blue box", "both", "B"},
          .answer_option = 1,
          .answer_text = task == data::Task::kYesNo ? "yes" : "a ball",
          .segments = {{2, 5}, {7, 9}}};
}

void expect_contract(const StrictEntry& entry, const std::string& text, const std::string& origin) {
  const auto truth = sample(entry.task);
  SampleScore first, second;
  ASSERT_NO_THROW(first = entry.score(truth, text)) << origin;
  ASSERT_NO_THROW(second = entry.score(truth, text)) << origin;
  ASSERT_EQ(first.metrics, second.metrics) << origin;
  ASSERT_EQ(first.reason, second.reason) << origin;
  ASSERT_FALSE(first.reason.word.empty()) << origin;
  ASSERT_EQ(first.metrics.empty(), entry.task == data::Task::kCaption)
      << "only captions are for a judge; " << origin;
  for (const auto& [name, value] : first.metrics)
    ASSERT_TRUE(std::isfinite(value) && value >= 0.0 && value <= 1.0)
        << name << " is " << value << " on " << origin;
}

class StrictContract : public testing::TestWithParam<std::string> {
 protected:
  const StrictEntry entry_ = find_strict(*data::parse_task(GetParam()));
};

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const auto& entry : strict_table()) names.push_back(data::to_string(entry.task));
  return names;
}

INSTANTIATE_TEST_SUITE_P(Table, StrictContract, testing::ValuesIn(task_names()),
                         [](const auto& info) { return info.param; });

}  // namespace

TEST_P(StrictContract, AnyBytes) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i)
    expect_contract(entry_, test::random_bytes(random, random() % 200),
                    "random bytes " + std::to_string(i));
}

TEST_P(StrictContract, AnyOrderOfPieces) {
  std::mt19937_64 random(4);
  for (int i = 0; i < 10'000; ++i) {
    const auto text = test::random_pieces(random, random() % 20);
    expect_contract(entry_, text, "random pieces " + std::to_string(i));
    expect_contract(entry_, "<answer>" + text + "</answer>", "random answer " + std::to_string(i));
  }
}

// Where every label is there, the number that stands for a sample is the first one that is named.
TEST_P(StrictContract, HeadlineIsAMetric) {
  const auto truth = sample(entry_.task);
  const auto score = entry_.score(truth, "");
  std::istringstream names(entry_.headline);
  for (std::string name; names >> name;)
    EXPECT_TRUE(std::any_of(score.metrics.begin(), score.metrics.end(), [&](const auto& metric) {
      return metric.first == name;
    })) << name;
  const auto headline = headline_score(truth, {.id = "a", .responses = {{}}}, {});
  ASSERT_EQ(headline.has_value(), !score.metrics.empty());
  if (headline) {
    EXPECT_TRUE(std::string(entry_.headline).starts_with(headline->metric));
  }
}

TEST_P(StrictContract, Megabytes) {
  const auto texts = test::adversarial_texts();
  for (size_t i = 0; i < texts.size(); ++i)
    expect_contract(entry_, texts[i], "adversarial text " + std::to_string(i));
}

}  // namespace vrlt::evaluation
