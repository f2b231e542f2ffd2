#include "vrlt/settings/online_selection.h"

#include "vrlt/config/known_keys.h"
#include "vrlt/core/error.h"
#include "vrlt/settings/run_config.h"

namespace vrlt::settings {
namespace {

/// "none: all samples; epoch_filter: drop .."
std::string help_of_rules() {
  std::string help;
  for (const auto& row : kOnlineRules)
    help += concat(help.empty() ? "" : "; ", row.name, ": ", row.help);
  return help;
}

void for_each_rule(OnlineRules& rules, const auto& use) {
  std::apply([&](auto&... each) { (use(each), ...); }, rules);
}

/// What is wrong with the options of a rule: nothing where it has no check.
std::vector<RuleProblem> problems_of(const auto& rule) {
  if constexpr (requires { check(rule); })
    return check(rule);
  else
    return {};
}

}  // namespace

void visit_fields(config::FieldVisitor& v, OnlineSelectionSection& c) {
  static const std::string kHelp = help_of_rules();
  v.field({.name = "rule", .help = kHelp.c_str(), .choices = names_of(kOnlineRules)}, c.rule);
  for_each_rule(c.rules, [&](auto& rule) {
    if (c.rule == rule.kRow.name || v.wants_fields_without_effect()) visit_fields(v, rule);
  });
}

std::vector<std::string> check(const OnlineSelectionSection& section,
                               const config::KeyLocations& locations) {
  std::vector<std::string> problems;
  const std::string prefix = "online_selection.";
  OnlineRules defaults;
  for_each_rule(defaults, [&](auto& rule) {
    if (section.rule == rule.kRow.name) return;
    for (const auto& key : config::known_keys([&](auto& v) { visit_fields(v, rule); }))
      if (const auto found = locations.find(prefix + key); found != locations.end())
        problems.push_back(concat(found->second, ": \"", key, "\" has no effect without rule: ",
                                  rule.kRow.name, "; remove it"));
  });
  section.use_rule([&](const auto& rule) {
    for (const auto& [key, text] : problems_of(rule))
      problems.push_back(concat(place_of(prefix + key, locations), ": ", text));
  });
  return problems;
}

}  // namespace vrlt::settings
