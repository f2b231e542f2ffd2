#include "core/thread_environment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

namespace vrlt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

auto missing(const std::map<std::string, std::string>& variables) {
  return missing_thread_variables([&](const char* name) {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

// Of one rank among more than a machine can have: one thread, whatever machine this is.
TEST(MissingThreadVariables, AreTheDefaults) {
  EXPECT_THAT(missing({{"LOCAL_WORLD_SIZE", "1000000"}}),
              ElementsAre(Pair("GOMP_SPINCOUNT", "1000"), Pair("OMP_NUM_THREADS", "1")));
}

TEST(MissingThreadVariables, WhatTheUserSaysStands) {
  EXPECT_THAT(missing({{"GOMP_SPINCOUNT", "0"}, {"OMP_NUM_THREADS", "7"}}), IsEmpty());
  EXPECT_THAT(missing({{"OMP_WAIT_POLICY", "active"}, {"OMP_NUM_THREADS", "7"}}), IsEmpty());
  EXPECT_THAT(missing({{"OMP_NUM_THREADS", "7"}}), ElementsAre(Pair("GOMP_SPINCOUNT", "1000")));
}

}  // namespace
}  // namespace vrlt
