#include "vrlt/data/bad_truths.h"

#include <map>

#include "data/tally.h"
#include "vrlt/core/error.h"
#include "vrlt/core/shared_warning.h"
#include "vrlt/data/benchmark_sizes.h"
#include "vrlt/data/dataset.h"
#include "vrlt/data/truth.h"

namespace vrlt::data {
namespace {

bool is_published(const Sample& sample) {
  return find_benchmark_size(sample.bench, sample.split) != nullptr;
}

/// Takes out the samples whose truth no answer can meet. @throws DataError if none is left.
void leave_out_bad_truths(std::vector<Sample>& samples, BadTruths rule, const std::string& files) {
  std::map<std::string, Tally> left_out, kept;
  const auto all = samples.size();
  std::erase_if(samples, [&](const Sample& sample) {
    const auto problem = truth_problem(sample);
    if (!problem) return false;
    const bool keeps = rule == BadTruths::kKeepPublished && is_published(sample);
    (keeps ? kept : left_out)[problem->kind].add(concat(sample.id, " (", problem->message, ")"));
    return !keeps;
  });
  for (const auto& [kind, tally] : kept)
    log::shared_warning(concat(tally.count(), " of ", all,
                               " samples score 0 whatever is answered, and stay as published: ",
                               kind, ": ", tally.names()));
  for (const auto& [kind, tally] : left_out)
    if (samples.empty())
      throw DataError(
          concat(files, ": no sample is left of ", all, ": ", kind, ": ", tally.names()));
    else
      log::shared_warning(
          concat(tally.count(), " of ", all, " samples are left out: ", kind, ": ", tally.names()));
}

}  // namespace

std::vector<Sample> load_samples(const std::vector<std::filesystem::path>& files, BadTruths rule) {
  auto samples = load_samples(files);
  if (rule != BadTruths::kKeep) leave_out_bad_truths(samples, rule, joined(files));
  return samples;
}

}  // namespace vrlt::data
