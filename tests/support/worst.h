#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <map>
#include <string>

namespace vrlt::test {

/// The largest difference seen per quantity, printed when the program ends: a tolerance is judged
/// by what is left of it.
class Worst : public ::testing::Environment {
 public:
  static void note(const std::string& quantity, double difference) {
    auto& seen = table().try_emplace(quantity, 0.0).first->second;
    seen = std::max(seen, difference);
  }

 private:
  void TearDown() override {
    for (const auto& [quantity, difference] : table())
      std::printf("worst %-28s %.3g\n", quantity.c_str(), difference);
  }
  static std::map<std::string, double>& table() {
    static std::map<std::string, double> differences;
    return differences;
  }
};

inline const auto* const kPrintWorst = ::testing::AddGlobalTestEnvironment(new Worst);

}  // namespace vrlt::test
