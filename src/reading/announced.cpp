// Letters that words announce or deny (docs/spec/reading.md#letters).
#include <algorithm>

#include "reading/letters.h"

namespace vrlt::reading {
namespace {

constexpr Words kThings = {U"option", U"options", U"choice", U"choices"};
constexpr Words kAnnouncers = {
    U"answer", U"answers", U"choose", U"chose",   U"chosen", U"select",  U"selects", U"selected",
    U"pick",   U"picks",   U"picked", U"go with", U"option", U"options", U"choice",  U"choices",
    U"letter", U"答案",    U"选项",   U"選項",    U"选择",   U"選擇",    U"选",      U"選",
    U"正解",   U"答え",    U"回答",   U"解答",    U"選択肢"};
constexpr Words kBetween = {U"is",     U"are",  U"was", U"be",     U"would",  U"should",
                            U"must",   U"will", U"the", U"option", U"choice", U"answer",
                            U"letter", U"to",   U"for", U"this",   U"that",   U"question",
                            U"应该",   U"應該", U"应",  U"應",     U"就",     U"是",
                            U"为",     U"為",   U"选",  U"選",     U"は",     U"が"};
constexpr View kSignsBetween = U" \n:=\"'([{<-";

constexpr Words kDenials = {U"not",        U"never",       U"neither",   U"nor",
                            U"except",     U"excluding",   U"without",   U"cannot",
                            U"other than", U"rather than", U"instead of"};
constexpr View kCjkDenials[] = {U"不", U"非", U"除", U"除了", U"并非"};
constexpr Words kAfterDenial = {U"an",     U"be",     U"is",     U"option",  U"choice",
                                U"answer", U"letter", U"number", U"correct", U"right",
                                U"choose", U"select", U"pick",   U"是",      U"选"};
constexpr Words kVerbs = {U"is", U"was", U"are", U"seems", U"would be", U"can be", U"be"};
constexpr Words kWrong = {U"not",      U"never",      U"wrong",     U"incorrect", U"false",
                          U"excluded", U"eliminated", U"ruled out", U"unlikely"};
constexpr Words kDeniedBehind = {U"isn't",  U"wasn't", U"cannot", U"can't", U"doesn't", U"不对",
                                 U"不正确", U"错误",   U"错",     U"不是",  U"ではな",  U"じゃな"};

/// Whether the phrase ends right before `end`; where it begins, or kNone.
size_t phrase_before(View text, size_t end, View phrase) {
  if (end < phrase.size()) return kNone;
  const size_t begin = end - phrase.size();
  if (is_word(phrase.front()) && !word_begins(text, begin)) return kNone;
  for (size_t k = 0; k < phrase.size(); ++k)
    if (phrase[k] == ' ' ? !is_blank(text[begin + k]) : lower(text[begin + k]) != phrase[k])
      return kNone;
  return begin;
}

size_t any_before(View text, size_t end, Words phrases) {
  size_t first = kNone;
  for (const auto phrase : phrases) first = std::min(first, phrase_before(text, end, phrase));
  return first;
}

bool is_denied_before(View text, size_t i) {
  constexpr int kMostWordsBetween = 5;
  for (int words = 0; words <= kMostWordsBetween; ++words) {
    while (i > 0 && (is_blank(text[i - 1]) || is_quote(text[i - 1]) || is_opening(text[i - 1]) ||
                     text[i - 1] == ':'))
      --i;
    if (any_before(text, i, kDenials) != kNone) return true;
    if (i >= 3 && lower(text[i - 3]) == 'n' && text[i - 2] == '\'' && lower(text[i - 1]) == 't')
      return true;
    for (const auto denial : kCjkDenials)
      if (phrase_before(text, i, denial) != kNone) return true;
    // "the" and "a" may stand between too, as in "not the option".
    const size_t word = any_before(text, i, kAfterDenial),
                 article = any_before(text, i, {U"the", U"a"});
    if (word == kNone && article == kNone) return false;
    i = std::min(word, article);
  }
  return false;
}

bool is_denied_behind(View text, size_t i) {
  size_t next = i + 1;
  while (is_closing(at(text, next)) || is_quote(at(text, next)) || is_blank(at(text, next))) ++next;
  if (match_any(text, next, kDeniedBehind) != kNone || match_any(text, next, kWrong) != kNone)
    return true;
  const size_t verb = match_any(text, next, kVerbs);
  return verb != kNone && match_any(text, skip_blanks(text, verb), kWrong) != kNone;
}

/// Where a letter stands that is announced by the word that ends at `end`; kNone if there is none.
size_t announced_at(View text, size_t end, bool latin, bool thing) {
  constexpr int kMostBetween = 16;
  size_t i = end;
  bool any = false, only_signs = true;
  for (int k = 0; k < kMostBetween; ++k) {
    if (is_one_of(at(text, i), kSignsBetween)) {
      ++i;
    } else if (const size_t word = word_begins(text, i) ? match_any(text, i, kBetween) : kNone;
               word != kNone) {
      i = word;
      only_signs = false;
    } else {
      break;
    }
    any = true;
  }
  if ((latin && !any) || !is_letter(at(text, i)) || !stands_alone(text, i)) return kNone;
  const char32_t c = text[i], next = at(text, i + 1);
  if (next == '?') return kNone;
  const bool at_end = skip_all(text, i + 1, U" \n.!\"')]}>") == text.size();
  if (!is_upper(c) && !at_end && !is_in_brackets(text, i)) return kNone;
  if (c == 'I' && is_blank(next)) return kNone;
  const bool letter_behind_thing = c == 'A' && thing && only_signs;
  if (!at_end && !letter_behind_thing && is_article(text, i)) return kNone;
  return i;
}

}  // namespace

bool is_negated(View text, size_t i) {
  return is_denied_before(text, i) || is_denied_behind(text, i);
}

std::vector<NamedLetter> announced_letters(View text) {
  std::vector<NamedLetter> letters;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!word_begins(text, i)) continue;
    const size_t end = match_any(text, i, kAnnouncers);
    if (end == kNone) continue;
    const size_t letter =
        announced_at(text, end, is_word(text[i]), match_any(text, i, kThings) != kNone);
    if (letter != kNone && (letters.empty() || letters.back().at != letter))
      letters.push_back({index_of(text[letter]), letter, is_negated(text, letter)});
  }
  return letters;
}

}  // namespace vrlt::reading
