#pragma once

#include <gtest/gtest.h>

#include <string>

namespace vrlt::test {

/// Names the instances of a table test by the `name` of each row: letters, digits and underscores.
inline constexpr auto row_name = [](const auto& info) { return std::string(info.param.name); };

}  // namespace vrlt::test

/// A row shows as its name in test lists and messages, never as the bytes it holds.
#define VRLT_PRINT_ROW_NAME(Row) \
  inline void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
