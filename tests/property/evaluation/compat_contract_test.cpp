// The contract of compat_profile.h over every row of the table: whatever bytes a model writes,
// every metric is finite, in [0, 1] and twice the same, and nothing is thrown, within time that
// grows with the length of the text.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/hostile_texts.h"
#include "vrlt/core/named_table.h"
#include "vrlt/evaluation/compat_profile.h"

namespace vrlt::evaluation {
namespace {

/// Labelled for every kind of task: a profile looks at what it needs.
data::Sample sample(data::Task task) {
  return {.id = "s",
          .task = task,
          .duration = 20.0,
          .options = {"a red ball", "a blue box", "both", "B"},
          .answer_option = 1,
          .answer_text = "yes",
          .segments = {{2, 5}, {7, 9}}};
}

class CompatContract : public testing::TestWithParam<std::string> {
 protected:
  void expect_contract(const std::string& text, const std::string& origin) const {
    const auto truth = sample(GetParam().starts_with("cm.") ? data::Task::kCaptionMatch
                                                            : data::Task::kMultipleChoice);
    SampleScore first, second;
    ASSERT_NO_THROW(first = profile_.score(truth, text, 7)) << origin;
    ASSERT_NO_THROW(second = profile_.score(truth, text, 7)) << origin;
    ASSERT_EQ(first.metrics, second.metrics) << origin;
    ASSERT_FALSE(first.reason.word.empty()) << origin;
    for (const auto& [name, value] : first.metrics)
      ASSERT_TRUE(std::isfinite(value) && value >= 0.0 && value <= 1.0)
          << name << " is " << value << " on " << origin;
  }
  const CompatProfile& profile_ = find_compat(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Table, CompatContract, testing::ValuesIn(names_of(compat_table())),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) c = c == '.' ? '_' : c;
                           return name;
                         });

}  // namespace

TEST_P(CompatContract, AnyBytes) {
  std::mt19937_64 random(5);
  for (int i = 0; i < 1000; ++i)
    expect_contract(test::random_bytes(random, random() % 200),
                    "random bytes " + std::to_string(i));
}

TEST_P(CompatContract, AnyOrderOfPieces) {
  std::mt19937_64 random(6);
  for (int i = 0; i < 3000; ++i) {
    const auto text = test::random_pieces(random, random() % 20);
    expect_contract(text, "random pieces " + std::to_string(i));
    expect_contract("<think>t</think><answer>" + text + "</answer><glue>" + text + "</glue>",
                    "random answer " + std::to_string(i));
  }
}

TEST_P(CompatContract, Megabytes) {
  const auto texts = test::adversarial_texts();
  for (size_t i = 0; i < texts.size(); ++i)
    expect_contract(texts[i], "adversarial text " + std::to_string(i));
}

// Digits and dots, blanks, and phrases: what a scan that starts again at every character would take
// minutes for.
TEST_P(CompatContract, LongRuns) {
  for (const std::string piece :
       {"1", ".", "1.", "12 ", "<1", "answer is ", "</think><answer>{", "(", "A", "seconds"}) {
    std::string text;
    while (text.size() < (1 << 20)) text += piece;
    expect_contract(text, "run of " + piece);
    expect_contract("<think>" + text, "thinking of " + piece);
  }
}

}  // namespace vrlt::evaluation
