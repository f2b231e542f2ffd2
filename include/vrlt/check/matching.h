#pragma once

#include <optional>
#include <string>
#include <vector>

#include "vrlt/check/findings.h"
#include "vrlt/data/prompt.h"
#include "vrlt/data/sample.h"
#include "vrlt/rewards/reward_table.h"

namespace vrlt::check {

using Samples = std::vector<const data::Sample*>;

/// What a run wants of its samples.
struct Purpose {
  const data::PromptEntry* prompt = nullptr;  ///< The prompt of samples that name none.
  /// As the config lists them, presets whole. Empty: nothing is rewarded.
  std::vector<rewards::RewardTerm> rewards;
  rewards::RewardOptions reward_options;
  /// What is proposed first for a task that no reward reads; never said to be without use.
  std::vector<std::string> usual_rewards;
  std::optional<data::ReferenceTarget> target;  ///< Of supervised fine-tuning.
  /// false: of an evaluation, whose labels may be hidden.
  bool labels_matter = true;
};

/// Something that keeps samples from being learnt from.
struct Mismatch {
  const char* kind = "";     ///< As Finding::kind.
  std::string text, remedy;  ///< What is wrong, and what to do; without ids.
  Samples samples;           ///< Those that are affected; empty: it is said of the config alone.
  bool of_config = false;    ///< Rewards and prompt do not fit each other, as opposed to bad data.
  bool stops = false;        ///< The run cannot go on even where only some samples are affected.
};

/// What a record of this task lacks to be learnt from: the name of the field, or null.
const char* missing_label(const data::Sample& sample);

/// Compares samples, rewards, prompts and targets before anything expensive is begun: samples that
/// no reward reads and rewards that read no sample, layouts that a reward wants and the prompt
/// never asks for (or the other way), targets that cannot be made, labels that are missing, of no
/// length, outside the clip, or nearly all the same.
/// @return  referring to `samples`.
std::vector<Mismatch> match(const Samples& samples, const Purpose& purpose);

/// One sentence with the number of affected samples and the first ids, as in
/// "no reward but format reads task open (1 of 32 samples: own/open1): add rouge, or leave them
/// out".
std::string to_text(const Mismatch& mismatch, size_t num_samples);

/// Logs a warning for each, unless others are to (`warn` false).
/// @throws ConfigError if rewards or prompts do not fit, else DataError, with all sentences about
/// what affects every sample or stops the run.
void tell(const std::vector<Mismatch>& mismatches, size_t num_samples, bool warn = true);

/// A finding for each affected sample; errors where `tell` would throw. @param of_a_run  false: of
/// records by themselves, which no run wants anything of yet: what all of them lack is a warning,
/// and what depends on rewards and prompts is not said.
void add_findings(const std::vector<Mismatch>& mismatches, size_t num_samples, bool of_a_run,
                  std::vector<Finding>& findings);

}  // namespace vrlt::check
