#pragma once

#include <string>
#include <vector>

#include "vrlt/core/error.h"

namespace vrlt {

/// The names of a table's rows, in order.
template <typename Table>
std::vector<std::string> names_of(const Table& table) {
  std::vector<std::string> names;
  for (const auto& row : table) names.emplace_back(row.name);
  return names;
}

/// The row of that name. @param what  a row is, for the message. @throws ConfigError listing the
/// known names.
template <typename Table>
const auto& find_row(const Table& table, const std::string& name, const char* what) {
  std::string known;
  for (const auto& row : table) {
    if (name == row.name) return row;
    known += concat(known.empty() ? "" : ", ", row.name);
  }
  throw ConfigError(concat("unknown ", what, " \"", name, "\"; known: ", known));
}

}  // namespace vrlt
