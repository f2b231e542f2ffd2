#pragma once

#include <string_view>

namespace vrlt {

/// A row of a table of choices: what a user writes, and what it means.
struct Choice {
  const char* name;
  const char* help;
};

/// The row of that name, looked up while compiling: a name that is not there does not compile.
template <typename Table>
consteval const auto& row_named(const Table& table, std::string_view name) {
  for (const auto& row : table)
    if (name == row.name) return row;
  throw "no such row";
}

}  // namespace vrlt
