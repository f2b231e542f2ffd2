#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reading/text.h"

namespace vrlt::reading {

/// A text as it is compared word for word: in lower case, blanks as one, without quotes around and
/// marks at its end.
Text plain(View text);

/// The options of a question, as a zone would read their texts.
class Options {
 public:
  explicit Options(const std::vector<std::string>& options);

  int64_t size() const { return static_cast<int64_t>(plain_.size()); }
  /// As plain() gives it.
  View plain_text(int64_t option) const { return plain_[static_cast<size_t>(option)]; }

  /// The first option that is equal word for word.
  std::optional<int64_t> word_for_word(View text) const;
  /// The first of those that are equal but for marks, if these are all equal word for word.
  std::optional<int64_t> near(View text) const;
  bool are_equal(int64_t a, int64_t b) const { return plain_text(a) == plain_text(b); }

  /// Where the text of an option that begins at `i` ends, blanks of any kind and number taken as
  /// one; kNone if it does not stand there. Whole words at its end.
  size_t text_end(View text, size_t i, int64_t option) const;

 private:
  std::vector<Text> plain_, near_;
};

}  // namespace vrlt::reading
