// A video file: it opens and gives its first, middle and last frame, or is refused.
#include <array>

#include "tests/fuzz/fuzz_input.h"
#include "vrlt/video/decoder.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  const auto path = fuzz::write_scratch("x.mp4", fuzz::text_of(data, size));
  return fuzz::read_or_refuse(path.string(), [&] {
    // Files of even sizes are kept in memory, the others read again for every pass.
    video::VideoReader reader(path, {.max_pixels_per_frame = 1 << 18,
                                     .max_packets = 1000,
                                     .max_bytes_in_memory = size % 2 == 0 ? 1 << 24 : 0});
    const int64_t last = reader.num_frames() - 1;
    fuzz::require(last >= 0 && reader.frame_seconds().size() == static_cast<size_t>(last) + 1,
                  "every frame has a time");
    reader.read_frames(
        std::array<int64_t, 3>{0, last / 2, last}, [](size_t, const video::RgbFrame& frame) {
          fuzz::require(frame.pixels.size() == static_cast<size_t>(frame.height * frame.width * 3),
                        "a frame has all its pixels");
        });
  });
}
