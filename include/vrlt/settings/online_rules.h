#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <tuple>
#include <type_traits>
#include <vector>

#include "vrlt/config/fields.h"
#include "vrlt/selection/curriculum.h"
#include "vrlt/selection/epoch_filter.h"
#include "vrlt/selection/memory_bank.h"

/// The rules by which a GRPO run may choose its samples while it trains
/// (docs/spec/selection.md#while-training). A rule is a struct: its row, its keys with their
/// defaults, `visit_fields`, and `check` where values that are in range do not go together. Its
/// stream is trainer::make_stream of the same type. The numbers are accuracies: rewards for being
/// right, without the format.
namespace vrlt::settings {

/// What a rule is called, and what the rest of a config must fit.
struct OnlineRule {
  const char* name;
  const char* help;
  bool looks_at_accuracy = false;  ///< Some reward must measure it.
  bool replaces_groups = false;    ///< Those without signal, as dynamic sampling would.
};

/// A key of a rule, and what is wrong with it.
struct RuleProblem {
  std::string key, text;
};

/// Epoch after epoch.
struct AllSamples {
  static constexpr OnlineRule kRow = {.name = "none", .help = "all samples"};
};
inline void visit_fields(config::FieldVisitor&, AllSamples&) {}

/// After each epoch its samples are rolled out again (a run that ends there does it anew), and
/// those mastered or hopeless give way.
struct EpochFilterRule {
  static constexpr OnlineRule kRow = {
      .name = "epoch_filter",
      .help =
          "drop the mastered and the hopeless after each epoch (a run that ends while it "
          "measures one measures it again)",
      .looks_at_accuracy = true};
  /// Samples of an epoch; the others are the pool that fills it up. 0: all, and nothing fills it
  /// up.
  int64_t epoch_size = 0;
  selection::EpochFilterConfig filter = {};
};
inline void visit_fields(config::FieldVisitor& v, EpochFilterRule& c) {
  v.field({.name = "epoch_size",
           .help = "samples of an epoch, the others fill it up later; 0: all",
           .min = 0},
          c.epoch_size);
  v.field({.name = "epoch_min_mean",
           .help = "samples stay with a mean accuracy above this",
           .min = -1,
           .max = 1},
          c.filter.min_mean);
  v.field({.name = "epoch_max_mean", .help = "and up to this", .min = 0, .max = 1},
          c.filter.max_mean);
}
std::vector<RuleProblem> check(const EpochFilterRule& rule);

/// Groups of low variance give way to prompts whose groups varied in earlier steps (VCRL).
struct MemoryBankRule {
  static constexpr OnlineRule kRow = {
      .name = "memory_bank",
      .help = "replay prompts that varied in place of groups that do not",
      .looks_at_accuracy = true,
      .replaces_groups = true};
  selection::MemoryBankConfig bank = {};
};
inline void visit_fields(config::FieldVisitor& v, MemoryBankRule& c) {
  v.field(
      {.name = "bank_min_variance",
       .help = "variance of accuracy, over the largest possible, below which a group is replaced",
       .min = 0,
       .max = 1},
      c.bank.min_variance);
  v.field({.name = "bank_momentum",
           .help = "of the moving average that ranks prompts: the share of what it was",
           .min = 0,
           .max = 0.999999},
          c.bank.momentum);
  v.field({.name = "bank_capacity", .help = "prompts kept at most", .min = 1}, c.bank.capacity);
}

/// Shares of hard, medium and easy samples that change with the step.
struct CurriculumRule {
  static constexpr OnlineRule kRow = {.name = "curriculum",
                                      .help = "shares of difficulties by step"};
  /// statistics.jsonl of a run of vrlt-select over the samples: an input of the run.
  std::string statistics = {};
  /// "STEP HARD MEDIUM EASY": weights from that step on, linear between two steps.
  std::vector<std::string> mixture = {};
};
inline void visit_fields(config::FieldVisitor& v, CurriculumRule& c) {
  v.field({.name = "statistics",
           .help = "statistics.jsonl of a run of vrlt-select: difficulty by mean accuracy, below "
                   "0.2, below 0.8, above"},
          c.statistics);
  v.field({.name = "mixture",
           .help = "lines \"STEP HARD MEDIUM EASY\": weights from that step on, linear in between"},
          c.mixture);
}
std::vector<RuleProblem> check(const CurriculumRule& rule);

/// @throws ConfigError for a line that is not "STEP HARD MEDIUM EASY" with weights of at least 0
/// that are not all 0, or out of order.
std::vector<selection::CurriculumKnot> parse_mixture(const std::vector<std::string>& lines);

/// Every rule there is.
using OnlineRules = std::tuple<AllSamples, EpochFilterRule, MemoryBankRule, CurriculumRule>;

template <typename... Rules>
constexpr std::array<OnlineRule, sizeof...(Rules)> rows_of(
    std::type_identity<std::tuple<Rules...>>) {
  return {Rules::kRow...};
}
inline constexpr auto kOnlineRules = rows_of(std::type_identity<OnlineRules>());

}  // namespace vrlt::settings
