#pragma once

#include "reading/objects.h"
#include "reading/steps.h"

namespace vrlt::reading {

/// Of an object with several such keys all must say the same.
template <typename T, typename ReadValue>
Read<T> read_members(const Value& object, unsigned key_class, const ReadValue& read_value) {
  Read<T> all = Reason::kMissingKey;
  for (const auto& [classes, member] : object.members) {
    if ((classes & key_class) == 0) continue;
    const Read<T> read = read_value(single(member));
    if (!read) return read;
    if (all && !(all == read)) return Reason::kConflict;
    all = read;
  }
  return all;
}

/// A text that is read in words, unless it begins with an object: then a string under a key of this
/// class is.
template <typename T, typename ReadWords>
Read<T> read_labelled(View text, unsigned key_class, const ReadWords& read_words) {
  const auto structures = structure_at_beginning(text);
  if (structures.cut_off != kNone) return Reason::kBadJson;
  if (structures.values.empty() || structures.values[0].kind != Value::Kind::kObject)
    return read_words(text);
  return read_members<T>(structures.values[0], key_class, [&](const Value& value) -> Read<T> {
    if (value.kind == Value::Kind::kObject)
      return read_members<T>(value, key_class, [&](const Value& inner) -> Read<T> {
        return inner.kind == Value::Kind::kString ? read_words(inner.text)
                                                  : Read<T>(Reason::kBadJsonValue);
      });
    return value.kind == Value::Kind::kString ? read_words(value.text)
                                              : Read<T>(Reason::kBadJsonValue);
  });
}

}  // namespace vrlt::reading
