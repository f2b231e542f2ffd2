#pragma once

#include <cstddef>
#include <cstdint>

namespace vrlt::optim {

/// Elements that are copied for one transfer of gradients or weights, over all pieces: it bounds
/// what transfers need beside the tensors. A GPU's link wants long ones; between processes of one
/// machine more than some megabytes gains nothing.
constexpr int64_t transfer_elements(bool on_cpu) {
  return on_cpu ? int64_t{1} << 21 : int64_t{1} << 25;
}

/// Transfers under way at once: while one is on its way the next is made ready.
inline constexpr size_t kTransfersAhead = 2;

}  // namespace vrlt::optim
