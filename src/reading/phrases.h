#pragma once

#include <optional>
#include <vector>

#include "reading/text.h"

namespace vrlt::reading {

/// The contents of `\boxed{..}` and `\fbox{..}`, the outermost ones. @return none if one is never
/// closed.
std::optional<std::vector<View>> find_boxes(View folded);

/// A phrase that announces the answer: "the final answer is", "Answer:".
struct Phrase {
  size_t begin, end;
};
std::vector<Phrase> find_strong_phrases(View text);
std::vector<Phrase> find_weak_phrases(View text);

/// What stands behind each phrase, up to the next one, without blanks, `:` and `=` around.
std::vector<View> behind_phrases(View text, const std::vector<Phrase>& phrases);

/// Behind "to this question" and the like, if it stands at `i`.
size_t skip_about_question(View text, size_t i);

}  // namespace vrlt::reading
