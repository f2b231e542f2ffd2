#pragma once

#include <vector>

#include "vrlt/data/prompt.h"
#include "vrlt/evaluation/answer.h"
#include "vrlt/evaluation/compat_profile.h"

namespace vrlt::evaluation {

/// How the answers to some samples are scored, beside the strict score that all have.
struct Scoring {
  std::vector<const CompatProfile*> profiles;  ///< The first is the one that papers use.
  /// Group key for a mean of means; empty: none. "video": over videos.
  std::string macro_over;
  /// Of samples that name none: whether a response must think (the metric "format" checks the
  /// layout), and how its authors read it (data::as_read). Null: it need not, and as it stands.
  const data::PromptEntry* prompt = nullptr;
  uint64_t seed = 0;  ///< What profiles that guess draw their guesses from.
  /// An answer for a judge counts as the official script counts one that its judge failed on.
  bool official_judge_bug = false;
  /// A profile's group takes in every sample whose groups hold its name anywhere, as in lmms-eval's
  /// Video-MME.
  bool substring_groups = false;
  /// Nothing is scored: what was said, and what can be read from it.
  bool predict_only = false;
};

/// A line of samples.jsonl: responses, what was read from them, and their scores, strict and by the
/// first profile. "read_as" is the text that was scored, where it is not the response itself.
io::Json to_json(const Answer& answer, const data::Sample& sample, const Scoring& scoring);

/// results.json of one benchmark: counts, failure rates, and every metric with its interval, over
/// all and per group.
///
/// "metrics" is the strict score. A sample without an answer is counted in n_missing or n_error.
/// Each metric tells both its mean over the answered samples ("value") and the mean in which every
/// sample without an answer scores 0 ("unanswered_as_zero"): never a silent zero, never a silent
/// drop. A sample whose label is hidden counts in n_unlabelled and has no metrics. Several
/// responses to a sample count with their mean.
///
/// "compat" has the metrics of each profile over its own denominator. A difference of its headline
/// from the strict one that is more than a point is told in "parser_gap": then the parser moves the
/// score, not the model.
///
/// "sampled", where every sample has the same number of responses, several: pass@k of accuracies,
/// best@k of other metrics and maj@K, over all samples.
///
/// An interval is a bootstrap over clusters, and of scores that are all equal, which has nothing to
/// draw from, Wilson's with a trial for each cluster.
///
/// With `predict_only` there are the counts only.
///
/// "blind" is what a model would score that never saw the video: the whole video as the span, the
/// option or word that is right most often.
io::Json summarize(const std::vector<const data::Sample*>& samples,
                   const std::vector<Answer>& answers, const Scoring& scoring);

/// Per metric, strict and by the profiles ("tvg.seed/mIoU"): before, after, difference with its
/// paired interval, t and p; over samples that both answered. "n_unpaired" counts samples that only
/// one could be asked.
/// @throws DataError if the runs are of different samples, with the first that only one has.
io::Json compare(const std::vector<const data::Sample*>& samples, const std::vector<Answer>& before,
                 const std::vector<Answer>& after, const Scoring& scoring);

}  // namespace vrlt::evaluation
