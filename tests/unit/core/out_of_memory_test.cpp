#include "vrlt/core/out_of_memory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <new>

namespace vrlt {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST(TellsOfMemory, TextsOfTheLibraries) {
  for (const char* text :
       {"[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
        "you tried to allocate 64 bytes.",
        "could not create a primitive", "model.safetensors: cannot map: Cannot allocate memory",
        "std::bad_alloc", "CUDA out of memory. Tried to allocate 2.00 GiB",
        "Resource temporarily unavailable"})
    EXPECT_TRUE(tells_of_memory(text)) << text;
  for (const char* text :
       {"", "No space left on device", "mat1 and mat2 shapes cannot be multiplied"})
    EXPECT_FALSE(tells_of_memory(text)) << text;
}

TEST(OutOfMemoryMessage, SaysWhatWasBeingMadeAndWhatToLower) {
  try {
    const Making outer("a step", "prompts_per_step");
    { const Making done("clips", "video.max_frames"); }
    const Making inner("responses", "rollout.group_size");
    throw std::bad_alloc();
  } catch (const std::bad_alloc&) {
    EXPECT_THAT(out_of_memory_message("64 bytes"),
                AllOf(HasSubstr("while making responses (64 bytes)"),
                      HasSubstr("lower rollout.group_size")));
  }
}

TEST(OutOfMemoryMessage, AnEarlierErrorThatWasCaughtIsForgotten) {
  try {
    const Making clip("a clip", "video.max_frames");
    throw DataError("unreadable");
  } catch (const DataError&) {
    const Making step("an update", "micro_batch");
  }
  EXPECT_THAT(out_of_memory_message(""), AllOf(Not(HasSubstr("clip")), HasSubstr("ulimit -v")));
}

}  // namespace
}  // namespace vrlt
