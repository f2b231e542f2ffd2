#pragma once

#include <algorithm>
#include <cstdint>

#include "vrlt/distributed/shard_layout.h"

namespace vrlt::optim {

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
