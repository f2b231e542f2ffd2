#pragma once

#include <vector>

#include "reading/folding.h"
#include "reading/markup.h"
#include "reading/phrases.h"
#include "reading/zones.h"

namespace vrlt::reading {

/// Whether it says only that nothing was found there.
inline bool is_absent(Reason reason) {
  return reason == Reason::kEmpty || reason == Reason::kNoOption || reason == Reason::kNoSpan ||
         reason == Reason::kNoYesNo || reason == Reason::kNoNumber || reason == Reason::kMissingKey;
}

/// The reading of several boxes, phrases or objects: the last that is not absent, unless an earlier
/// one was read as something else.
template <typename T>
Read<T> last_reading(const std::vector<Read<T>>& readings) {
  Read<T> last = Reason::kEmpty;
  for (const auto& reading : readings) {
    if (is_absent(reading.reason)) continue;
    if (last && !(last == reading)) return Reason::kAmbiguous;
    last = reading;
  }
  return last;
}

/// How an answer of some kind is read from a clean text.
template <typename T, typename ReadClean, typename ReadLong>
struct Reader {
  ReadClean read;  ///< (View text) -> Read<T>
  /// The same, of free text that is too long for an answer; absent where nothing is found.
  ReadLong read_long;
  /// Free text is read as a whole before what stands behind weak phrases.
  bool whole_first = false;
};

/// The answer of a zone: of its boxes, of what stands behind phrases that announce it, of the
/// whole. The first that is not absent. Source: docs/spec/reading.md#boxes-and-answer-phrases.
template <typename T, typename ReadClean, typename ReadLong>
Read<T> read_zone(const Zone& zone, const Reader<T, ReadClean, ReadLong>& reader) {
  constexpr size_t kLongestFreeAnswer = 600;
  if (zone.reason != Reason::kOk) return zone.reason;
  const auto folded = fold(zone.text);
  const auto text = without_markup(folded);
  if (text.empty()) return Reason::kEmpty;
  const auto read_all = [&](const std::vector<View>& pieces, bool raw) {
    std::vector<Read<T>> readings;
    for (const auto piece : pieces) {
      const auto clean = raw ? without_markup(piece) : Text(piece);
      readings.push_back(clean.empty() ? Read<T>(Reason::kEmpty) : reader.read(clean));
    }
    return last_reading(readings);
  };
  const auto boxes = find_boxes(folded);
  if (!boxes) return Reason::kUnclosedAnswer;
  if (const auto read = read_all(*boxes, /*raw=*/true); !is_absent(read.reason)) return read;
  if (zone.block) return reader.read(text);
  if (const auto read = read_all(behind_phrases(text, find_strong_phrases(text)), false);
      !is_absent(read.reason))
    return read;
  if (reader.whole_first)
    if (const auto read = reader.read(text); !is_absent(read.reason)) return read;
  if (const auto read = read_all(behind_phrases(text, find_weak_phrases(text)), false);
      !is_absent(read.reason))
    return read;
  if (text.size() <= kLongestFreeAnswer) return reader.read(text);
  const auto read = reader.read_long(text);
  return is_absent(read.reason) ? Read<T>(Reason::kNoAnswer) : read;
}

/// For kinds of answers that long free text never holds unannounced.
template <typename T, typename ReadClean>
Read<T> read_zone(const Zone& zone, const ReadClean& read) {
  const auto nothing = [](View) { return Read<T>(Reason::kNoAnswer); };
  return read_zone(zone, Reader<T, ReadClean, decltype(nothing)>{read, nothing});
}

}  // namespace vrlt::reading
