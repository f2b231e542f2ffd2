#pragma once

#include <string>
#include <vector>

#include "vrlt/config/load.h"
#include "vrlt/core/named_table.h"
#include "vrlt/settings/online_rules.h"

namespace vrlt::settings {

/// Which samples a GRPO run trains on, decided while it trains: a rule, and the keys of all rules.
struct OnlineSelectionSection {
  std::string rule = AllSamples::kRow.name;
  OnlineRules rules = {};

  /// The section with that rule, and the defaults of all others.
  template <typename Rule>
  static OnlineSelectionSection with(Rule rule) {
    OnlineSelectionSection section{.rule = Rule::kRow.name};
    section.get<Rule>() = std::move(rule);
    return section;
  }

  template <typename Rule>
  Rule& get() {
    return std::get<Rule>(rules);
  }

  const OnlineRule& of_rule() const { return find_row(kOnlineRules, rule, "rule"); }

  /// Calls `use` with the rule that is named, as the type it has.
  template <typename Use>
  void use_rule(const Use& use) const {
    const auto use_if_named = [&](const auto& one) {
      if (rule == one.kRow.name) use(one);
    };
    std::apply([&](const auto&... each) { (use_if_named(each), ...); }, rules);
  }
};

void visit_fields(config::FieldVisitor& visitor, OnlineSelectionSection& section);

/// Problems of the section: keys of another rule, and what `check` of the rule finds.
std::vector<std::string> check(const OnlineSelectionSection& section,
                               const config::KeyLocations& locations);

}  // namespace vrlt::settings
