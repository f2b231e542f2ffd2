#include "vrlt/rewards/reward_options.h"

#include <cmath>
#include <initializer_list>

#include "vrlt/core/error.h"

namespace vrlt::rewards {
namespace {

void check_choice(const char* name, const std::string& value, std::initializer_list<const char*> known) {
  std::string names;
  for (const char* choice : known) {
    if (value == choice) return;
    names += concat(names.empty() ? "" : ", ", choice);
  }
  throw ConfigError(concat("reward option ", name, " is \"", value, "\"; known: ", names));
}

void check_number(const char* name, bool holds, const char* expected) {
  if (!holds) throw ConfigError(concat("reward option ", name, ": expected ", expected));
}

}  // namespace

std::vector<std::string> wider_than_strict(const RewardOptions& options) {
  std::vector<std::string> found;
  if (options.answer_block == "first") found.push_back("answer_block: first takes the first of several answers, where evaluation takes the last");
  if (options.span != "one") found.push_back(concat("span: ", options.span, " takes one of several spans, where evaluation refuses them"));
  if (options.inverted == "swap") found.push_back("inverted: swap turns a span that ends before it starts, where evaluation gives it 0");
  return found;
}

void check(const RewardOptions& options) {
  check_choice("answer_block", options.answer_block, {"single", "first", "last"});
  check_choice("span", options.span, {"one", "first", "last"});
  check_choice("inverted", options.inverted, {"zero", "swap"});
  check_choice("out_of_range", options.out_of_range, {"keep", "clamp", "zero"});
  check_number("wasserstein_beta", std::isfinite(options.wasserstein_beta) && options.wasserstein_beta > 0, "a number above 0");
  check_number("max_bonus_tokens", options.max_bonus_tokens >= options.min_bonus_tokens, "at least min_bonus_tokens");
  check_number("max_tokens", options.max_tokens >= 0, "at least 0");
  check_number("overlong_buffer", options.overlong_buffer >= 0 && (options.max_tokens == 0 || options.overlong_buffer <= options.max_tokens),
               "0 to max_tokens");
}

}  // namespace vrlt::rewards
