#include "optim/slice_gather.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>

#include "vrlt/optim/transfer_size.h"

namespace vrlt::optim {

void SliceGather::run() {
  const at::NoGradGuard no_grad;
  for (const auto& unit : slices_.units()) {
    if (unit.block) continue;  // nobody has it whole
    for_each_part(unit.layout, transfer_elements_, [&](int64_t from, int64_t to) {
      start({unit, from, to});
      if (under_way_.size() > kTransfersAhead) finish_oldest();
    });
  }
  while (!under_way_.empty()) finish_oldest();
}

/// @param copy  called with the elements of a weight and their place in the columns.
template <typename Copy>
void SliceGather::for_each_span(const Part& part, int64_t piece, const at::Tensor& columns,
                                Copy&& copy) const {
  for (const auto& span : part.unit.layout.spans(piece, part.from, part.to)) {
    const auto& weights = slices_.parameters()[part.unit.parameters[span.tensor]].second;
    copy(weights.detach().view({-1}).narrow(0, span.begin, span.count),
         columns.narrow(0, span.offset - part.from, span.count));
  }
}

void SliceGather::start(const Part& part) {
  auto &inner = slices_.inner(), &outer = slices_.outer();
  const auto& like = slices_.parameters()[part.unit.parameters.front()].second;
  const auto whole = at::empty({inner.world_size(), outer.world_size(), part.to - part.from},
                               like.options().requires_grad(false));
  const auto of_inner = whole[inner.rank()], own = of_inner[outer.rank()];
  for_each_span(part, slices_.own_piece(), own,
                [](const at::Tensor& weights, const at::Tensor& place) { place.copy_(weights); });
  outer.all_gather_into(of_inner, own);
  under_way_.push_back({inner.start_all_gather(whole, of_inner), whole, part});
}

void SliceGather::finish_oldest() {
  const auto& oldest = under_way_.front();
  oldest.transfer->wait();
  const auto pieces = oldest.whole.flatten(0, 1);
  for (int64_t piece = 0; piece < pieces.size(0); ++piece)
    if (piece != slices_.own_piece())
      for_each_span(
          oldest.part, piece, pieces[piece],
          [](const at::Tensor& weights, const at::Tensor& place) { weights.copy_(place); });
  under_way_.pop_front();
}

}  // namespace vrlt::optim
