#include "vrlt/doctor/libraries.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace vrlt::doctor {
namespace {

// What every build needs: LibTorch, and the codecs that data sets come in.
TEST(Libraries, ThoseOfThisBuildWork) {
  const auto findings = look_at_libraries();
  for (const char* part : {"LibTorch", "matrix products", "video", "tables", "CUDA"}) {
    const auto found = std::ranges::find(findings, part, &Finding::part);
    ASSERT_NE(found, findings.end()) << part;
    EXPECT_NE(found->state, State::kBad) << part << ": " << found->what;
  }
  const auto video = std::ranges::find(findings, "video", &Finding::part);
  EXPECT_THAT(video->what, testing::HasSubstr("H.264"));
}

}  // namespace
}  // namespace vrlt::doctor
