#include "vrlt/checkpoint/tensor_spec.h"

#include <algorithm>

namespace vrlt::checkpoint {
namespace {

/// How many elements of a tensor lie before a cut. @param cut  in bytes from the tensor's first,
/// also before it or behind its end.
int64_t elements_before(int64_t cut, const at::Tensor& tensor) {
  constexpr int64_t kUnit = 64;  // elements: no two ranks write into one line of a cache
  if (cut >= static_cast<int64_t>(tensor.nbytes())) return tensor.numel();
  return cut <= 0 ? 0 : cut / tensor.element_size() / kUnit * kUnit;
}

}  // namespace

int64_t TensorSpec::num_elements() const {
  int64_t count = 1;
  for (const int64_t size : shape) count *= size;
  return count;
}

uint64_t TensorSpec::bytes() const {
  return static_cast<uint64_t>(num_elements()) * c10::elementSize(dtype);
}

std::vector<TensorSpec> specs_of(const NamedTensors& tensors) {
  std::vector<TensorSpec> specs;
  for (const auto& [name, tensor] : tensors)
    specs.push_back({name, tensor.scalar_type(), tensor.sizes().vec()});
  return specs;
}

std::vector<TensorPiece> share_of(const NamedTensors& tensors, int rank, int world_size) {
  int64_t total = 0, before = 0;
  for (const auto& [name, tensor] : tensors) total += static_cast<int64_t>(tensor.nbytes());
  const auto cut = [&](int of_rank) { return total * of_rank / world_size; };
  std::vector<TensorPiece> share;
  for (const auto& [name, tensor] : tensors) {
    const int64_t begin = elements_before(cut(rank) - before, tensor),
                  end = elements_before(cut(rank + 1) - before, tensor);
    if (begin < end)
      share.push_back({name, tensor.sizes().vec(), begin,
                       tensor.detach().contiguous().flatten().slice(0, begin, end)});
    before += static_cast<int64_t>(tensor.nbytes());
  }
  return share;
}

}  // namespace vrlt::checkpoint
