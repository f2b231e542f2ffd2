// Yes or no (docs/spec/reading.md#yes-or-no).
#include "reading/keys.h"
#include "reading/labels.h"
#include "reading/lead_ins.h"
#include "reading/options.h"
#include "reading/steps.h"

namespace vrlt::reading {
namespace {

constexpr Words kPronouns = {U"it",   U"he",    U"she",   U"they", U"there", U"this",
                             U"that", U"these", U"those", U"the",  U"i",     U"we",
                             U"you",  U"his",   U"her",   U"their"};
constexpr Words kBetween = {U"or", U"and", U"but", U"maybe", U"perhaps", U"actually", U"wait"};
constexpr Words kCjkYes = {U"是", U"是的", U"はい"};
constexpr Words kCjkNo = {U"不是", U"不是的", U"否", U"いいえ"};

bool is_punctuation(char32_t c) { return c != 0 && c < 0x80 && !is_word(c) && !is_blank(c); }

/// Whether the other word stands right behind one that ends at `i`.
bool has_other_word(View text, size_t i, View other) {
  for (;;) {
    while (is_punctuation(at(text, i)) || is_blank(at(text, i))) ++i;
    if (match(text, i, other) != kNone) return true;
    const size_t next = match_any(text, i, kBetween);
    if (next == kNone) return false;
    i = next;
  }
}

/// Whether an answer may end at `i`.
bool ends_answer(View text, size_t i) {
  const size_t next = skip_all(text, i, U" ");
  if (next == text.size() || is_one_of(text[next], U",.;:!-)]}>\"'\n")) return true;
  return next > i && match_any(text, next, kPronouns) != kNone;
}

Read<bool> read_words(View text) {
  text = without_lead_ins(text);
  const auto whole = plain(text);
  for (const View word : kCjkYes)
    if (whole == word) return true;
  for (const View word : kCjkNo)
    if (whole == word) return false;
  const size_t begin = skip_all(text, 0, U" \n\"'([{<:=-");
  for (const bool yes : {true, false}) {
    const size_t end = match(text, begin, yes ? View(U"yes") : View(U"no"));
    if (end == kNone) continue;
    if (has_other_word(text, end, yes ? View(U"no") : View(U"yes"))) return Reason::kAmbiguous;
    return ends_answer(text, end) ? Read<bool>(yes) : Reason::kNoYesNo;
  }
  return Reason::kNoYesNo;
}

Read<bool> read_yes_no_text(View text) { return read_labelled<bool>(text, kOptionKey, read_words); }

}  // namespace

Read<bool> read_yes_no(const Response& response) {
  const auto nothing = [](View) { return Read<bool>(Reason::kNoAnswer); };
  const Reader<bool, decltype(&read_yes_no_text), decltype(nothing)> reader{
      read_yes_no_text, nothing, /*whole_first=*/true};
  return read_zone(find_zones(response).answer, reader);
}

}  // namespace vrlt::reading
