#include "check/label_rules.h"

#include <algorithm>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/data/truth.h"
#include "vrlt/rewards/word_scores.h"

namespace vrlt::check {
namespace {

/// The label as people name it, or "".
std::string label_of(const data::Sample& sample) {
  if (sample.answer_option) return std::string(1, static_cast<char>('A' + *sample.answer_option));
  return sample.task == data::Task::kYesNo && sample.answer_text ? *sample.answer_text
                                                                 : std::string();
}

void match_spread(const Samples& samples, Mismatches& found) {
  constexpr size_t kEnough = 8;
  constexpr double kLopsided = 0.9;
  std::map<data::Task, std::map<std::string, Samples>> labels;
  for (const auto* sample : samples)
    if (const auto label = label_of(*sample); !label.empty())
      labels[sample->task][label].push_back(sample);
  for (const auto& [task, by_label] : labels) {
    size_t all = 0;
    for (const auto& [label, with] : by_label) all += with.size();
    for (const auto& [label, with] : by_label)
      if (all >= kEnough &&
          static_cast<double>(with.size()) >= kLopsided * static_cast<double>(all))
        found.add({.kind = "lopsided_labels",
                   .text = concat(data::to_string(task), ": the answer is ", label, " in ",
                                  with.size(), " of ", all),
                   .remedy = "a model learns to say so without looking; mix the options, or "
                             "balance the records"});
  }
}

/// Whether a reward of words is to compare a text in which it sees no word: that text is worth 0
/// against itself.
bool has_no_word(const data::Sample& sample, const Purpose& purpose) {
  const bool compares_words =
      std::any_of(purpose.rewards.begin(), purpose.rewards.end(), [](const auto& term) {
        return term.name == "rouge" || term.name == "rouge_videor1";
      });
  const bool is_text = sample.task == data::Task::kCaption ||
                       (sample.task == data::Task::kOpen && !sample.asks_for_number() &&
                        sample.problem_type != data::ProblemType::kOcr);
  if (!compares_words || !is_text || !sample.answer_text || sample.answer_text->empty())
    return false;
  const auto& truth = *sample.answer_text;
  const auto scores = rewards::bounded_rouge(truth, truth, /*stem=*/false);
  return scores && scores->rouge1 == 0;
}

}  // namespace

const char* missing_label(const data::Sample& sample) {
  const bool has_answer =
      sample.answer_option || (sample.answer_text && !sample.answer_text->empty());
  switch (sample.task) {
    case data::Task::kTemporalGrounding:
    case data::Task::kReasoningLocalization:
      return sample.segments.empty() ? "segments" : nullptr;
    case data::Task::kGroundedQa:
      return !has_answer ? "answer" : sample.segments.empty() ? "segments" : nullptr;
    default:
      return has_answer ? nullptr : "answer";
  }
}

void match_labels(const Samples& samples, const Purpose& purpose, Mismatches& found) {
  if (purpose.labels_matter)
    for (const auto* sample : samples) {
      if (const auto* field = missing_label(*sample))
        found.add(*sample, {.kind = "no_label",
                            .text = concat(data::to_string(sample->task), " without \"", field,
                                           "\", from which nothing is learnt"),
                            .remedy = "label or leave them out"});
      if (has_no_word(*sample, purpose))
        found.add(*sample,
                  {.kind = "truth_out_of_reach",
                   .text = "a truth without a word of a-z or 0-9, which is all that rouge "
                           "compares, so that no answer can meet it",
                   .remedy = "leave them out, or take a reward that reads their script"});
      if (const auto problem = data::truth_problem(*sample))
        found.add(*sample, {.kind = "truth_out_of_reach",
                            .text = concat(problem->kind, ", so that no answer can meet it"),
                            .remedy = "mend or leave them out"});
    }
  match_spread(samples, found);
}

}  // namespace vrlt::check
