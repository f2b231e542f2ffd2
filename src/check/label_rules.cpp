#include "check/label_rules.h"

#include <map>

#include "vrlt/core/error.h"
#include "vrlt/data/truth.h"

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
      if (const auto problem = data::truth_problem(*sample))
        found.add(*sample, {.kind = "truth_out_of_reach",
                            .text = concat(problem->kind, ", so that no answer can meet it"),
                            .remedy = "mend or leave them out"});
    }
  match_spread(samples, found);
}

}  // namespace vrlt::check
