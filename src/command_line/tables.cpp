#include "vrlt/command_line/tables.h"

#include <cstdio>

#include "vrlt/algorithm/advantage.h"
#include "vrlt/algorithm/aggregation.h"
#include "vrlt/algorithm/objective_choices.h"
#include "vrlt/algorithm/reward_composition.h"
#include "vrlt/core/named_table.h"
#include "vrlt/data/converter_options.h"
#include "vrlt/data/converter_table.h"
#include "vrlt/data/exporter_table.h"
#include "vrlt/data/prompt.h"
#include "vrlt/data/record_fields.h"
#include "vrlt/evaluation/benchmark.h"
#include "vrlt/evaluation/compat_profile.h"
#include "vrlt/model/model_choices.h"
#include "vrlt/rewards/reward_presets.h"
#include "vrlt/selection/filter_presets.h"
#include "vrlt/selection/requirement_table.h"
#include "vrlt/selection/score_table.h"
#include "vrlt/selection/strata.h"
#include "vrlt/settings/preset_table.h"

namespace vrlt::command_line {
namespace {

template <typename Table>
void print_rows(const Table& table) {
  for (const auto& entry : table) std::printf("%-25s %s\n", entry.name, entry.help);
}

void print_reward_presets() {
  for (const auto& preset : rewards::reward_presets()) {
    std::printf("%-25s %s\n", preset.name, preset.help);
    for (const auto& term : preset.terms)
      std::printf("  %4g  %s\n", term.weight, term.name.c_str());
  }
}

void print_converters() {
  for (const auto& entry : data::converter_table())
    std::printf("%-20s %s\n%20s reads: %s\n%20s --split %s unless given; options:%s\n", entry.name,
                entry.help, "", entry.input, "", entry.split, data::option_names(entry).c_str());
}

void print_exporters() {
  for (const auto& entry : data::exporter_table())
    std::printf("%-14s %s%s\n", entry.name, entry.help,
                entry.takes_predictions ? " (needs --samples)" : "");
  std::printf("%-14s %s\n%-14s %s\n", "best_of",
              "records whose \"response\" is the best answer that a run of vrlt-select has stored",
              "pairs", "the same with the worst one beside it, as preferences");
}

struct NamedTable {
  const char* name;
  void (*print)();
};

constexpr NamedTable kTables[] = {
    {"rewards", [] { print_rows(rewards::reward_table()); }},
    {"reward_presets", [] { print_reward_presets(); }},
    {"losses", [] { print_rows(algorithm::kLossTraits); }},
    {"prompts", [] { print_rows(data::prompt_table()); }},
    {"advantages", [] { print_rows(algorithm::advantage_table()); }},
    {"kl", [] { print_rows(algorithm::kKlChoices); }},
    {"aggregations", [] { print_rows(algorithm::aggregation_table()); }},
    {"ratios", [] { print_rows(algorithm::kRatioChoices); }},
    {"corrections", [] { print_rows(algorithm::kCorrectionChoices); }},
    {"compositions", [] { print_rows(algorithm::composition_table()); }},
    {"presets", [] { print_rows(settings::preset_table()); }},
    {"selection_presets", [] { print_rows(selection::filter_presets()); }},
    {"requirements", [] { print_rows(selection::requirement_table()); }},
    {"scores", [] { print_rows(selection::score_table()); }},
    {"strata", [] { print_rows(selection::stratum_parts()); }},
    {"converters", print_converters},
    {"exporters", print_exporters},
    {"fields", [] { std::fputs(data::record_reference().c_str(), stdout); }},
    {"benchmarks", [] { print_rows(evaluation::benchmark_table()); }},
    {"compat",
     [] {
       for (const auto& profile : evaluation::compat_table())
         std::printf("%-25s %s (%s)\n", profile.name, profile.help, profile.source);
     }},
    {"models", [] { print_rows(model::model_choices()); }},
};

}  // namespace

void print_table(const std::string& name) { find_row(kTables, name, "table").print(); }

}  // namespace vrlt::command_line
