#include "rewards/porter_stemmer.h"

#include <span>
#include <string_view>
#include <utility>

namespace vrlt::rewards {
namespace {

bool is_consonant(std::string_view word, size_t i) {
  switch (word[i]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u':
      return false;
    case 'y': {
      // A y after a consonant is a vowel; a run of them alternates.
      size_t run = 0;
      while (i > 0 && word[i] == 'y') --i, ++run;
      if (word[i] == 'y') return run % 2 == 0;
      return is_consonant(word, i) == (run % 2 == 0);
    }
    default:
      return true;
  }
}

/// How often a vowel is followed by a consonant.
int measure(std::string_view stem) {
  int changes = 0;
  bool after_vowel = false;
  for (size_t i = 0; i < stem.size(); ++i) {
    const bool consonant = is_consonant(stem, i);
    changes += consonant && after_vowel;
    after_vowel = !consonant;
  }
  return changes;
}

bool has_vowel(std::string_view stem) {
  for (size_t i = 0; i < stem.size(); ++i)
    if (!is_consonant(stem, i)) return true;
  return false;
}

bool ends_in_double_consonant(std::string_view word) {
  const size_t n = word.size();
  return n >= 2 && word[n - 1] == word[n - 2] && is_consonant(word, n - 1);
}

/// Consonant, vowel, consonant other than w, x, y; or a word of a vowel and a consonant.
bool ends_in_short_syllable(std::string_view word) {
  const size_t n = word.size();
  if (n == 2) return !is_consonant(word, 0) && is_consonant(word, 1);
  if (n < 3 || !is_consonant(word, n - 3) || is_consonant(word, n - 2) ||
      !is_consonant(word, n - 1))
    return false;
  return word[n - 1] != 'w' && word[n - 1] != 'x' && word[n - 1] != 'y';
}

struct Rule {
  std::string_view suffix, replacement;
};

/// Applies the first rule whose suffix the word has, if its stem measures more than `least`.
std::string apply_first(std::span<const Rule> rules, const std::string& word, int least) {
  for (const auto& [suffix, replacement] : rules) {
    if (!word.ends_with(suffix)) continue;
    const auto stem = word.substr(0, word.size() - suffix.size());
    return measure(stem) > least ? stem + std::string(replacement) : word;
  }
  return word;
}

std::string without(const std::string& word, size_t count) {
  return word.substr(0, word.size() - count);
}

std::string plural(const std::string& word) {
  if (word.ends_with("ies")) return without(word, word.size() == 4 ? 1 : 2);
  if (word.ends_with("sses")) return without(word, 2);
  return word.ends_with("s") && !word.ends_with("ss") ? without(word, 1) : word;
}

/// What is left of -ed and -ing may need its e back, or one consonant less.
std::string repaired(const std::string& stem) {
  for (const std::string_view suffix : {"at", "bl", "iz"})
    if (stem.ends_with(suffix)) return stem + "e";
  if (ends_in_double_consonant(stem))
    return stem.back() == 'l' || stem.back() == 's' || stem.back() == 'z' ? stem : without(stem, 1);
  return measure(stem) == 1 && ends_in_short_syllable(stem) ? stem + "e" : stem;
}

std::string past_or_progressive(const std::string& word) {
  if (word.ends_with("ied")) return without(word, word.size() == 4 ? 1 : 2);
  if (word.ends_with("eed")) return measure(without(word, 3)) > 0 ? without(word, 1) : word;
  for (const std::string_view suffix : {"ed", "ing"})
    if (word.ends_with(suffix)) {
      const auto stem = without(word, suffix.size());
      if (has_vowel(stem)) return repaired(stem);
    }
  return word;
}

std::string final_y(const std::string& word) {
  if (word.size() < 3 || word.back() != 'y' || !is_consonant(word, word.size() - 2)) return word;
  return without(word, 1) + "i";
}

std::string double_suffix(const std::string& word) {
  static constexpr Rule kRules[] = {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},
                                    {"anci", "ance"},   {"izer", "ize"},    {"bli", "ble"},
                                    {"alli", "al"},     {"entli", "ent"},   {"eli", "e"},
                                    {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
                                    {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"},
                                    {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},
                                    {"iviti", "ive"},   {"biliti", "ble"},  {"fulli", "ful"}};
  if (word.ends_with("alli") && measure(without(word, 4)) > 0)
    return double_suffix(without(word, 2));
  if (word.ends_with("logi")) return measure(without(word, 3)) > 0 ? without(word, 1) : word;
  return apply_first(kRules, word, 0);
}

std::string single_suffix(const std::string& word) {
  static constexpr Rule kRules[] = {{"icate", "ic"}, {"ative", ""},  {"alize", "al"},
                                    {"iciti", "ic"}, {"ical", "ic"}, {"ful", ""},
                                    {"ness", ""}};
  return apply_first(kRules, word, 0);
}

std::string bare_suffix(const std::string& word) {
  static constexpr Rule kBefore[] = {{"al", ""},    {"ance", ""}, {"ence", ""}, {"er", ""},
                                     {"ic", ""},    {"able", ""}, {"ible", ""}, {"ant", ""},
                                     {"ement", ""}, {"ment", ""}, {"ent", ""}};
  static constexpr Rule kAfter[] = {{"ou", ""},  {"ism", ""}, {"ate", ""}, {"iti", ""},
                                    {"ous", ""}, {"ive", ""}, {"ize", ""}};
  if (!word.ends_with("ion")) {
    for (const auto& rule : kBefore)
      if (word.ends_with(rule.suffix)) return apply_first(kBefore, word, 1);
    return apply_first(kAfter, word, 1);
  }
  const auto stem = without(word, 3);
  return !stem.empty() && (stem.back() == 's' || stem.back() == 't') && measure(stem) > 1 ? stem
                                                                                          : word;
}

std::string final_e(const std::string& word) {
  if (!word.ends_with("e")) return word;
  const auto stem = without(word, 1);
  const int m = measure(stem);
  return m > 1 || (m == 1 && !ends_in_short_syllable(stem)) ? stem : word;
}

std::string final_double_l(const std::string& word) {
  return word.ends_with("ll") && measure(without(word, 1)) > 1 ? without(word, 1) : word;
}

/// Words that the rules would get wrong.
constexpr std::pair<std::string_view, std::string_view> kIrregular[] = {
    {"skies", "sky"},      {"sky", "sky"},         {"dying", "die"},        {"lying", "lie"},
    {"tying", "tie"},      {"news", "news"},       {"innings", "inning"},   {"inning", "inning"},
    {"outings", "outing"}, {"outing", "outing"},   {"cannings", "canning"}, {"canning", "canning"},
    {"howe", "howe"},      {"proceed", "proceed"}, {"exceed", "exceed"},    {"succeed", "succeed"}};

constexpr size_t kLongestWord = 64;  // of letters; what is longer is no word

}  // namespace

std::string porter_stem(const std::string& word) {
  for (const auto& [irregular, stem] : kIrregular)
    if (word == irregular) return std::string(stem);
  if (word.size() <= 2 || word.size() > kLongestWord) return word;
  return final_double_l(final_e(
      bare_suffix(single_suffix(double_suffix(final_y(past_or_progressive(plural(word))))))));
}

}  // namespace vrlt::rewards
