#include <cstdio>
#include <set>
#include <tuple>

#include "vrlt/core/error.h"
#include "vrlt/forecast/fit.h"

namespace vrlt::forecast {
namespace {

std::string as_words(const Candidate& candidate) {
  if (candidate.overrides.empty()) return "as the config is";
  std::string words;
  for (const auto& word : candidate.overrides) words += (words.empty() ? "" : " ") + word;
  return words;
}

/// Of these the first of all candidates, which is the best, is shown.
auto way_of_training(const Candidate& candidate) {
  return std::tuple(candidate.adapter_instead, candidate.frame_divisor,
                    candidate.load.sharding.shard, candidate.load.checkpoints_blocks);
}

std::string line_of(const Candidate& candidate, const Cards& cards) {
  char numbers[64];
  std::snprintf(numbers, sizeof numbers, "  %8.3g %10.3g  ", candidate.memory.peak() / kGigabyte,
                candidate.seconds);
  const bool fits = candidate.memory.peak() <= cards.bytes;
  return numbers + as_words(candidate) +
         (fits ? "" : "\n" + std::string(23, ' ') + verdict(candidate.memory, cards.bytes)) + "\n";
}

}  // namespace

std::string to_text(const Fit& fit) {
  char head[160];
  std::snprintf(head, sizeof head,
                "%lld card(s) of %.4g GB, prompts of %.0f tokens: %zu of %zu settings fit\n",
                static_cast<long long>(fit.cards.count), fit.cards.bytes / kGigabyte,
                fit.prompt.tokens(), fit.num_fitting, fit.candidates.size());
  std::string text = head;
  const auto& best = fit.candidates.front();
  if (fit.num_fitting > 0)
    text += concat("the fastest that fits", best.distance() > 0 ? " and changes least" : "",
                   ":\n  ", as_words(best), "\n");
  else
    text += concat("nothing fits; the nearest:\n  ", as_words(best), "\n");
  text += "every way of training at its best:\n  GB a rank   s a step\n";
  std::set<decltype(way_of_training(best))> told;
  for (const auto& candidate : fit.candidates) {
    const bool shown =
        candidate.frame_divisor == 1 || candidate.frame_divisor == best.frame_divisor;
    if (shown && told.insert(way_of_training(candidate)).second)
      text += line_of(candidate, fit.cards);
  }
  return text;
}

}  // namespace vrlt::forecast
