#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace vrlt::reading::peers {

/// The first capital A to G.
std::optional<char> first_capital_a_to_g(std::string_view text);

/// What lmms-eval's task mvbench takes for the letter of a text, in upper case.
std::optional<char> read_mvbench_choice(std::string_view text);

/// What Temporal-R1's evaluation takes for the letter of a response, in upper case.
std::optional<char> read_seed_eval_choice(std::string_view response);

}  // namespace vrlt::reading::peers
