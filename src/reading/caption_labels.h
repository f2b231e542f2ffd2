#pragma once

#include <optional>
#include <string>
#include <vector>

#include "reading/options.h"
#include "vrlt/reading/reading.h"

namespace vrlt::reading {

/// A label in a text: "Sentence B", "(2)", "A:".
struct CaptionLabel {
  int64_t index = 0;  ///< 0 for A and 1.
  /// A letter where the record's labels have letters, a digit where they have digits.
  bool of_kind = true;
  bool word = false, bracket = false, mark = false;  ///< What stands with it.
  size_t begin = 0, sign = 0, end = 0;               ///< The whole, and its letter or digit.

  bool marked() const { return word || bracket || mark; }
};

/// The captions of a question with their labels.
class Captions {
 public:
  Captions(const std::vector<std::string>& captions, const std::string& first_label);

  int64_t size() const { return sentences_.size(); }
  const Options& sentences() const { return sentences_; }

  /// The caption that is the whole text, alone or as its line.
  std::optional<int64_t> whole(View text) const;
  std::optional<CaptionLabel> label_at(View text, size_t i) const;
  Read<int64_t> read(const CaptionLabel& label) const;

  /// Labels with their captions, anywhere.
  std::vector<CaptionLabel> in_full(View text) const;
  /// Labels with a word, anywhere.
  std::vector<CaptionLabel> labels_with_word(View text) const;
  /// Labels right behind phrases that announce an answer.
  std::vector<CaptionLabel> announced(View text) const;

  /// Whether what stands behind a label gives reasons for it.
  static bool says_why(View rest);
  static bool is_negated(View text, const CaptionLabel& label);

 private:
  Options sentences_, lines_;
  bool letters_ = true;
};

}  // namespace vrlt::reading
