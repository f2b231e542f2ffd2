#include "optim/slice_sums.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "vrlt/core/error.h"
#include "vrlt/optim/transfer_size.h"

namespace vrlt::optim {

SliceSums::SliceSums(const ParameterSlices& slices, std::vector<at::ScalarType> dtypes,
                     int64_t elements)
    : slices_(slices),
      dtypes_(std::move(dtypes)),
      transfer_elements_(elements > 0 ? elements : slices.transfer_elements()),
      sums_(slices.units().size()) {}

/// Columns [from, to) of every piece, in the type of the sum: [inner, outer, columns].
at::Tensor SliceSums::stage(size_t unit, const std::vector<at::Tensor>& values, int64_t from,
                            int64_t to) const {
  const auto& [parameters, layout, in_every_pass, block] = slices_.units()[unit];
  const auto device = slices_.parameters()[parameters.front()].second.device();
  auto staged = at::zeros({layout.num_pieces(), to - from},
                          at::TensorOptions().dtype(dtypes_[unit]).device(device));
  for (int64_t piece = 0; piece < layout.num_pieces(); ++piece)
    for (const auto& span : layout.spans(piece, from, to))
      if (const auto& value = values[span.tensor]; value.defined())
        staged[piece]
            .narrow(0, span.offset - from, span.count)
            .copy_(value.reshape({-1}).narrow(0, span.begin, span.count));
  return staged.view({slices_.inner().world_size(), slices_.outer().world_size(), to - from});
}

void SliceSums::add(size_t unit, const std::vector<at::Tensor>& values) {
  const at::NoGradGuard no_grad;
  const auto& layout = slices_.units()[unit].layout;
  for_each_part(layout, transfer_elements_, [&](int64_t from, int64_t to) {
    const auto staged = stage(unit, values, from, to);
    auto& sum = sums_[unit];
    if (!sum.defined()) sum = at::zeros({staged.size(1), layout.piece_size()}, staged.options());
    const auto received = at::empty({staged.size(1), to - from}, staged.options());
    auto transfer = slices_.inner().start_reduce_scatter_sum(received, staged);
    under_way_.push_back({std::move(transfer), received, sum.narrow(1, from, to - from)});
    is_within_unit_ = true;
    if (under_way_.size() > kTransfersAhead) finish_oldest();
  });
  is_within_unit_ = false;
}

void SliceSums::finish_oldest() {
  auto& oldest = under_way_.front();
  oldest.transfer->wait();
  oldest.sum.add_(oldest.received);
  under_way_.pop_front();
}

void SliceSums::drop() {
  const at::NoGradGuard no_grad;
  while (!under_way_.empty()) finish_oldest();
  sums_.assign(sums_.size(), at::Tensor());
}

at::Tensor SliceSums::take(size_t unit) {
  const at::NoGradGuard no_grad;
  while (!under_way_.empty()) finish_oldest();
  auto sum = std::move(sums_[unit]);
  sums_[unit] = at::Tensor();
  VRLT_CHECK(sum.defined(), "unit ", unit, " has no sum");
  if (sum.size(0) == 1) return sum[0];
  const auto own = at::empty({sum.size(1)}, sum.options());
  slices_.outer().reduce_scatter_sum(own, sum);
  return own;
}

}  // namespace vrlt::optim
