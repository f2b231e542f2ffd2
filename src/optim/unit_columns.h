#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "vrlt/distributed/shard_layout.h"

namespace vrlt::optim {

/// Elements that are copied for one transfer, over all pieces: it bounds what a transfer needs
/// beside the tensors.
inline constexpr int64_t kTransferElements = int64_t{1} << 25;

/// Transfers under way at once: while one is on its way the next is made ready.
inline constexpr size_t kTransfersAhead = 2;

/// Walks through a unit in parts of about so many elements over all pieces: columns [from, to) of
/// every piece. The same parts on every rank.
template <typename Visit>
void for_each_part(const distributed::ShardLayout& layout, int64_t elements, Visit&& visit) {
  constexpr int64_t kUnit = distributed::ShardLayout::kAlignment;
  const int64_t step = std::max(kUnit, elements / layout.num_pieces() / kUnit * kUnit);
  for (int64_t from = 0; from < layout.piece_size(); from += step)
    visit(from, std::min(from + step, layout.piece_size()));
}

}  // namespace vrlt::optim
