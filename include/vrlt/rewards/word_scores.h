#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vrlt::rewards {

/// F1 of the words, of the pairs of neighbouring words, and of the longest common subsequence; all
/// in [0, 1].
struct Rouge {
  double rouge1 = 0.0, rouge2 = 0.0, rouge_l = 0.0;
  double mean() const { return (rouge1 + rouge2 + rouge_l) / 3.0; }
};

/// Words are runs of a-z and 0-9 in lower case. Without a word, or without a pair of them, on
/// either side the score is 0.
/// @param stem  Porter stems of words of more than 3 letters. Source: the package rouge-score,
/// docs/spec/rewards.md#words.
Rouge rouge(std::string_view hypothesis, std::string_view reference, bool stem);

/// The same where both sides are short enough to be compared (answer_limits.h): it takes the
/// product of their words. None otherwise.
std::optional<Rouge> bounded_rouge(std::string_view hypothesis, std::string_view reference,
                                   bool stem);

/// Words between white space.
std::vector<std::string_view> words_of(std::string_view text);

/// 1 - word errors / words of the reference, not below 0; two empty texts agree. Source: Video-R1
/// (59d65c3), docs/spec/rewards.md#numbers.
double word_accuracy(const std::vector<std::string_view>& hypothesis,
                     const std::vector<std::string_view>& reference);

}  // namespace vrlt::rewards
