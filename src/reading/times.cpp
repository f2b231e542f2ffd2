#include "reading/times.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

#include "reading/units.h"

namespace vrlt::reading {
namespace {

constexpr size_t kMostWholeDigits = 15;

size_t digits_end(View text, size_t i) {
  while (is_digit(at(text, i))) ++i;
  return i;
}

/// A decimal number of any length.
double number(View digits) {
  const auto text = to_utf8(digits);
  double value = 0.0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  return result.ec == std::errc() ? value : HUGE_VAL;
}

bool is_too_large(View digits) {
  const size_t whole = digits_end(digits, 0),
               first = std::min(digits.find_first_not_of(U'0'), whole);
  return whole - first > kMostWholeDigits;
}

bool is_decimal(View blob) {
  const size_t whole = digits_end(blob, 0);
  if (whole == blob.size()) return whole > 0;
  return blob[whole] == '.' && whole + 1 < blob.size() &&
         digits_end(blob, whole + 1) == blob.size();
}

/// 1,200 or 1,200.5.
bool has_groups_of_thousands(View blob) {
  size_t i = digits_end(blob, 0);
  if (i == 0 || i > 3) return false;
  bool any = false;
  for (; at(blob, i) == ','; any = true) {
    if (digits_end(blob, i + 1) != i + 4) return false;
    i += 4;
  }
  return any && (i == blob.size() || (blob[i] == '.' && digits_end(blob, i + 1) == blob.size()));
}

/// `d{1,3}:dd[:dd][.d+]`, the last field perhaps with `,ddd` for milliseconds. None if it is no
/// clock.
std::optional<Time> clock(View blob) {
  Text text(blob);
  if (const size_t comma = text.find(U','); comma != Text::npos && comma + 4 == text.size())
    text[comma] = '.';
  std::vector<View> fields;
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find(U':', begin), text.size());
    fields.push_back(View(text).substr(begin, end - begin));
    begin = end + 1;
  }
  if (fields.size() < 2 || fields.size() > 3 || fields[0].size() > 3) return {};
  Time time{.unit = Unit::kClock};
  for (size_t i = 0; i < fields.size(); ++i) {
    const bool last = i + 1 == fields.size();
    const size_t whole = digits_end(fields[i], 0);
    if (last ? !is_decimal(fields[i]) : whole != fields[i].size() || whole == 0) return {};
    if (i > 0 && whole != 2) return {};
    if (i > 0 && number(fields[i]) >= 60.0) time.bad = Reason::kBadClock;
    time.seconds = time.seconds * 60.0 + number(fields[i]);
  }
  return time;
}

/// The pieces between commas, if at each comma one neighbour has a `.` or `:`; else none.
std::vector<View> divided_by_commas(View blob) {
  std::vector<View> pieces;
  if (has_groups_of_thousands(blob)) return {};
  for (size_t begin = 0; begin <= blob.size();) {
    const size_t end = std::min(blob.find(U',', begin), blob.size());
    pieces.push_back(blob.substr(begin, end - begin));
    begin = end + 1;
  }
  const auto marked = [](View piece) { return piece.find_first_of(U".:") != View::npos; };
  for (size_t i = 0; i + 1 < pieces.size(); ++i)
    if (!marked(pieces[i]) && !marked(pieces[i + 1])) return {};
  return pieces;
}

/// The end of the number at `i`, of these signs beside digits, without those of them at its end.
size_t blob_end(View text, size_t i, View signs) {
  size_t end = i;
  while (is_digit(at(text, end)) || is_one_of(at(text, end), signs)) ++end;
  while (end > i + 1 && !is_digit(text[end - 1])) --end;
  return end;
}

/// Takes the unit and, of hours and minutes, the smaller times behind it.
void add_units(View text, Time& time) {
  if (take_unit(text, time)) add_smaller_times(text, time);
}

/// A number that is glued to a word is that word, and none.
void take_glued_word(View text, Time& time) {
  if (!is_word(at(text, time.end))) return;
  time.end = word_end(text, time.end);
  time.bad = Reason::kBadNumber;
  time.unit = Unit::kPlain;
}

}  // namespace

Time time_of_blob(View blob) {
  if (is_decimal(blob)) return {.seconds = number(blob), .too_large = is_too_large(blob)};
  if (const auto time = clock(blob)) return *time;
  const bool clock_like = blob.find(U':') != View::npos && blob.find_first_of(U",/") == View::npos;
  return {.bad = clock_like ? Reason::kBadClock : Reason::kBadNumber};
}

std::vector<Time> times_at(View text, size_t i) {
  const size_t end = blob_end(text, i, U":.,/");
  const auto blob = text.substr(i, end - i);
  std::vector<View> pieces = {blob};
  if (blob.find(U',') != View::npos && time_of_blob(blob).bad != Reason::kOk)
    if (auto divided = divided_by_commas(blob); !divided.empty()) pieces = std::move(divided);
  std::vector<Time> times;
  for (const auto piece : pieces) {
    auto time = time_of_blob(piece);
    time.begin = static_cast<size_t>(piece.data() - text.data());
    time.end = time.begin + piece.size();
    times.push_back(time);
  }
  add_units(text, times.back());
  if (times.back().end == end) take_glued_word(text, times.back());
  return times;
}

std::optional<Time> list_time_at(View text, size_t i) {
  if (!number_begins(text, i)) return {};
  size_t end = blob_end(text, i, U":.");
  auto time = time_of_blob(text.substr(i, end - i));
  constexpr size_t kMostExponentDigits = 5;
  if (lower(at(text, end)) == 'e' && time.unit == Unit::kPlain && time.bad == Reason::kOk) {
    const size_t digits = end + (is_one_of(at(text, end + 1), U"+-") ? 2 : 1),
                 behind = digits_end(text, digits);
    if (behind > digits && behind - digits <= kMostExponentDigits) {
      const auto digits_and_exponent = text.substr(i, behind - i);
      time.seconds = number(
          at(text, end + 1) == '+'
              ? Text(text.substr(i, end + 1 - i)).append(text.substr(digits, behind - digits))
              : Text(digits_and_exponent));
      // too small to tell from 0
      if (at(text, end + 1) == '-' && !std::isfinite(time.seconds)) time.seconds = 0.0;
      time.too_large = std::abs(time.seconds) >= 1e15;
      end = behind;
    }
  }
  if (at(text, end) == '.') ++end;
  time.begin = i;
  time.end = end;
  add_units(text, time);
  if (is_word(at(text, time.end))) return {};
  return time;
}

}  // namespace vrlt::reading
