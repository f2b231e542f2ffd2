#pragma once

#include <vector>

#include "reading/times.h"

namespace vrlt::reading {

struct Member;

/// A value in an object or list as models write them: JSON, Python, and what is nearly that.
struct Value {
  enum class Kind { kObject, kList, kString, kTime, kWord };
  Kind kind = Kind::kWord;
  size_t begin = 0, end = 0;  ///< In the text.
  /// Of a string, without escapes and markup; of a word, in lower case and without its sign.
  Text text;
  Time time;
  /// Of an object. No pair: a template would ask for the whole of Value before it is there.
  std::vector<Member> members;
  std::vector<Value> items;  ///< Of a list.

  bool is_scalar() const { return kind != Kind::kObject && kind != Kind::kList; }
  bool is_not_finite_word() const {
    return kind == Kind::kWord && (text == U"nan" || text == U"inf" || text == U"infinity");
  }
};

/// A key of an object with its value.
struct Member {
  unsigned classes = 0;  ///< Of the key, see keys.h.
  Value value;
};

/// The only item of a list of one, of that again, or the value itself.
const Value& single(const Value& value);

/// The objects and lists of a text.
struct Structures {
  std::vector<Value> values;  ///< In their order; none inside another.
  size_t cut_off = kNone;     ///< Where an object begins that the end of the text cuts off.
};

/// @param openings  the brackets with which one may begin. Lists that are plain text, `[5]`, `(4
/// seconds)`, `()`, are left out. Values are at most 8 deep, so that no sign is read more than 8
/// times. Source: docs/spec/reading.md#objects-and-lists.
Structures find_structures(View text, View openings);

/// The value that is the beginning of the text, if it is an object or a list.
Structures structure_at_beginning(View text);

/// The text with values blanked out.
Text without_values(View text, const std::vector<Value>& values);

}  // namespace vrlt::reading
