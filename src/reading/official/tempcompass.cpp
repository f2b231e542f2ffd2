#include "reading/official/python_text.h"
#include "vrlt/reading/official/choice_readers.h"
#include "vrlt/reading/peers/unicode_scan.h"

namespace vrlt::reading::official {
namespace {

const ChoiceReading kToTheJudge = {.failure = Reason::kNoOption};

/// "Sentence A" and "The man runs." of "Sentence A: The man runs.".
std::string_view label_of(std::string_view line) { return line.substr(0, line.find(": ")); }
std::string_view sentence_of(std::string_view line) {
  const size_t colon = line.find(": ");
  if (colon == std::string_view::npos) return {};
  const auto rest = line.substr(colon + 2);
  return rest.substr(0, rest.find(": "));
}

/// "A" of "Sentence A", "1" of "Option 1".
std::string index_of(std::string_view line) {
  std::string label(label_of(line));
  for (const std::string_view word : {"Sentence ", "Option ", "Caption "})
    label = replace_all(label, word, "");
  return label;
}

}  // namespace

std::string without_end_token(std::string_view response) {
  return std::string(peers::unicode_trim(replace_all(response, "</s>", "")));
}

ChoiceReading read_tempcompass_choice(std::string_view response, std::string_view line) {
  if (response == line) return {true, std::string(line.substr(0, 1))};
  const bool letter = !response.empty() && response.front() >= 'A' && response.front() <= 'D';
  if (letter && (response.size() == 1 || response[1] == '.' || response[1] == ')'))
    return {response.front() == line.front(), std::string(response.substr(0, 1))};
  return kToTheJudge;
}

ChoiceReading read_tempcompass_yes_no(std::string_view response, std::string_view answer) {
  for (const std::string_view word : {"yes", "no"})
    if (peers::starts_with_word(response, word)) return {answer == word, std::string(word)};
  return {.failure = Reason::kNoYesNo};
}

ChoiceReading read_tempcompass_caption(std::string_view response,
                                       const std::vector<std::string>& lines, int64_t answer) {
  const auto undotted = replace_all(response, ".", "");
  const size_t bracket = response.find(") ");
  auto behind = bracket == std::string_view::npos ? response : response.substr(bracket + 2);
  behind = behind.substr(0, behind.find(") "));
  // Three loops of the source, each of which overwrites what was found before it.
  std::string_view found;
  for (const std::string_view line : lines)
    if (response == line) found = line;
  for (const std::string_view line : lines)
    if (const auto sentence = sentence_of(line);
        !sentence.empty() && (sentence == response || sentence == behind))
      found = line;
  for (const std::string_view line : lines)
    for (const auto& index : {std::string(label_of(line)), index_of(line)})
      if (index == response || index == undotted) found = line;
  if (found.empty()) return kToTheJudge;
  return {found == lines[static_cast<size_t>(answer)], index_of(found)};
}

}  // namespace vrlt::reading::official
