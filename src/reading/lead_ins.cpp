#include "reading/lead_ins.h"

#include "reading/phrases.h"

namespace vrlt::reading {
namespace {

constexpr Words kOpeners = {U"so",   U"therefore", U"thus", U"hence",        U"ok",
                            U"okay", U"well",      U"sure", U"in conclusion"};
constexpr Words kChoosing = {U"choose", U"select", U"pick", U"go with", U"say"};
constexpr Words kKinds = {U"final",         U"correct",       U"best",
                          U"right",         U"most likely",   U"most appropriate",
                          U"most suitable", U"most accurate", U"closest"};
constexpr Words kThings = {U"answer",   U"option",    U"choice",       U"selection",  U"response",
                           U"caption",  U"sentence",  U"description",  U"statement",  U"match",
                           U"answers",  U"options",   U"choices",      U"selections", U"responses",
                           U"captions", U"sentences", U"descriptions", U"statements", U"matchs"};
constexpr Words kMatches = {U"to match the video",     U"to best match the video",
                            U"that matches the video", U"that best matches the video",
                            U"to matches the video",   U"to best matches the video",
                            U"that match the video",   U"that best match the video"};
constexpr Words kVerbs = {U"is", U"are", U"would be", U"should be", U"must be", U"will be"};
constexpr Words kItIs = {U"it is", U"it's", U"it would be"};

constexpr Words kCjkOpeners = {U"所以", U"因此", U"故"};
constexpr Words kCjkThinking = {U"我认为", U"我觉得"};
constexpr Words kCjkKinds = {U"最终", U"最終", U"正确", U"正確", U"最佳"};
constexpr Words kCjkThings = {U"答案", U"选项", U"選項", U"正解", U"答え", U"回答", U"解答"};
constexpr Words kCjkVerbs = {U"应该是", U"应为", U"就是", U"是", U"为", U"為", U"は", U":", U"="};

size_t i_choose(View text, size_t i) {
  size_t end = skip_phrase(text, i, {U"i"});
  if (end == i) return kNone;
  end = skip_phrase(text, end, {U"would", U"will"});
  end = match_any(text, end, kChoosing);
  if (end == kNone) return kNone;
  const size_t that = match(text, skip_blanks(text, end), U"that");
  return that == kNone ? end : that;
}

size_t the_answer_is(View text, size_t i) {
  i = skip_phrase(text, i, {U"the", U"my"});
  for (size_t next = skip_phrase(text, i, kKinds); next != i; next = skip_phrase(text, i, kKinds))
    i = next;
  size_t end = match_any(text, i, kThings);
  if (end == kNone) return kNone;
  end = skip_about_question(text, end);
  if (const size_t match = match_any(text, skip_blanks(text, end), kMatches); match != kNone)
    end = match;
  const size_t next = skip_blanks(text, end);
  if (const size_t verb = next > end ? match_any(text, next, kVerbs) : kNone; verb != kNone) {
    const size_t behind = skip_phrase(text, skip_blanks(text, verb), {U"that"});
    return is_one_of(at(text, behind), U":=") ? behind + 1 : behind;
  }
  if (is_one_of(at(text, next), U":=")) return next + 1;
  if (at(text, next) == '-' && is_blank(at(text, next + 1))) return next + 2;
  return text.substr(end, next - end).find(U'\n') != View::npos ? next : kNone;
}

size_t cjk_answer_is(View text) {
  size_t i = skip_phrase(text, 0, kCjkOpeners);
  if (at(text, i) == ',') i = skip_blanks(text, i + 1);
  i = skip_phrase(text, i, kCjkThinking);
  i = skip_phrase(text, i, kCjkKinds);
  i = skip_phrase(text, i, {U"的"});
  const size_t end = match_any(text, i, kCjkThings);
  return end == kNone ? kNone : match_any(text, skip_blanks(text, end), kCjkVerbs);
}

/// Where one lead-in at the beginning ends; kNone if there is none.
size_t lead_in_end(View text) {
  size_t i = skip_phrase(text, 0, kOpeners);
  if (i > 0 && at(text, i) == ',') i = skip_blanks(text, i + 1);
  for (const auto part : {i_choose, the_answer_is})
    if (const size_t end = part(text, i); end != kNone) return end;
  const size_t it_is = match_any(text, i, kItIs);
  return it_is != kNone ? it_is : cjk_answer_is(text);
}

}  // namespace

View without_lead_ins(View text) {
  constexpr int kMost = 3;
  text = trim(text);
  for (int k = 0; k < kMost; ++k) {
    const size_t end = lead_in_end(text);
    if (end == kNone) break;
    text = trim(text.substr(end));
  }
  return text;
}

}  // namespace vrlt::reading
