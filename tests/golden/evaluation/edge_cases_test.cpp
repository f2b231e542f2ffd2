// docs/spec/benchmarks.md#edge-cases: for every text what the official scripts made of it, as they
// were run, and what the strict grammar makes of it. data/evaluation/edge_cases.jsonl holds a row
// for every text.
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "tests/support/golden_rows.h"
#include "tests/support/score_one.h"
#include "vrlt/core/error.h"
#include "vrlt/evaluation/compat_profile.h"
#include "vrlt/evaluation/strict_score.h"

namespace vrlt::evaluation {
namespace {

using io::Json;

constexpr double kPrinted = 5.1e-5;  // half of the last of four digits

std::map<std::string, double> values(const SampleScore& score) {
  return {score.metrics.begin(), score.metrics.end()};
}

/// Calls `check(row)` for the rows of one table, and says how many there were.
void for_each_row(char table, const std::function<void(const Json& row)>& check) {
  int rows = 0;
  // Rows of our own: they lie in this tree wherever the other values are.
  io::for_each_jsonl(
      test::tests_dir() / "golden/data/evaluation/edge_cases.jsonl", false,
      [&](int64_t, const Json& row) {
        const auto name = row.at("row").get<std::string>();
        if (name.front() != table) return;
        SCOPED_TRACE(name + " " + test::printable(row.at("text").get<std::string>()));
        check(row);
        ++rows;
      });
  std::printf("table %c: %d rows\n", table, rows);
  EXPECT_GT(rows, 0);
}

SampleScore compat(const std::string& profile, const data::Sample& sample,
                   const std::string& text) {
  return find_compat(profile).score(sample, text, /*seed=*/0);
}

// 9.1: truth (10, 20) in a video of 30 s.

const data::Sample kMoment = {
    .id = "m", .task = data::Task::kTemporalGrounding, .duration = 30, .segments = {{10, 20}}};

void expect_span(const std::string& profile, const Json& cell, const std::string& text) {
  SCOPED_TRACE(profile);
  const auto score = compat(profile, kMoment, text);
  EXPECT_NEAR(values(score).at("mIoU"), cell.at("iou").get<double>(), kPrinted);
  if (cell.contains("span")) {
    EXPECT_EQ(score.parsed.at("span"), cell["span"]);
  } else {
    EXPECT_EQ(score.reason, "official_crash");
  }
}

TEST(TimeSpans, OfficialColumns) {
  constexpr std::pair<const char*, const char*> kColumns[] = {
      {"tvg.seed", "seed"},         {"tvg.seed_r1", "seed_r1"}, {"tvg.lmms_new", "lmms_new"},
      {"tvg.timelens", "timelens"}, {"tvg.to_and", "to_and"},   {"rtl.lita", "lita"}};
  for_each_row('S', [&](const Json& row) {
    const auto text = row["text"].get<std::string>();
    for (const auto& [profile, column] : kColumns) expect_span(profile, row[column], text);
    // The default: by whether the model thinks.
    const bool tags =
        text.find("<think>") != std::string::npos || text.find("<answer>") != std::string::npos;
    expect_span(tags ? "tvg.seed_r1" : "tvg.seed", row["default"], text);
    // Only one of the texts parses there.
    EXPECT_EQ(compat("tvg.onethinker", kMoment, text).parsed["span"],
              row["row"] == "S44" ? Json({12.5, 17.5}) : Json(nullptr));
  });
}

TEST(TimeSpans, StrictColumn) {
  for_each_row('S', [&](const Json& row) {
    const auto score = find_strict(kMoment.task).score(kMoment, row["text"].get<std::string>());
    const auto& cell = row["strict"];
    EXPECT_EQ(score.reason, cell.value("reason", "ok"));
    EXPECT_EQ(score.parsed["span"], cell.contains("span") ? cell["span"] : Json(nullptr));
    EXPECT_NEAR(values(score).at("mIoU"), cell["iou"].get<double>(), kPrinted);
  });
}

// 9.3: acceptance of <glue>; truth (12, 18).

const data::Sample kGrounded = {.id = "g",
                                .task = data::Task::kGroundedQa,
                                .options = {"red", "blue"},
                                .answer_option = 1,
                                .segments = {{12, 18}}};

TEST(Glue, OfficialColumn) {
  for_each_row('L', [&](const Json& row) {
    const auto score =
        compat("gqa.vcr1", kGrounded,
               "<answer>B</answer><glue>" + row["text"].get<std::string>() + "</glue>");
    const bool accepted = row["official"].get<std::string>().starts_with("accepted");
    EXPECT_EQ(score.reason, accepted ? "ok" : "official_crash");
    EXPECT_EQ(values(score).at("accuracy"), 1.0);
  });
}

TEST(Glue, StrictColumn) {
  for_each_row('L', [&](const Json& row) {
    const auto score = find_strict(kGrounded.task)
                           .score(kGrounded, "<answer>B</answer><glue>" +
                                                 row["text"].get<std::string>() + "</glue>");
    const auto cell = row["strict"].get<std::string>();
    EXPECT_EQ(score.reason,
              cell.starts_with("accepted") ? "ok" : cell.substr(1, cell.find('`', 1) - 1));
    EXPECT_EQ(values(score).at("accuracy"), 1.0);
  });
}

// 9.4

const data::Sample kChoice = {
    .id = "c",
    .task = data::Task::kMultipleChoice,
    .options = {"Open the door.", "Close the box.", "Take the cup.", "Sit on a chair."},
    .answer_option = 1};

/// A cell is the extracted letter, null for none, a score, "random", "crash" or "judge/0".
void expect_choice(const std::string& profile, const Json& cell, const SampleScore& score) {
  SCOPED_TRACE(profile);
  if (cell.is_null()) {
    EXPECT_EQ(score.parsed["option"], nullptr);
    EXPECT_EQ(score.reason, "no_option");
    return;
  }
  const auto expected = cell.get<std::string>();
  const double accuracy = values(score).contains("accuracy") ? values(score).at("accuracy") : 0.0;
  if (expected == "0" || expected == "1") {
    EXPECT_EQ(accuracy, expected == "1" ? 1.0 : 0.0);
  } else if (expected == "crash") {
    EXPECT_EQ(score.reason, "official_crash");
    EXPECT_EQ(accuracy, 0.0);
  } else if (expected == "judge/0" || expected == "random") {
    EXPECT_EQ(score.reason, "no_option");
    EXPECT_TRUE(expected == "random" || accuracy == 0.0);
  } else {
    EXPECT_EQ(score.parsed["option"], expected);
    EXPECT_EQ(accuracy, expected == "B" ? 1.0 : 0.0);
  }
}

TEST(Choices, OfficialColumns) {
  constexpr std::pair<const char*, const char*> kColumns[] = {
      {"mcq.mvb_off", "mvb_off"},       {"mcq.mvb_lmms", "mvb_lmms"},
      {"mcq.vmme_old", "vmme_old"},     {"mcq.vmme_vk", "vmme_vk"},
      {"mcq.ranked", "ranked"},         {"mcq.mmmu", "mmmu"},
      {"mcq.paren_last", "paren_last"}, {"mcq.exact_tag", "exact_tag"},
      {"mcq.mmvu_lmms", "mmvu"},        {"mcq.tempcompass_lmms", "tempcompass"}};
  const std::set<std::string> first_character = {"M1",  "M2",  "M4",  "M5",  "M6",
                                                 "M8",  "M9",  "M11", "M13", "M25",
                                                 "M26", "M28", "M37", "M38", "M40"};
  for_each_row('M', [&](const Json& row) {
    const auto text = row["text"].get<std::string>();
    const auto name = row["row"].get<std::string>();
    for (const auto& [profile, column] : kColumns)
      expect_choice(profile, row[column], compat(profile, kChoice, text));
    EXPECT_EQ(values(compat("mcq.first_char", kChoice, text)).at("accuracy"),
              first_character.contains(name) ? 1.0 : 0.0);
    const auto stripped = name == "M9" || name == "M37" ? Json("1") : row["tempcompass"];
    expect_choice("mcq.tempcompass", stripped, compat("mcq.tempcompass", kChoice, text));
  });
}

TEST(Choices, StrictColumn) {
  for_each_row('M', [&](const Json& row) {
    const auto score = find_strict(kChoice.task).score(kChoice, row["text"].get<std::string>());
    const auto& cell = row["strict"];
    EXPECT_EQ(score.reason, cell["reason"].get<std::string>());
    EXPECT_EQ(score.parsed["option"], cell["option"].is_null()
                                          ? Json(nullptr)
                                          : Json(cell["option"].get<std::string>().front() - 'A'));
    EXPECT_EQ(values(score).at("accuracy"), cell["score"].get<double>());
  });
}

// A guess depends on the seed and the sample, and on nothing else; every option is drawn.
TEST(Choices, GuessesAreReproducible) {
  std::set<std::string> drawn;
  for (int i = 0; i < 100; ++i) {
    auto sample = kChoice;
    sample.id = std::to_string(i);
    const auto option = compat("mcq.mmmu", sample, "?").parsed["option"].get<std::string>();
    EXPECT_EQ(compat("mcq.mmmu", sample, "?").parsed["option"], option);
    drawn.insert(option);
  }
  EXPECT_EQ(drawn, (std::set<std::string>{"A", "B", "C", "D"}));
}

// 9.5

TEST(YesNo, BothColumns) {
  for_each_row('Y', [&](const Json& row) {
    const auto text = row["text"].get<std::string>();
    for (const std::string truth : {"yes", "no"}) {
      const data::Sample sample = {.id = "y", .task = data::Task::kYesNo, .answer_text = truth};
      const auto official = compat("yn.tempcompass", sample, text),
                 strict = find_strict(sample.task).score(sample, text);
      EXPECT_EQ(values(official).at("accuracy"), row["official"] == truth ? 1.0 : 0.0);
      EXPECT_EQ(official.reason, row["official"] == "judge/0" ? "no_yes_no" : "ok");
      const auto cell = row["strict"].get<std::string>();
      EXPECT_EQ(values(strict).at("accuracy"), cell == truth ? 1.0 : 0.0);
      EXPECT_EQ(strict.reason, cell == truth                   ? "ok"
                               : cell == "yes" || cell == "no" ? "wrong"
                                                               : cell);
    }
  });
}

// 9.6: the second caption is right.

TEST(Captions, BothColumns) {
  for_each_row('C', [&](const Json& row) {
    const auto text = row["text"].get<std::string>();
    data::Sample sample = {.id = "c",
                           .task = data::Task::kCaptionMatch,
                           .options = {"The man runs.", "The man walks."},
                           .answer_option = 1};
    sample.record = {{"answer_raw", row["label"] == "Option" ? "Option 2: The man walks."
                                                             : "Sentence B: The man walks."}};
    const auto official = compat("cm.tempcompass", sample, text),
               strict = find_strict(sample.task).score(sample, text);
    EXPECT_EQ(values(official).at("accuracy"), row["official"] == "1" ? 1.0 : 0.0);
    EXPECT_EQ(official.reason, row["official"] == "1" ? "ok" : "no_option");
    const auto cell = row["strict"].get<std::string>();
    EXPECT_EQ(values(strict).at("accuracy"), cell == "1" ? 1.0 : 0.0);
    EXPECT_EQ(strict.reason, cell == "1" ? "ok" : cell.substr(1, cell.find('`', 1) - 1));
  });
}

// The reward that the seed of the method trains with, half overlap, half format.

TEST(SeedReward, HalfOverlapHalfFormat) {
  const auto json = [](const char* body) {
    return std::string("<think>x</think><answer>") + body + "</answer>";
  };
  const auto half = json(R"({"start_time": "12.5", "end_time": "17.5"})");
  struct Row {
    const char* name;
    std::string text;
    double accuracy, format;
  };
  const Row rows[] = {
      {"exact", json(R"({"start_time": "10", "end_time": "20"})"), 1, 1},
      {"half", half, 0.5, 1},
      {"trailing_newline", half + "\n", 0.5, 0},
      {"leading_newline", "\n" + half, 0.5, 0},
      {"no_thinking", half.substr(half.find("<answer>")), 0.5, 0},
      {"empty_thinking", "<think></think>" + half.substr(half.find("<answer>")), 0.5, 1},
      {"numbers_unquoted", json(R"({"start_time": 12.5, "end_time": 17.5})"), 0.5, 0},
      {"keys_the_other_way_round", json(R"({"end_time": "17.5", "start_time": "12.5"})"), 0.5, 0},
      {"inverted", json(R"({"start_time": "18", "end_time": "11"})"), 0, 1},
      {"no_number", json(R"({"start_time": "1.2.5", "end_time": "17.5"})"), 0, 1},
      {"before_the_start", json(R"({"start_time": "-5", "end_time": "15"})"), 0.2, 0},
      {"with_units", json(R"({"start_time": "12.5s", "end_time": "17.5s"})"), 0, 0},
      {"nan", json(R"({"start_time": NaN, "end_time": 17.5})"), 0, 0},
      {"beyond_the_end", json(R"({"start_time": "15", "end_time": "45"})"), 0.1429, 1},
      {"twice", half + half, 0.5, 1},
      {"fenced", json("```json\n{\"start_time\": \"12.5\", \"end_time\": \"17.5\"}\n```"), 0, 0},
      {"a_word_between", "<think>x</think>so<answer>" + half.substr(half.find("<answer>") + 8), 0.5,
       0},
      {"a_third_key", json(R"({"start_time": "12.5", "end_time": "17.5", "why": "x"})"), 0.5, 0},
      {"no_json", json("12.5 to 17.5"), 0, 0},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.name);
    EXPECT_NEAR(test::score_one("temporal_iou_seed", kMoment, row.text).value, row.accuracy,
                kPrinted);
    EXPECT_EQ(test::score_one("format_seed_tvg", kMoment, row.text).value, row.format);
  }
  auto without_length = kMoment;
  without_length.duration = 0;
  EXPECT_EQ(test::score_one("temporal_iou_seed", without_length, half).value, 0.0) << "no length";
  EXPECT_EQ(test::score_one("format_seed_tvg", without_length, half).value, 1.0) << "no length";
  std::printf("the reward of the seed: %zu texts\n", std::size(rows) + 1);
}

}  // namespace
}  // namespace vrlt::evaluation
