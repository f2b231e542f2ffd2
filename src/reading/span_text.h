#pragma once

#include <vector>

#include "reading/objects.h"
#include "reading/ranges.h"
#include "vrlt/reading/reading.h"

namespace vrlt::reading {

inline constexpr size_t kMostSpans = 64;

/// The spans that a clean text states, and where.
struct SpanText {
  Read<Spans> spans;              ///< All of them, equal ones once, at most 64.
  std::vector<Finding> findings;  ///< What structures and ranges state.
  std::vector<Finding> ranges;    ///< Those outside structures.
  std::vector<Value> structures;  ///< Objects and lists that are no plain text.
  Text rest;                      ///< The text with these blanked out.
  std::vector<Token> tokens;      ///< Of the rest, to which their words point.
};

/// Source: docs/spec/reading.md#spans-of-a-text.
SpanText find_spans(View text);

/// What an object or a list states.
struct StructureSpans {
  std::vector<Finding> findings;
  bool plain_text = false;  ///< It is no structure, but words in brackets.
};
StructureSpans spans_of_structure(const Value& value, View text);

/// The reading of what was found: a refused or wrong part decides before good ones, other numbers
/// do not.
Read<Spans> read_findings(std::vector<Finding> findings);

}  // namespace vrlt::reading
