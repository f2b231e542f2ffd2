#include "vrlt/rewards/reward_options.h"

#include <initializer_list>
#include <set>

#include "rewards/require_option.h"
#include "vrlt/config/fields.h"
#include "vrlt/core/error.h"
#include "vrlt/rewards/reward_table.h"

namespace vrlt::rewards {
namespace {

void check_choice(const char* name, const std::string& value,
                  std::initializer_list<const char*> known) {
  std::string names;
  for (const char* choice : known) {
    if (value == choice) return;
    names += concat(names.empty() ? "" : ", ", choice);
  }
  throw ConfigError(concat("reward option ", name, " is \"", value, "\"; known: ", names));
}

/// Of the rows of the table that have some; several rewards may share them.
std::vector<const ParameterEntry*> all_parameters() {
  std::vector<const ParameterEntry*> entries;
  std::set<const ParameterEntry*> seen;
  for (const auto& row : reward_table())
    if (row.maker.parameters != nullptr && seen.insert(row.maker.parameters).second)
      entries.push_back(row.maker.parameters);
  return entries;
}

}  // namespace

void require_option(const char* name, bool holds, const char* expected) {
  if (!holds) throw ConfigError(concat("reward option ", name, ": expected ", expected));
}

void visit_fields(config::FieldVisitor& v, RewardOptions& c) {
  v.field({.name = "answer_block",
           .help = "which answer block counts; last: as evaluation reads it, single: any other "
                   "number is a failure",
           .choices = {"last", "single", "first"}},
          c.answer_block);
  v.field({.name = "span",
           .help = "which time span counts where one is asked for",
           .choices = {"one", "first", "last"}},
          c.span);
  v.field({.name = "inverted",
           .help = "a span that ends before it starts",
           .choices = {"zero", "swap"}},
          c.inverted);
  v.field({.name = "out_of_range",
           .help = "a span beyond the end of the clip",
           .choices = {"keep", "clamp", "zero"}},
          c.out_of_range);
  for (const auto* entry : all_parameters()) entry->visit(v, c.parameters);
}

std::vector<std::string> wider_than_strict(const RewardOptions& options) {
  std::vector<std::string> found;
  if (options.answer_block == "first")
    found.push_back(
        "answer_block: first takes the first of several answers, where evaluation takes the last");
  if (options.span != "one")
    found.push_back(concat("span: ", options.span,
                           " takes one of several spans, where evaluation refuses them"));
  if (options.inverted == "swap")
    found.push_back(
        "inverted: swap turns a span that ends before it starts, where evaluation gives it 0");
  return found;
}

void check(const RewardOptions& options) {
  check_choice("answer_block", options.answer_block, {"single", "first", "last"});
  check_choice("span", options.span, {"one", "first", "last"});
  check_choice("inverted", options.inverted, {"zero", "swap"});
  check_choice("out_of_range", options.out_of_range, {"keep", "clamp", "zero"});
  require_option("max_tokens", options.max_tokens >= 0, "at least 0");
  for (const auto* entry : all_parameters()) entry->check(options);
}

}  // namespace vrlt::rewards
