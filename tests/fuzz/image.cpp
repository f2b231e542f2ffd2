// A still picture: it decodes to RGB, or is refused.
#include "vrlt/video/image.h"

#include "tests/fuzz/fuzz_input.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  return fuzz::read_or_refuse("x.png", [&] {
    const auto image =
        video::decode_image(fuzz::text_of(data, size), "x.png", {.max_pixels_per_frame = 1 << 18});
    fuzz::require(
        image.dim() == 3 && image.size(0) == 3 && image.numel() > 0 && image.numel() <= 3 << 18,
        "a picture has three planes within the limit");
  });
}
