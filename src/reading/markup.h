#pragma once

#include "reading/text.h"

namespace vrlt::reading {

/// A folded text without what only decorates it: fences, LaTeX, tags, marks of emphasis, bullets,
/// headings, rules, tables, runs of blanks, quotes around the whole. Where taking a mark out would
/// join two words, a blank stays. A lone marked letter, `**C**`, becomes
/// `(C)`. Single scans, one after the other. Source: docs/spec/reading.md#markup.
Text without_markup(View folded);

// The scans, in their order.

Text without_fences(View text);
Text without_latex(View text);
Text without_tags(View text);
Text without_emphasis(View text);
Text without_line_marks(View text);
Text without_spare_blanks(View text);

}  // namespace vrlt::reading
