#pragma once

#include "reading/text.h"

namespace vrlt::reading {

/// What a key of an object names; one key may name several things.
enum KeyClass : unsigned {
  kStartKey = 1,
  kEndKey = 2,
  kSpanKey = 4,
  kListSpanKey = 8,  ///< A span key where its value is a list.
  kOptionKey = 16,
  kNumberKey = 32,
};

/// The classes of a key, as bits; keys are compared in lower case, without anything but letters,
/// digits and CJK signs. Source: docs/spec/reading.md#objects-and-lists.
unsigned classes_of_key(View key);

}  // namespace vrlt::reading
