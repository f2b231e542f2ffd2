#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vrlt/reading/reason.h"

namespace vrlt::reading::official {

/// A multiple-choice question as the official scripts know it.
struct Question {
  const std::vector<std::string>& options;  ///< Texts without letters.
  int64_t answer = 0;                       ///< 0-based index of the right one.
  uint64_t seed = 0;                        ///< Of this question, for scripts that guess.
  char letter() const { return static_cast<char>('A' + answer); }
  const std::string& text() const { return options[static_cast<size_t>(answer)]; }
};

/// What an official script makes of a response.
struct ChoiceReading {
  bool right = false;
  std::string option = {};       ///< The letter it extracts; empty if none, or if it only compares.
  Reason failure = Reason::kOk;  ///< kNoOption or kNoYesNo where the rule finds nothing.
  bool crash = false;            ///< The script raises here.
};

// Source of all: docs/spec/benchmarks.md#choices-of-the-official-scripts.

/// MVBench's notebook, also in VLMEvalKit: the first words, one within the other. An empty response
/// is right. Failure: the rule fits no option; VLMEvalKit asks its judge then.
ChoiceReading read_mvbench_official(std::string_view response, const Question& question);
/// lmms-eval and Temporal-R1 on MVBench: the first letter A to E that stands alone, the article "a"
/// included.
ChoiceReading read_mvbench_lmms(std::string_view response, const Question& question);
/// Video-MME: the first capital A to D behind the removal of lead-ins; VLMEvalKit's copy removes
/// two more.
ChoiceReading read_videomme(std::string_view response, const Question& question);
ChoiceReading read_videomme_vlmevalkit(std::string_view response, const Question& question);
/// lmms-eval's shared extractor of the time when it ranked letters by how they are written.
ChoiceReading read_ranked(std::string_view response, const Question& question);
/// MMMU in lmms-eval: guesses when it finds nothing.
ChoiceReading read_mmmu(std::string_view response, const Question& question);
/// Time-R1: the last "(X)", else the first character.
ChoiceReading read_last_parenthesis(std::string_view response, const Question& question);
/// Video-R1: the answer block is the letter and nothing else.
ChoiceReading read_exact_tag(std::string_view response, const Question& question);
/// OneThinker: the first character of the answer block, in upper case.
ChoiceReading read_first_character(std::string_view response, const Question& question);
/// MMVU step by step: the letter behind the last "the final answer is". In the place of the
/// authors' GPT-4o, which reads it there.
ChoiceReading read_final_answer(std::string_view response, const Question& question);
/// LongVideoBench, by its author in lmms-eval: the first capital A to E behind the removal of
/// lead-ins, else a guess.
ChoiceReading read_longvideobench(std::string_view response, const Question& question);
/// LVBench, polish_answer: before the first ")", behind the first "(" there, the first character.
ChoiceReading read_lvbench(std::string_view response, const Question& question);
/// MLVU: what stands before the first ")" is the letter and nothing else; a "(" that its prompt has
/// begun the answer with is not looked at.
ChoiceReading read_mlvu(std::string_view response, const Question& question);
/// VideoMMMU, by its authors in lmms-eval: "X." and "X:", else "(X)", else "X ", else an option's
/// text in a response of more than five words; of several the one that stands last.
ChoiceReading read_videommmu(std::string_view response, const Question& question);
/// lmms-eval on MMVU: four tests, any of which will do.
ChoiceReading read_mmvu(std::string_view response, const Question& question);

/// TempCompass, without its judge. `line` is how the question writes the right option: "B. Close
/// the box.".
ChoiceReading read_tempcompass_choice(std::string_view response, std::string_view line);
/// @param answer  yes or no.
ChoiceReading read_tempcompass_yes_no(std::string_view response, std::string_view answer);
/// @param lines  of the question's options, "Sentence A: The man runs."; @param answer  the index
/// of the right one.
ChoiceReading read_tempcompass_caption(std::string_view response,
                                       const std::vector<std::string>& lines, int64_t answer);
/// What TempCompass does to a response first; lmms-eval and VLMEvalKit do not.
std::string without_end_token(std::string_view response);

}  // namespace vrlt::reading::official
