// The other formats of docs/spec/rewards.md#layouts, each by the sentence that defines it.
#include <gtest/gtest.h>

#include "tests/support/score_one.h"
#include "tests/support/table_case.h"

namespace vrlt::rewards {
namespace {

struct PeerFormatRow {
  const char* name;
  const char* reward;
  std::string text;
  double value;
};
VRLT_PRINT_ROW_NAME(PeerFormatRow)

std::string repeated(const std::string& text, int count) {
  std::string result;
  for (int i = 0; i < count; ++i) result += text;
  return result;
}

std::string glue(const std::string& list) {
  return "<think>t</think> <answer>B</answer>\n<glue>" + list + "</glue>";
}
std::string museg(const std::string& thinking, const std::string& answer) {
  return "<think>" + thinking + "</think><answer>" + answer + "</answer>";
}

const PeerFormatRow kRows[] = {
    // F_generic: contents are arbitrary, may be empty and may hold tags.
    {"generic_empty", "format_generic", "<think></think><answer></answer>", 1},
    {"generic_tags_inside", "format_generic",
     "<think><answer></think></think>\n<answer></answer></answer>", 1},
    {"generic_end_tag_too_early", "format_generic", "<think></think>", 0},
    {"generic_overlapping_tags", "format_generic", "<think></answer>", 0},
    {"generic_answer_before_think_end", "format_generic", "<think><answer></answer>", 0},
    {"generic_text_between", "format_generic", "<think>a</think>x<answer>b</answer>", 0},

    // F_gqa: think, answer, glue; the first glue block is a list of ordered tuples without spaces
    // inside its brackets.
    {"glue_one", "format_glue", glue("[(1,2)]"), 1},
    {"glue_two", "format_glue", glue("[(1.5,2.25), (3,4)]"), 1},
    {"glue_trailing_comma", "format_glue", glue("[(1,2),]"), 1},
    {"glue_empty_list", "format_glue", glue("[]"), 1},
    {"glue_equal_ends", "format_glue", glue("[(2,2)]"), 1},
    {"glue_space_behind_comma", "format_glue", glue("[(1, 2)]"), 1},
    {"glue_inverted", "format_glue", glue("[(2,1)]"), 0},
    {"glue_space_inside_bracket", "format_glue", glue("[ (1,2)]"), 0},
    {"glue_space_inside_tuple", "format_glue", glue("[( 1,2)]"), 0},
    {"glue_comma_and_space_at_the_end", "format_glue", glue("[(1,2), ]"), 0},
    {"glue_lists_instead_of_tuples", "format_glue", glue("[[1,2]]"), 0},
    {"glue_missing_fraction", "format_glue", glue("[(1.,2)]"), 0},
    {"glue_negative", "format_glue", glue("[(-1,2)]"), 0},
    {"glue_white_space_outside", "format_glue", "\n" + glue("[(1,2)]") + " ", 1},
    {"glue_first_block_counts", "format_glue",
     "<think><glue>x</glue></think><answer>B</answer><glue>[(1,2)]</glue>", 0},
    {"glue_text_between", "format_glue", "<think>t</think><answer>B</answer>x<glue>[(1,2)]</glue>",
     0},
    {"glue_missing", "format_glue", "<think>t</think><answer>B</answer>", 0},

    // F_museg's tiers. Times are looked for as Python prints them: 3 as 3.0.
    {"museg_full", "format_museg", museg("from 1.5 to 3.0", "1.5-3.0"), 1},
    {"museg_whole_number", "format_museg", museg("from 1.5 to 3.0", "1.5-3"), 1},
    {"museg_whole_number_as_written", "format_museg", museg("from 1.5 to 3", "1.5-3"), 0.6},
    {"museg_time_not_mentioned", "format_museg", museg("from 1.5", "1.5-3.0"), 0.6},
    {"museg_ten_mentions", "format_museg", museg(repeated("1.5 ", 10) + "3.0", "1.5-3.0"), 1},
    {"museg_eleven_mentions", "format_museg", museg(repeated("1.5 ", 11) + "3.0", "1.5-3.0"), 0.6},
    {"museg_dot_is_a_dot", "format_museg", museg("1x5 and 3.0", "1.5-3.0"), 0.6},
    {"museg_not_a_range", "format_museg", museg("1.5", "1.5 to 3"), 0.2},
    {"museg_two_items", "format_museg", museg("1.5 3.0 5.0 6.0", "1.5-3.0 5.0-6.0"), 1},
    {"museg_tag_twice", "format_museg", museg("1.5 3.0", "1.5-3.0") + "<answer>", 0},
    {"museg_text_outside", "format_museg", "x" + museg("1.5 3.0", "1.5-3.0"), 0},
    {"museg_white_space_outside", "format_museg", "\n" + museg("1.5 3.0", "1.5-3.0") + "\n", 1},
    {"museg_stage2_without_times", "format_museg_stage2", museg("t", "1.5-3.0"), 1},
    {"museg_stage2_not_a_range", "format_museg_stage2", museg("t", "1.5"), 0.2},
    {"museg_stage2_no_tags", "format_museg_stage2", "1.5-3.0", 0},

    // F_think: begins with the only <think>, some </think> follows, then anything.
    {"think_then_anything", "format_think", "<think>a</think> anything", 1},
    {"think_twice", "format_think", "<think>a</think><think>", 0},
    {"think_not_closed", "format_think", "<think>a", 0},
    {"think_after_space", "format_think", " <think>a</think>", 0},
    {"think_closed_twice", "format_think", "<think></think></think>", 1},

    // F_boxed.
    {"boxed", "format_boxed", "<think>a</think> so \\boxed{4} ok", 1},
    {"boxed_in_thinking_only", "format_boxed", "<think>\\boxed{4}</think>", 0},
    {"boxed_not_closed", "format_boxed", "<think>a</think>\\boxed{4", 0},
    {"boxed_without_think", "format_boxed", "\\boxed{4}", 0},
};

class PeerFormats : public testing::TestWithParam<PeerFormatRow> {};
INSTANTIATE_TEST_SUITE_P(Spec31, PeerFormats, testing::ValuesIn(kRows), test::row_name);

}  // namespace

TEST_P(PeerFormats, Value) {
  const data::Sample sample{.task = data::Task::kTemporalGrounding, .segments = {{1, 2}}};
  EXPECT_EQ(test::score_one(GetParam().reward, sample, GetParam().text).value, GetParam().value);
}

}  // namespace vrlt::rewards
