// Every row of the readings that were written by hand: what is read, or why nothing is.
#include "tests/support/reading_rows.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/golden_rows.h"

namespace vrlt::reading {
namespace {

using io::Json;

constexpr double kTolerance = 1e-9;  // the rows are exact; a clock is added up in another order

/// What a scorer says of a value that was read is its own affair: here it is only read.
void expect_reason(const Json& expected, Reason reason, const char* what) {
  const auto wanted = find_reason(expected.get<std::string>());
  ASSERT_TRUE(wanted.has_value()) << "no such reason: " << expected;
  EXPECT_EQ(to_string(reason), is_parse_failure(*wanted) ? to_string(*wanted) : "ok") << what;
}

void expect_option(const Json& expected, const Read<int64_t>& option) {
  EXPECT_EQ(option ? Json(*option) : Json(nullptr), expected);
}

void expect_spans(const Json& expected, const Read<Spans>& spans) {
  ASSERT_EQ(bool(spans), !expected.is_null()) << to_string(spans.reason);
  if (!spans) return;
  ASSERT_EQ((*spans).size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR((*spans)[i].start_seconds, expected[i][0].get<double>(), kTolerance);
    EXPECT_NEAR((*spans)[i].end_seconds, expected[i][1].get<double>(), kTolerance);
  }
}

void check_choice(const Json& row, const Response& response) {
  const auto option = read_choice(response, row.at("options").get<std::vector<std::string>>());
  expect_option(row.at("option"), option);
  expect_reason(row.at("reason"), option.reason, "option");
}

void check_spans(const Json& row, const Response& response) {
  const auto spans = read_spans(response, row.at("truth").size() > 1);
  expect_spans(row.at("spans"), spans);
  expect_reason(row.at("reason"), spans.reason, "spans");
}

void check_grounded(const Json& row, const Response& response) {
  const auto read = read_grounded(response, row.at("options").get<std::vector<std::string>>());
  expect_option(row.at("option"), read.option);
  expect_reason(row.at("option_reason"), read.option.reason, "option");
  expect_spans(row.at("spans"), read.spans);
  // One true span makes several read ones ambiguous: for the scorer, which knows the truth.
  if (!row.at("spans").is_null()) return;
  expect_reason(row.at("span_reason"), read.spans.reason, "spans");
  EXPECT_EQ(to_string(reason_of_whole(read.option.reason, read.spans.reason)),
            row.at("reason").get<std::string>());
}

void check_yes_no(const Json& row, const Response& response) {
  const auto yes = read_yes_no(response);
  EXPECT_EQ(yes ? Json(*yes ? "yes" : "no") : Json(nullptr), row.at("yes_no"));
  expect_reason(row.at("reason"), yes.reason, "yes or no");
}

void check_caption(const Json& row, const Response& response) {
  const auto caption = read_caption(response, row.at("options").get<std::vector<std::string>>(),
                                    row.at("label").get<std::string>());
  expect_option(row.at("option"), caption);
  expect_reason(row.at("reason"), caption.reason, "caption");
}

void check_number(const Json& row, const Response& response) {
  const auto number = read_number(response);
  EXPECT_EQ(number ? Json(*number) : Json(nullptr), row.at("number"));
  expect_reason(row.at("reason"), number.reason, "number");
}

const std::map<std::string, void (*)(const Json&, const Response&)> kChecks = {
    {"mcq", check_choice},
    {"tvg", check_spans},
    {"gqa", check_grounded},
    {"yes_no", check_yes_no},
    {"caption_match", check_caption},
    {"number", check_number}};

}  // namespace

TEST(ReadingRows, EveryRow) {
  std::map<std::string, int> rows;
  for (const char* file : test::kReadingFiles)
    test::check_golden_rows(file, [&](const Json& row) {
      const auto task = row.at("task").get<std::string>();
      ++rows[task];
      if (!kChecks.contains(task)) {
        ADD_FAILURE() << "no check for rows of task " << task;
        return;
      }
      const test::RowResponse response(row);
      kChecks.at(task)(row, response.get());
    });
  for (const auto& [task, check] : kChecks) EXPECT_GT(rows[task], 0) << "no row of task " << task;
  for (const auto& [task, count] : rows) std::printf("  %s: %d\n", task.c_str(), count);
}

}  // namespace vrlt::reading
