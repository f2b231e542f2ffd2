#include "vrlt/rewards/word_scores.h"

#include <algorithm>
#include <map>

#include "rewards/porter_stemmer.h"
#include "vrlt/reading/peers/answer_limits.h"
#include "vrlt/reading/peers/text_scan.h"

namespace vrlt::rewards {

using namespace reading::peers;

namespace {

using Words = std::vector<std::string>;

Words rouge_words(std::string_view text, bool stem) {
  constexpr size_t kLongestUnstemmed = 3;
  Words words;
  std::string word;
  const auto finish = [&] {
    if (!word.empty())
      words.push_back(stem && word.size() > kLongestUnstemmed ? porter_stem(word) : word);
    word.clear();
  };
  for (const char c : text) {
    if (is_letter(c) || is_digit(c))
      word += to_lower(c);
    else
      finish();
  }
  finish();
  return words;
}

double f1(size_t shared, size_t hypothesis, size_t reference) {
  if (shared == 0) return 0.0;
  const double precision = static_cast<double>(shared) / static_cast<double>(hypothesis);
  const double recall = static_cast<double>(shared) / static_cast<double>(reference);
  return 2.0 * precision * recall / (precision + recall);
}

/// F1 of the runs of `n` words, each counted as often as both sides have it.
double ngram_f1(const Words& hypothesis, const Words& reference, size_t n) {
  if (hypothesis.size() < n || reference.size() < n) return 0.0;
  const auto counts = [n](const Words& words) {
    std::map<Words, size_t> result;
    for (size_t i = 0; i + n <= words.size(); ++i)
      ++result[Words(words.begin() + static_cast<long>(i),
                     words.begin() + static_cast<long>(i + n))];
    return result;
  };
  const auto expected = counts(reference);
  size_t shared = 0;
  for (const auto& [ngram, count] : counts(hypothesis))
    if (const auto found = expected.find(ngram); found != expected.end())
      shared += std::min(count, found->second);
  return f1(shared, hypothesis.size() - n + 1, reference.size() - n + 1);
}

size_t longest_common_subsequence(const Words& a, const Words& b) {
  std::vector<size_t> row(b.size() + 1, 0);
  for (const auto& word : a) {
    size_t diagonal = 0;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t above = row[j + 1];
      row[j + 1] = word == b[j] ? diagonal + 1 : std::max(above, row[j]);
      diagonal = above;
    }
  }
  return row.back();
}

}  // namespace

Rouge rouge(std::string_view hypothesis, std::string_view reference, bool stem) {
  const auto h = rouge_words(hypothesis, stem), r = rouge_words(reference, stem);
  return {ngram_f1(h, r, 1), ngram_f1(h, r, 2),
          f1(longest_common_subsequence(h, r), h.size(), r.size())};
}

std::optional<Rouge> bounded_rouge(std::string_view hypothesis, std::string_view reference,
                                   bool stem) {
  if (hypothesis.size() > kMaxAnswerBytes || words_of(hypothesis).size() > kMaxWords ||
      words_of(reference).size() > kMaxWords)
    return {};
  return rouge(hypothesis, reference, stem);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t i = 0; i < text.size();) {
    while (i < text.size() && is_space(text[i])) ++i;
    const size_t begin = i;
    while (i < text.size() && !is_space(text[i])) ++i;
    if (i > begin) words.push_back(text.substr(begin, i - begin));
  }
  return words;
}

double word_accuracy(const std::vector<std::string_view>& hypothesis,
                     const std::vector<std::string_view>& reference) {
  if (reference.empty()) return hypothesis.empty() ? 1.0 : 0.0;
  // at least as many words too many as the reference has
  if (hypothesis.size() >= 2 * reference.size()) return 0.0;
  std::vector<size_t> row(reference.size() + 1);
  for (size_t j = 0; j < row.size(); ++j) row[j] = j;
  for (size_t i = 0; i < hypothesis.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < reference.size(); ++j) {
      const size_t replaced = diagonal + (hypothesis[i] != reference[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, diagonal + 1, row[j] + 1});
    }
  }
  return std::max(0.0,
                  1.0 - static_cast<double>(row.back()) / static_cast<double>(reference.size()));
}

}  // namespace vrlt::rewards
