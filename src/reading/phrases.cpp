#include "reading/phrases.h"

namespace vrlt::reading {
namespace {

constexpr Words kVerbs = {U"is", U"are", U"was", U"would be", U"should be", U"must be", U"will be"};
constexpr Words kCjkVerbs = {U"应该是", U"應該是", U"应为", U"應為", U"就是",
                             U"是",     U"为",     U"為",   U"は"};
constexpr Words kStrong = {U"final answer"};
constexpr Words kCjkStrong = {U"最终答案", U"最終答案", U"最后答案", U"最後答案", U"最終的な答え"};
constexpr Words kAnswers = {U"answer", U"answers"};
constexpr Words kRight = {U"correct", U"best", U"right"};
constexpr Words kThings = {
    U"option",  U"choice",  U"caption",  U"sentence",  U"description",  U"statement",  U"match",
    U"options", U"choices", U"captions", U"sentences", U"descriptions", U"statements", U"matchs"};
constexpr Words kCjkWeak = {U"答案", U"正解", U"答え", U"解答", U"回答"};

/// A newline or a sign behind a phrase; kNone if there is none.
size_t sign_end(View text, size_t i, View signs) {
  const size_t behind = skip_blanks(text, i);
  if (is_one_of(at(text, behind), signs)) return behind + 1;
  return text.substr(i, behind - i).find(U'\n') != View::npos ? behind : kNone;
}

/// LINK.
size_t link_end(View text, size_t i) {
  i = skip_about_question(text, i);
  const size_t begin = skip_blanks(text, i);
  if (const size_t verb = word_begins(text, begin) ? match_any(text, begin, kVerbs) : kNone;
      verb != kNone) {
    const size_t colon = skip_blanks(text, verb);
    return at(text, colon) == ':' ? colon + 1 : verb;
  }
  for (const View dash : {View(U"->"), View(U"-")})
    if (text.substr(begin).starts_with(dash) && is_blank(at(text, begin + dash.size())))
      return begin + dash.size();
  return sign_end(text, i, U":=");
}

/// CLINK.
size_t cjk_link_end(View text, size_t i) {
  const size_t verb = match_any(text, skip_blanks(text, i), kCjkVerbs);
  return verb != kNone ? verb : sign_end(text, i, U":=");
}

size_t linked(size_t phrase, View text, size_t (*link)(View, size_t)) {
  return phrase == kNone ? kNone : link(text, phrase);
}

size_t strong_end(View text, size_t i) {
  const size_t end =
      word_begins(text, i) ? linked(match_any(text, i, kStrong), text, link_end) : kNone;
  return end != kNone ? end : linked(match_any(text, i, kCjkStrong), text, cjk_link_end);
}

size_t weak_end(View text, size_t i) {
  if (!word_begins(text, i)) return kNone;
  if (const size_t end = linked(match_any(text, i, kAnswers), text, link_end); end != kNone)
    return end;
  if (const size_t right = match_any(text, i, kRight); right != kNone && is_blank(at(text, right)))
    if (const size_t end =
            linked(match_any(text, skip_blanks(text, right), kThings), text, link_end);
        end != kNone)
      return end;
  return linked(match_any(text, i, kCjkWeak), text, cjk_link_end);
}

/// @param firsts  signs with which a phrase may begin.
std::vector<Phrase> find_phrases(View text, View firsts, size_t (*phrase_end)(View, size_t)) {
  std::vector<Phrase> phrases;
  for (size_t i = 0; i < text.size(); ++i) {
    if (!is_one_of(lower(text[i]), firsts)) continue;
    const size_t end = phrase_end(text, i);
    if (end == kNone) continue;
    phrases.push_back({i, end});
    i = std::max(i, end - 1);
  }
  return phrases;
}

/// Behind the brace that closes the one before `i`; kNone if nothing does.
size_t closing_brace(View text, size_t i) {
  for (int depth = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '{') {
      ++depth;
    } else if (text[i] == '}' && --depth == 0) {
      return i;
    }
  }
  return kNone;
}

}  // namespace

std::optional<std::vector<View>> find_boxes(View folded) {
  std::vector<View> boxes;
  for (size_t i = folded.find(U'\\'); i != View::npos; i = folded.find(U'\\', i)) {
    while (at(folded, i) == '\\') ++i;
    const size_t word = match_any(folded, i, Words{U"boxed", U"fbox"});
    if (word == kNone) continue;
    const size_t brace = skip_all(folded, word, U" ");
    if (at(folded, brace) != '{') continue;
    const size_t end = closing_brace(folded, brace + 1);
    if (end == kNone) return {};
    boxes.push_back(folded.substr(brace + 1, end - brace - 1));
    i = end;
  }
  return boxes;
}

std::vector<Phrase> find_strong_phrases(View text) {
  return find_phrases(text, U"f最", strong_end);
}

std::vector<Phrase> find_weak_phrases(View text) {
  return find_phrases(text, U"acbr答正解回", weak_end);
}

std::vector<View> behind_phrases(View text, const std::vector<Phrase>& phrases) {
  std::vector<View> pieces;
  for (size_t i = 0; i < phrases.size(); ++i) {
    const size_t end = i + 1 < phrases.size() ? phrases[i + 1].begin : text.size();
    pieces.push_back(trim_all(text.substr(phrases[i].end, end - phrases[i].end), U" \n:="));
  }
  return pieces;
}

size_t skip_about_question(View text, size_t i) {
  size_t end = skip_blanks(text, i);
  if (end == i) return i;
  for (const Words words : {Words{U"to", U"for"}, Words{U"the", U"this", U"that"}}) {
    const size_t next = skip_phrase(text, end, words);
    if (next == end) return i;
    end = next;
  }
  constexpr int kMostWords = 3;
  for (int words = 0; words <= kMostWords; ++words) {
    if (const size_t question = match(text, end, U"question"); question != kNone) return question;
    const size_t word = word_end(text, end);
    if (word == end) return i;
    end = skip_blanks(text, word);
  }
  return i;
}

}  // namespace vrlt::reading
