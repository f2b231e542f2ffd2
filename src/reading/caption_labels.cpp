#include "reading/caption_labels.h"

#include "reading/letters.h"
#include "reading/phrases.h"

namespace vrlt::reading {
namespace {

constexpr Words kLabelWords = {U"option", U"caption", U"sentence", U"statement", U"description"};
constexpr Words kReasons = {U"because", U"since", U"as"};
constexpr Words kRight = {U"correct", U"right", U"best", U"true", U"appropriate", U"accurate"};

bool has_letters(const std::string& first_label) {
  return first_label.empty() || !is_digit(static_cast<unsigned char>(first_label.back()));
}

std::vector<std::string> labelled(const std::vector<std::string>& captions,
                                  const std::string& first_label) {
  std::vector<std::string> lines;
  const auto word = first_label.substr(0, first_label.empty() ? 0 : first_label.size() - 1);
  for (size_t i = 0; i < captions.size(); ++i)
    lines.push_back(word +
                    (has_letters(first_label) ? std::string(1, static_cast<char>('A' + i))
                                              : std::to_string(i + 1)) +
                    ": " + captions[i]);
  return lines;
}

}  // namespace

Captions::Captions(const std::vector<std::string>& captions, const std::string& first_label)
    : sentences_(captions),
      lines_(labelled(captions, first_label)),
      letters_(has_letters(first_label)) {}

std::optional<int64_t> Captions::whole(View text) const {
  for (const auto* options : {&sentences_, &lines_}) {
    if (const auto caption = options->word_for_word(text)) return caption;
    if (const auto caption = options->near(text)) return caption;
  }
  return {};
}

std::optional<CaptionLabel> Captions::label_at(View text, size_t i) const {
  CaptionLabel label{.begin = i};
  if (is_opening(at(text, i))) i = skip_blanks(text, i + 1);
  if (!word_begins(text, i)) return {};
  for (size_t word = match_any(text, i, kLabelWords); word != kNone;
       word = match_any(text, i, kLabelWords)) {
    label.word = true;
    i = skip_blanks(text, word);
  }
  if (is_opening(at(text, i))) i = skip_blanks(text, i + 1);
  label.sign = i;
  if (is_digit(at(text, i))) {
    int64_t number = 0;
    constexpr size_t kMostDigits = 3;
    for (; is_digit(at(text, i)) && i - label.sign < kMostDigits; ++i)
      number = number * 10 + static_cast<int64_t>(text[i] - '0');
    label.index = number - 1;
    label.of_kind = !letters_ && number > 0;
  } else if (is_letter(at(text, i))) {
    label.index = index_of(text[i++]);
    label.of_kind = letters_;
  } else {
    return {};
  }
  if (is_word(at(text, i))) return {};
  label.bracket = is_closing(at(text, i));
  if (label.bracket) ++i;
  label.mark = is_one_of(at(text, i), U".:");
  if (label.mark) ++i;
  label.end = i;
  return label;
}

Read<int64_t> Captions::read(const CaptionLabel& label) const {
  if (!label.of_kind) return Reason::kNoOption;
  return label.index < size() ? Read<int64_t>(label.index) : Reason::kLetterOutOfRange;
}

std::vector<CaptionLabel> Captions::in_full(View text) const {
  std::vector<CaptionLabel> labels;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!word_begins(text, i) && !is_opening(text[i])) continue;
    const auto label = label_at(text, i);
    if (!label || !label->marked() || !label->of_kind || label->index >= size()) continue;
    if (sentences_.text_end(text, skip_all(text, label->end, U" \n\"'"), label->index) == kNone)
      continue;
    labels.push_back(*label);
    i = label->end - 1;
  }
  return labels;
}

std::vector<CaptionLabel> Captions::labels_with_word(View text) const {
  std::vector<CaptionLabel> labels;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_letter(text[i]) || !word_begins(text, i)) continue;
    const auto label = label_at(text, i);
    if (!label || !label->word || is_article(text, label->sign)) continue;
    labels.push_back(*label);
    i = label->end - 1;
  }
  return labels;
}

std::vector<CaptionLabel> Captions::announced(View text) const {
  std::vector<CaptionLabel> labels;
  for (const auto& phrases : {find_strong_phrases(text), find_weak_phrases(text)})
    for (const auto& phrase : phrases) {
      const auto label = label_at(text, skip_all(text, phrase.end, U" \n:=\"'"));
      if (label && (label->word || !is_article(text, label->sign))) labels.push_back(*label);
    }
  return labels;
}

bool Captions::says_why(View rest) {
  const size_t begin = skip_all(rest, 0, U" \n,;.:");
  if (match_any(rest, begin, kReasons) != kNone) return true;
  const size_t verb = match_any(rest, begin, {U"is", U"would be", U"should be", U"seems"});
  if (verb == kNone) return false;
  const size_t word =
      skip_phrase(rest, skip_phrase(rest, skip_blanks(rest, verb), {U"the"}), {U"most"});
  return match_any(rest, word, kRight) != kNone;
}

bool Captions::is_negated(View text, const CaptionLabel& label) {
  return reading::is_negated(text, label.begin) || reading::is_negated(text, label.sign);
}

}  // namespace vrlt::reading
