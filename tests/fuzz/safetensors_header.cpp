// A safetensors file: whatever its header says, every tensor it admits lies inside the file.
#include <ATen/core/Tensor.h>

#include "tests/fuzz/fuzz_input.h"
#include "vrlt/checkpoint/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  const auto path = fuzz::write_scratch("x.safetensors", fuzz::text_of(data, size));
  return fuzz::read_or_refuse(path.string(), [&] {
    const checkpoint::SafetensorsFile file(path);
    for (const auto& name : file.names()) {
      fuzz::require(8 + file.entry(name).end <= size, "a tensor lies inside its file");
      fuzz::require(file.tensor(name).clone().nbytes() <= size, "its bytes can be read");
    }
  });
}
