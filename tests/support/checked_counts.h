#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <string>

namespace vrlt::test {

/// How much was compared, by kind; printed at the end, so that a run shows what it covered.
inline std::map<std::string, int64_t>& checked() {
  static std::map<std::string, int64_t> counts;
  return counts;
}

class PrintChecked : public ::testing::Environment {
  void TearDown() override {
    for (const auto& [what, count] : checked())
      std::printf("checked %6lld %s\n", static_cast<long long>(count), what.c_str());
  }
};
inline const auto* const kPrintChecked = ::testing::AddGlobalTestEnvironment(new PrintChecked);

}  // namespace vrlt::test
