// model.safetensors.index.json beside two sound shards, which hold the tensors a and b.
#include <ATen/ops/ones.h>

#include "tests/fuzz/fuzz_input.h"
#include "vrlt/checkpoint/safetensors.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace vrlt;
  const auto& folder = fuzz::scratch_folder();
  [[maybe_unused]] static const bool written = [&] {
    checkpoint::write_safetensors(folder / "1.safetensors", {{"a", at::ones({2})}});
    checkpoint::write_safetensors(folder / "2.safetensors", {{"b", at::ones({3})}});
    return true;
  }();
  fuzz::write_scratch("model.safetensors.index.json", fuzz::text_of(data, size));
  return fuzz::read_or_refuse(folder.string(), [&] {
    for (const auto& [name, tensor] : checkpoint::load_sharded(folder))
      fuzz::require(name == "a" || name == "b", "a shard holds the tensor");
  });
}
