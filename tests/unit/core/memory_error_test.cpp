#include "vrlt/core/memory_error.h"

#include <gtest/gtest.h>

#include <new>
#include <stdexcept>

#include "vrlt/core/error.h"

namespace vrlt {
namespace {

// What another rank died of is no lack of this one: it must not be taken for one that can be mended
// here.
TEST(IsOfMemory, OfErrorsOfThisProcessAlone) {
  EXPECT_TRUE(is_of_memory(std::bad_alloc()));
  EXPECT_TRUE(is_of_memory(std::runtime_error("DefaultCPUAllocator: can't allocate memory")));
  EXPECT_TRUE(is_of_memory(DataError("clip.mp4: cannot map: Cannot allocate memory")));
  EXPECT_FALSE(is_of_memory(CommError("rank 1 failed: out of memory while making gradients")));
  EXPECT_FALSE(is_of_memory(std::runtime_error("mat1 and mat2 shapes cannot be multiplied")));
}

}  // namespace
}  // namespace vrlt
