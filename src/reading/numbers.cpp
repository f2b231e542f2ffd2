// Numbers as answers (docs/spec/reading.md#numbers).
#include <algorithm>
#include <cmath>

#include "reading/keys.h"
#include "reading/labels.h"
#include "reading/lead_ins.h"
#include "reading/number_scan.h"
#include "reading/options.h"

namespace vrlt::reading {
namespace {

constexpr Words kLeads = {U"there is",      U"there are", U"there was", U"there were",
                          U"i see",         U"i count",   U"i can see", U"i can count",
                          U"it is",         U"it's",      U"about",     U"around",
                          U"approximately", U"approx",    U"roughly",   U"nearly",
                          U"circa",         U"ca",        U"exactly"};
constexpr View kNumberWords[] = {
    U"zero",     U"one",     U"two",     U"three",     U"four",     U"five",     U"six",
    U"seven",    U"eight",   U"nine",    U"ten",       U"eleven",   U"twelve",   U"thirteen",
    U"fourteen", U"fifteen", U"sixteen", U"seventeen", U"eighteen", U"nineteen", U"twenty"};
constexpr Words kReasons = {U"because", U"since", U"as"};

View without_leads(View text) {
  text = without_lead_ins(text);
  for (bool found = true; found;) {
    found = false;
    text = trim_all(text, U" \n\"'");
    if (const size_t end = match_any(text, 0, kLeads); end != kNone) {
      text.remove_prefix(end);
      found = true;
    } else if (is_one_of(at(text, 0), U"~=")) {
      text.remove_prefix(1);
      found = true;
    }
  }
  return text;
}

/// The end of words, at most so many.
size_t skip_words(View text, size_t i, int most) {
  for (int k = 0; k < most; ++k) {
    const size_t begin = skip_blanks(text, i), end = word_end(text, begin);
    if (end == begin) break;
    i = end;
  }
  return i;
}

bool is_end(View text, size_t i) { return skip_all(text, i, U" \n.!") == text.size(); }

/// One unit or percent sign behind a number, and the end.
bool is_unit_and_end(View text, size_t i) {
  i = skip_blanks(text, i);
  if (at(text, i) == '%') return is_end(text, i + 1);
  const size_t begin = i;
  while (i < text.size() && (is_letter(text[i]) || text[i] >= 0x80)) ++i;
  constexpr size_t kLongestUnit = 32;
  return i - begin <= kLongestUnit && is_end(text, i);
}

Read<double> read_number_word(View text) {
  for (size_t i = 0; i < std::size(kNumberWords); ++i)
    if (const size_t end = match(text, 0, kNumberWords[i]);
        end != kNone && is_end(text, skip_words(text, end, 2)))
      return static_cast<double>(i);
  return Reason::kNoNumber;
}

/// Whether the sentence of the number ends behind it, or a reason follows.
bool ends_statement(View text, const NumberAt& number) {
  if (is_one_of(at(text, number.end), U"\n")) return true;
  const size_t next = skip_all(text, number.end, U" ,;.!");
  const bool new_sentence =
      is_one_of(at(text, number.end), U".!") && is_blank(at(text, number.end + 1));
  return new_sentence || match_any(text, next, kReasons) != kNone;
}

Read<double> read_sentence(View text) {
  const auto numbers = numbers_of(text);
  if (numbers.empty()) return Reason::kNoNumber;
  const auto value = [](const NumberAt& number) {
    return number.reason == Reason::kOk ? Read<double>(number.value) : number.reason;
  };
  if (numbers[0].begin == 0 && ends_statement(text, numbers[0])) return value(numbers[0]);
  for (const auto& number : numbers)
    if (number.reason != Reason::kOk) return number.reason;
  const bool same = std::all_of(numbers.begin(), numbers.end(), [&](const NumberAt& number) {
    return number.value == numbers[0].value;
  });
  return same ? value(numbers[0]) : Reason::kAmbiguous;
}

Read<double> read_words(View text) {
  text = without_leads(text);
  const size_t sign = is_one_of(at(text, 0), U"+-") ? 1 : 0;
  const auto word = plain(text.substr(std::min(sign, text.size())));
  if (word == U"nan" || word == U"inf" || word == U"infinity") return Reason::kNotFinite;
  if (number_begins(text, sign)) {
    const auto number = number_at(text, sign);
    if (number.reason == Reason::kBadNumber && is_end(text, number.end) && !number.ordinal)
      return Reason::kBadNumber;
    if (is_unit_and_end(text, number.end) && number.reason != Reason::kBadNumber) {
      if (number.reason != Reason::kOk) return number.reason;
      return text[0] == '-' ? -number.value : number.value;
    }
  }
  if (const auto read = read_number_word(text)) return read;
  return read_sentence(text);
}

Read<double> read_value(const Value& value) {
  if (value.kind == Value::Kind::kString) return read_words(value.text);
  if (value.is_not_finite_word()) return Reason::kNotFinite;
  if (value.kind != Value::Kind::kTime || value.time.unit == Unit::kClock ||
      value.time.bad != Reason::kOk)
    return Reason::kBadJsonValue;
  if (!std::isfinite(value.time.seconds)) return Reason::kNotFinite;
  if (value.time.too_large) return Reason::kNumberTooLarge;
  if (value.time.unit != Unit::kPlain) return Reason::kBadJsonValue;
  return value.time.negative ? -value.time.seconds : value.time.seconds;
}

Read<double> read_number_text(View text) {
  const auto structures = structure_at_beginning(text);
  if (structures.cut_off != kNone) return Reason::kBadJson;
  if (structures.values.empty()) return read_words(text);
  const auto& value = single(structures.values[0]);
  if (value.kind == Value::Kind::kList) return Reason::kAmbiguous;
  if (value.kind != Value::Kind::kObject) return read_value(value);
  return read_members<double>(value, kNumberKey, [](const Value& member) -> Read<double> {
    return member.kind == Value::Kind::kObject
               ? read_members<double>(member, kNumberKey, read_value)
               : read_value(member);
  });
}

}  // namespace

Read<double> read_number(const Response& response) {
  return read_zone<double>(find_zones(response).answer,
                           [](View text) { return read_number_text(text); });
}

}  // namespace vrlt::reading
