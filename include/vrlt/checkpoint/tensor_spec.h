#pragma once

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/checkpoint/tensor_piece.h"

namespace vrlt::checkpoint {

/// All of a tensor that its place in a file depends on.
struct TensorSpec {
  std::string name;
  at::ScalarType dtype = at::kFloat;
  std::vector<int64_t> shape;

  int64_t num_elements() const;
  uint64_t bytes() const;
};

std::vector<TensorSpec> specs_of(const NamedTensors& tensors);

/// The share of one rank in writing tensors that every rank holds whole. The shares of all ranks
/// are each element once; they differ by little, and the elements of a share lie one behind the
/// other in the order of the tensors. Views where the tensors are contiguous.
std::vector<TensorPiece> share_of(const NamedTensors& tensors, int rank, int world_size);

}  // namespace vrlt::checkpoint
