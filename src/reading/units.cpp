#include "reading/units.h"

namespace vrlt::reading {
namespace {

struct UnitWord {
  View word;
  Unit unit;
};

/// Longer ones before their beginnings.
constexpr UnitWord kUnits[] = {
    {U"seconds", Unit::kSeconds}, {U"second", Unit::kSeconds},
    {U"secs", Unit::kSeconds},    {U"sec", Unit::kSeconds},
    {U"s", Unit::kSeconds},       {U"秒钟", Unit::kSeconds},
    {U"秒鐘", Unit::kSeconds},    {U"秒間", Unit::kSeconds},
    {U"秒", Unit::kSeconds},      {U"minutes", Unit::kMinutes},
    {U"minute", Unit::kMinutes},  {U"mins", Unit::kMinutes},
    {U"min", Unit::kMinutes},     {U"分钟", Unit::kMinutes},
    {U"分鐘", Unit::kMinutes},    {U"分間", Unit::kMinutes},
    {U"分", Unit::kMinutes},      {U"hours", Unit::kHours},
    {U"hour", Unit::kHours},      {U"hrs", Unit::kHours},
    {U"hr", Unit::kHours},        {U"h", Unit::kHours},
    {U"小时", Unit::kHours},      {U"小時", Unit::kHours},
    {U"時間", Unit::kHours},      {U"milliseconds", Unit::kBad},
    {U"millisecond", Unit::kBad}, {U"msecs", Unit::kBad},
    {U"msec", Unit::kBad},        {U"ms", Unit::kBad},
    {U"毫秒", Unit::kBad},        {U"frames", Unit::kBad},
    {U"frame", Unit::kBad},       {U"fps", Unit::kBad},
    {U"帧", Unit::kBad},          {U"percent", Unit::kBad},
    {U"%", Unit::kBad},           {U"‰", Unit::kBad},
};

struct UnitAt {
  Unit unit = Unit::kPlain;
  size_t end = 0;
};

/// The unit that begins at `i`.
UnitAt unit_at(View text, size_t i) {
  for (const auto& [word, unit] : kUnits)
    if (const size_t end = match(text, i, word); end != kNone) return {unit, end};
  const char32_t c = lower(at(text, i));
  if ((c == 'm' || c == 'h') && is_digit(at(text, i + 1)))
    return {c == 'm' ? Unit::kMinutes : Unit::kHours, i + 1};
  // 时 is hours, 时间 is "time".
  if ((c == U'时' || c == U'時') && at(text, i + 1) != U'间') return {Unit::kHours, i + 1};
  return {};
}

UnitAt unit_behind(View text, size_t i) {
  constexpr size_t kMostBlanks = 3;
  if (at(text, i) == '-')
    for (const View word : {View(U"seconds"), View(U"second"), View(U"minutes"), View(U"minute")})
      if (const size_t end = match(text, i + 1, word); end != kNone)
        return {word[0] == 's' ? Unit::kSeconds : Unit::kMinutes, end};
  const size_t word = skip_blanks(text, i);
  return word - i <= kMostBlanks ? unit_at(text, word) : UnitAt{};
}

double seconds_of(Unit unit) {
  return unit == Unit::kHours ? 3600.0 : unit == Unit::kMinutes ? 60.0 : 1.0;
}

/// Behind blanks with an optional comma and "and" between.
size_t skip_joint(View text, size_t i) {
  i = skip_blanks(text, i);
  if (at(text, i) == ',') i = skip_blanks(text, i + 1);
  return skip_phrase(text, i, {U"and"});
}

}  // namespace

bool take_unit(View text, Time& time) {
  const auto found = unit_behind(text, time.end);
  if (found.unit == Unit::kPlain) return false;
  time.end = found.end;
  if (time.unit == Unit::kClock) {
    if (found.unit == Unit::kHours) time.bad = Reason::kBadClock;
    if (found.unit == Unit::kBad) time.unit = Unit::kBad;
    return false;
  }
  time.unit = found.unit;
  time.seconds *= seconds_of(found.unit);
  return true;
}

void add_smaller_times(View text, Time& time) {
  for (Unit largest = time.unit; largest == Unit::kHours || largest == Unit::kMinutes;) {
    const size_t begin = skip_joint(text, time.end);
    if (!number_begins(text, begin)) return;
    size_t end = begin;
    while (is_digit(at(text, end)) || (at(text, end) == '.' && is_digit(at(text, end + 1)))) ++end;
    auto next = time_of_blob(text.substr(begin, end - begin));
    const auto unit = unit_behind(text, end);
    const bool smaller =
        unit.unit == Unit::kSeconds || (unit.unit == Unit::kMinutes && largest == Unit::kHours);
    if (next.bad != Reason::kOk || !smaller || next.seconds >= 60.0) return;
    time.seconds += next.seconds * seconds_of(unit.unit);
    time.end = unit.end;
    time.unit = Unit::kSum;
    largest = unit.unit;
  }
}

}  // namespace vrlt::reading
