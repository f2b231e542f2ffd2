// Options, yes or no, and captions by the strict grammar of spec benchmarks.md 4.4 and 4.5; its tables of edge cases are in
// tests/golden/evaluation.
#include <gtest/gtest.h>

#include "evaluation/strict_grammar.h"

namespace vrlt::evaluation {
namespace {

const std::vector<std::string> kOptions = {"Open the door.", "Close the box.", "Take the cup.", "Sit on a chair."};

std::string failure_of(const char* zone) { return read_option(zone, kOptions).failure; }

}  // namespace

TEST(ReadOption, Rules) {
  EXPECT_EQ(failure_of("A/B"), "ambiguous");
  EXPECT_EQ(failure_of("a & c"), "ambiguous");
  EXPECT_EQ(failure_of("(B) or is the answer is C?"), "ambiguous");
  EXPECT_EQ(failure_of("(E) Close the box."), "letter_out_of_range");
  EXPECT_EQ(failure_of("The answer is Q."), "letter_out_of_range");
  EXPECT_EQ(failure_of(R"({"reply": "B"})"), "no_option");
  EXPECT_EQ(failure_of(R"({"answer": 1})"), "no_option");
  EXPECT_EQ(read_option("```json\n{\"choice\": \"(b)\"}\n```", kOptions).value, 1);
  EXPECT_EQ(read_option("**B**.", kOptions).value, 1);
  EXPECT_EQ(read_option("[c]", kOptions).value, 2);
  EXPECT_EQ(read_option("b) close  the BOX", kOptions).value, 1);
  EXPECT_EQ(read_option("same", {"same", "Same.", "other"}).failure, "ambiguous") << "two options of one text";
}

TEST(ReadYesNo, TheWordAloneOrBeforeAMark) {
  for (const char* yes : {"Yes", "yes!", "\\boxed{yes}", "{\"answer\": \"Yes.\"}"}) EXPECT_EQ(read_yes_no(yes).value, "yes") << yes;
  EXPECT_EQ(read_yes_no("no-one").value, "no");
  EXPECT_EQ(read_yes_no("yesterday").failure, "no_yes_no");
}

TEST(ReadCaption, LabelIndexOrSentence) {
  const std::vector<std::string> lines = {"Caption A: A dog runs.", "Caption B: A dog sits."};
  EXPECT_EQ(read_caption("caption b", lines).value, 1);
  EXPECT_EQ(read_caption("[B]", lines).value, 1);
  EXPECT_EQ(read_caption("**B:** a dog  sits", lines).value, 1);
  EXPECT_EQ(read_caption("Caption B a dog sits.", lines).value, 1);
  EXPECT_EQ(read_caption("A dog runs", lines).value, 0) << "a sentence that begins with an index";
  EXPECT_EQ(read_caption("A cat sits", lines).failure, "no_option");
  EXPECT_EQ(read_caption("C", lines).failure, "letter_out_of_range");
  EXPECT_EQ(read_caption("B because of the dog", lines).failure, "no_option");
  EXPECT_EQ(read_caption("A: a dog sits", lines).failure, "conflict");
  EXPECT_EQ(read_caption("same", {"Option 1: same", "Option 2: Same."}).failure, "ambiguous");
  EXPECT_EQ(read_caption("B", {}).failure, "no_option");
}

}  // namespace vrlt::evaluation
