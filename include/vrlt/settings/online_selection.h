#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/core/named_table.h"
#include "vrlt/selection/curriculum.h"
#include "vrlt/selection/epoch_filter.h"
#include "vrlt/selection/memory_bank.h"

namespace vrlt::settings {

/// What a rule does that the rest of a config must fit.
struct OnlineRule {
  const char* name;
  bool looks_at_accuracy = false;  ///< Some reward must measure it.
  bool replaces_groups = false;    ///< Those without signal, as dynamic sampling would.
  bool reads_statistics = false;   ///< The file of that name is an input of the run.
};

inline constexpr OnlineRule kOnlineRules[] = {
    {.name = "none"},
    {.name = "epoch_filter", .looks_at_accuracy = true},
    {.name = "memory_bank", .looks_at_accuracy = true, .replaces_groups = true},
    {.name = "curriculum", .reads_statistics = true},
};

/// Which samples a GRPO run trains on, decided while it trains
/// (docs/spec/selection.md#while-training). The numbers are accuracies: rewards for being right,
/// without the format.
struct OnlineSelectionSection {
  /// none: all samples, epoch after epoch;
  /// epoch_filter: after each epoch its samples are rolled out again (a run that ends there does it
  /// anew), and those mastered or hopeless give way; memory_bank: groups of low variance give way
  /// to prompts whose groups varied in earlier steps (VCRL); curriculum: shares of hard, medium and
  /// easy samples that change with the step.
  std::string rule = "none";

  /// Samples of an epoch; the others are the pool that fills it up. 0: all, and nothing fills it
  /// up.
  int64_t epoch_size = 0;
  selection::EpochFilterConfig epoch_filter;

  selection::MemoryBankConfig memory_bank;

  std::string statistics;  ///< statistics.jsonl of a run of vrlt-select over the samples.
  /// "STEP HARD MEDIUM EASY": weights from that step on, linear between two steps.
  std::vector<std::string> mixture;

  const OnlineRule& of_rule() const { return find_row(kOnlineRules, rule, "rule"); }
};

void visit_fields(config::FieldVisitor& visitor, OnlineSelectionSection& section);

/// Problems of the section: keys of another rule, a mixture that cannot be read.
std::vector<std::string> check(const OnlineSelectionSection& section,
                               const config::KeyLocations& locations);

/// @throws ConfigError for a line that is not "STEP HARD MEDIUM EASY" with weights of at least 0
/// that are not all 0, or out of order.
std::vector<selection::CurriculumKnot> parse_mixture(const std::vector<std::string>& lines);

}  // namespace vrlt::settings
