// Rewards and parsers against an independent implementation of their rules: every field of every
// row.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "rewards/span_scores.h"
#include "tests/support/golden_rows.h"
#include "tests/support/score_one.h"
#include "vrlt/core/interval.h"
#include "vrlt/reading/reading.h"
#include "vrlt/rewards/reward_function.h"

namespace vrlt::rewards {
namespace {

using io::Json;

// two double computations of a few operations, on numbers below 1e4
constexpr double kTolerance = 1e-9;

Interval interval_of(const Json& json) {
  return {json.at(0).get<double>(), json.at(1).get<double>()};
}

std::vector<Interval> intervals_of(const Json& json) {
  std::vector<Interval> intervals;
  for (const auto& pair : json) intervals.push_back(interval_of(pair));
  return intervals;
}

RewardOutput reward(const char* name, const data::Sample& sample, const std::string& text) {
  return test::score_one(name, sample, text);
}

double total(std::vector<RewardTerm> terms, const data::Sample& sample, const std::string& text) {
  return RewardFunction(std::move(terms))({.sample = sample, .text = text}).total;
}

/// The rows keep the blanks around an answer, which say nothing.
std::string trimmed(const std::string& text) {
  const size_t begin = std::min(text.find_first_not_of(" \n\t\r"), text.size());
  return text.substr(begin, text.find_last_not_of(" \n\t\r") + 1 - begin);
}

void expect_answer(const Json& row, const std::string& text) {
  const auto answer = reading::read_text({.text = text});
  const auto expected =
      row.at("answer").is_null() ? std::string() : trimmed(row.at("answer").get<std::string>());
  EXPECT_EQ(test::printable(answer.value.value_or("")), test::printable(expected))
      << to_string(answer.reason);
}

/// Why nothing was read; null where something was.
template <typename T>
Json failure_of(const reading::Read<T>& read) {
  return read ? Json(nullptr) : Json(std::string(to_string(read.reason)));
}

void expect_formats(const Json& row, const data::Sample& sample, const std::string& text) {
  for (const auto& [field, name] :
       {std::pair("f_strict", "format"), std::pair("f_strict_without_parse", "format_tags"),
        std::pair("f_seed_tvg", "format_seed_tvg"), std::pair("f_generic", "format_generic"),
        std::pair("f_generic_trimmed", "format_generic_trimmed")})
    if (row.contains(field)) {
      EXPECT_EQ(reward(name, sample, text).value, row.at(field).get<double>()) << name;
    }
}

/// A score that the reference leaves out of rows in which a prediction is empty or inverted.
void expect_if_given(const Json& row, const char* field, double value) {
  if (row.contains(field)) {
    EXPECT_NEAR(value, row.at(field).get<double>(), kTolerance) << field;
  }
}

void check_grounding(const Json& row) {
  const auto text = row.at("completion").get<std::string>();
  const data::Sample sample{.task = data::Task::kTemporalGrounding,
                            .segments = {interval_of(row.at("ground_truth"))}};
  expect_formats(row, sample, text);
  expect_answer(row, text);
  const auto spans = reading::read_spans({.text = text}, /*several=*/false);
  EXPECT_EQ(failure_of(spans), row.at("failure"));
  if (spans && row.at("interval").is_array()) {
    EXPECT_NEAR((*spans)[0].start_seconds, interval_of(row.at("interval")).start_seconds,
                kTolerance);
    EXPECT_NEAR((*spans)[0].end_seconds, interval_of(row.at("interval")).end_seconds, kTolerance);
  }
  EXPECT_NEAR(reward("temporal_iou", sample, text).value, row.at("iou").get<double>(), kTolerance);
  EXPECT_NEAR(total({{"temporal_iou", 1.0}, {"format", 1.0}}, sample, text),
              row.at("total_iou_plus_format").get<double>(), kTolerance);
  EXPECT_NEAR(total({{"temporal_iou", 0.5}, {"format", 0.5}}, sample, text),
              row.at("total_half_half").get<double>(), kTolerance);
}

void check_spans(const Json& row) {
  const auto text = "<answer>" + row.at("answer").get<std::string>() + "</answer>";
  const auto spans = reading::read_spans({.text = text}, /*several=*/true);
  EXPECT_EQ(failure_of(spans), row.value("failure", Json()));
  ASSERT_EQ(bool(spans), row.contains("spans"));
  if (!spans) return;
  const auto expected = intervals_of(row.at("spans"));
  ASSERT_EQ((*spans).size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR((*spans)[i].start_seconds, expected[i].start_seconds, kTolerance);
    EXPECT_NEAR((*spans)[i].end_seconds, expected[i].end_seconds, kTolerance);
  }
}

void check_choice(const Json& row) {
  const auto text = row.at("completion").get<std::string>();
  data::Sample sample{.task = data::Task::kMultipleChoice,
                      .options = row.at("options").get<std::vector<std::string>>()};
  sample.answer_option = row.at("ground_truth").get<std::string>().at(0) - 'A';
  expect_formats(row, sample, text);
  expect_answer(row, text);
  const auto option = reading::read_choice({.text = text}, sample.options);
  EXPECT_EQ(failure_of(option), row.at("failure"));
  EXPECT_EQ(option ? Json(std::string(1, static_cast<char>('A' + *option))) : Json(nullptr),
            row.at("label"));
  EXPECT_EQ(reward("choice", sample, text).value, row.at("accuracy").get<double>());
}

void check_iou(const Json& row) {
  const auto predicted = interval_of(row.at("prediction")),
             truth = interval_of(row.at("ground_truth"));
  EXPECT_NEAR(temporal_iou(predicted, truth), row.at("iou").get<double>(), kTolerance);
  expect_if_given(row, "timer1_clamped",
                  timestamp_aware_iou(predicted, truth, row.at("duration").get<double>(),
                                      /*clamp_factors=*/true));
  expect_if_given(row, "ngiou", normalized_giou({predicted}, {truth}));
  expect_if_given(row, "twass", wasserstein_similarity({predicted}, {truth}, /*beta=*/1.0));
}

void check_set_iou(const Json& row) {
  const auto predicted = intervals_of(row.at("prediction")),
             truth = intervals_of(row.at("ground_truth"));
  EXPECT_NEAR(temporal_set_iou(predicted, truth), row.at("iou").get<double>(), kTolerance);
  expect_if_given(row, "twass", wasserstein_similarity(predicted, truth, /*beta=*/1.0));
}

/// The fields that some check above reads: another one in a row is something that nobody compares.
const std::map<std::string, std::set<std::string>> kFields = {
    {"tvg",
     {"completion", "ground_truth", "f_strict", "f_strict_without_parse", "f_seed_tvg", "f_generic",
      "f_generic_trimmed", "answer", "interval", "failure", "iou", "total_iou_plus_format",
      "total_half_half"}},
    {"spans", {"answer", "spans", "failure", "reason_is_specified"}},
    {"mcq",
     {"completion", "options", "ground_truth", "f_strict", "f_strict_without_parse", "f_generic",
      "f_generic_trimmed", "answer", "label", "failure", "accuracy"}},
    {"iou", {"prediction", "ground_truth", "duration", "iou", "timer1_clamped", "ngiou", "twass"}},
    {"set_iou", {"prediction", "ground_truth", "iou", "twass"}}};

/// @param seen  how many rows have each field.
void expect_known_fields(const Json& row, std::map<std::string, int>& seen) {
  const auto kind = row.at("kind").get<std::string>();
  for (const auto& [field, value] : row.items()) {
    ++seen[kind + "." + field];
    if (field != "id" && field != "kind") {
      EXPECT_TRUE(kFields.contains(kind) && kFields.at(kind).contains(field))
          << "no check for the field " << field;
    }
  }
}

}  // namespace

TEST(RewardsParity, EveryRow) {
  const std::map<std::string, void (*)(const Json&)> checks = {{"tvg", check_grounding},
                                                               {"spans", check_spans},
                                                               {"mcq", check_choice},
                                                               {"iou", check_iou},
                                                               {"set_iou", check_set_iou}};
  std::map<std::string, int> rows, seen;
  test::check_golden_rows("rewards/rewards.jsonl", [&](const Json& row) {
    const auto kind = row.at("kind").get<std::string>();
    ++rows[kind];
    expect_known_fields(row, seen);
    if (checks.contains(kind))
      checks.at(kind)(row);
    else
      ADD_FAILURE() << "no check for rows of kind " << kind;
  });
  for (const auto& [kind, check] : checks) EXPECT_GT(rows[kind], 0) << "no row of kind " << kind;
  for (const auto& [kind, fields] : kFields)
    for (const auto& field : fields)
      EXPECT_GT(seen[kind + "." + field], 0) << "no row of kind " << kind << " has " << field;
  for (const auto& [kind, count] : rows) std::printf("  %s: %d\n", kind.c_str(), count);
}

}  // namespace vrlt::rewards
