// Any bytes: a value or a reason, twice the same, nothing thrown; text made to be slow as large as
// a zone may be, and a megabyte of it. Quadratic work on the latter is a million times a million,
// and would not finish.
#include <gtest/gtest.h>

#include <cmath>

#include "reading/zones.h"
#include "tests/support/generated_answers.h"
#include "tests/support/hostile_texts.h"

namespace vrlt::reading {
namespace {

const std::vector<std::string> kOptions = {"a red ball", "from 3 to 5 people", "both", "B"};

template <typename T>
void expect_value_or_reason(const Read<T>& read) {
  ASSERT_EQ(bool(read), read.reason == Reason::kOk);
  ASSERT_TRUE(read || is_parse_failure(read.reason)) << to_string(read.reason);
}

void expect_spans(const Read<Spans>& spans) {
  expect_value_or_reason(spans);
  for (const auto& span : spans.value.value_or(Spans{}))
    ASSERT_TRUE(std::isfinite(span.start_seconds) && std::isfinite(span.end_seconds) &&
                span.start_seconds >= 0 && span.end_seconds >= 0);
}

void expect_contract(const std::string& text) {
  for (const auto block : {AnswerBlock::kLast, AnswerBlock::kSingle, AnswerBlock::kFirst}) {
    const Response response{.text = text, .thinking_open = text.size() % 2 == 1, .block = block};
    const auto option = read_choice(response, kOptions);
    expect_value_or_reason(option);
    ASSERT_EQ(option, read_choice(response, kOptions)) << "twice the same";
    ASSERT_TRUE(!option || (*option >= 0 && *option < 4));
    expect_spans(read_spans(response, false));
    expect_spans(read_spans(response, true));
    const auto grounded = read_grounded(response, kOptions);
    expect_value_or_reason(grounded.option);
    expect_spans(grounded.spans);
    expect_value_or_reason(read_yes_no(response));
    expect_value_or_reason(read_caption(response, {"A man runs.", "A man sits."}, "Option 1"));
    expect_value_or_reason(read_number(response));
    expect_value_or_reason(read_text(response));
  }
}

}  // namespace

TEST(AnyBytes, GiveAValueOrAReason) {
  std::mt19937_64 random(21);
  test::AnswerGenerator generate(22);
  for (int i = 0; i < 1000; ++i) {
    expect_contract(test::random_bytes(random, random() % 200));
    expect_contract("<answer>" + test::random_bytes(random, random() % 200) + "</answer>");
    expect_contract("<answer>" + test::random_pieces(random, random() % 30) + "</answer>");
    expect_contract(generate());
  }
}

TEST(AnyBytes, TextMadeToBeSlow) {
  for (const auto& text : test::adversarial_texts()) expect_contract(text);
  for (const std::string piece : {"[",
                                  "{a:",
                                  "{\"",
                                  "(A",
                                  "((",
                                  "\\boxed{",
                                  "\\text{",
                                  "<b>",
                                  "<b",
                                  "**a",
                                  "_a",
                                  "a_",
                                  "\"",
                                  "start 1 ",
                                  "1 end ",
                                  "1, ",
                                  "1,",
                                  "1:",
                                  "12 s and ",
                                  "1 min ",
                                  "and ",
                                  "the answer ",
                                  "answer: ",
                                  "or ",
                                  "not ",
                                  "A or ",
                                  "A. a red ball ",
                                  "\n",
                                  "\nA",
                                  "- ",
                                  "> ",
                                  "`",
                                  "$A$",
                                  "frame ",
                                  "{to:1,from:2,",
                                  "[1,2],",
                                  "[[[[[[[[1",
                                  "yes or ",
                                  "Option 1 ",
                                  "1/2 ",
                                  "from 3 to 5 people "}) {
    std::string body;
    while (body.size() + piece.size() <= kMaxZoneBytes) body += piece;
    expect_contract("<answer>" + body + "</answer>");
    expect_contract(body);
  }
}

}  // namespace vrlt::reading
