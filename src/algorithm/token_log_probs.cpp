#include "vrlt/algorithm/token_log_probs.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "algorithm/vocabulary_tile.h"
#include "vrlt/core/error.h"
#include "vrlt/model/layers/linear.h"

namespace vrlt::algorithm {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::ScalarType wide_type(const at::Tensor& tensor) {
  return tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
}

/// A range of tokens or of the vocabulary.
struct Range {
  int64_t begin, count;
};

/// Calls visit(range) for consecutive ranges of at most `size`.
template <typename Visit>
void for_each_range(int64_t total, int64_t size, Visit&& visit) {
  for (int64_t begin = 0; begin < total; begin += size)
    visit(Range{begin, std::min(size, total - begin)});
}

/// How many ids go through one tile: on the CPU a tile should stay in its caches, elsewhere a
/// kernel should be worth its launch.
int64_t tile_width(const at::Tensor& hidden) { return hidden.is_cpu() ? 512 : 32768; }

at::Tensor tile_of_logits(const at::Tensor& hidden, const at::Tensor& head_rows) {
  return model::linear(hidden, head_rows).to(wide_type(hidden));
}

class TiledLogProbs : public torch::autograd::Function<TiledLogProbs> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden,
                               const at::Tensor& head, const at::Tensor& ids, double temperature,
                               int64_t chunk_size, bool entropy_gradient) {
    const auto options = hidden.options().dtype(wide_type(hidden)).requires_grad(false);
    auto log_probs = at::empty({hidden.size(0)}, options),
         normalizers = at::empty({hidden.size(0)}, options),
         entropies = at::empty({hidden.size(0)}, options);
    for_each_range(hidden.size(0), chunk_size, [&](const Range& chunk) {
      const auto states = hidden.narrow(0, chunk.begin, chunk.count);
      const auto sums = running_sums(ids.narrow(0, chunk.begin, chunk.count), temperature, options);
      for_each_range(head.size(0), tile_width(hidden), [&](const Range& tile) {
        auto logits = tile_of_logits(states, head.narrow(0, tile.begin, tile.count));
        sums->add(logits, tile.begin);
      });
      const auto result = sums->result();
      normalizers.narrow(0, chunk.begin, chunk.count).copy_(result.normalizers);
      log_probs.narrow(0, chunk.begin, chunk.count).copy_(result.log_probs);
      entropies.narrow(0, chunk.begin, chunk.count).copy_(result.entropies);
    });
    context->save_for_backward({hidden, head, ids, normalizers, entropies});
    context->saved_data["temperature"] = temperature;
    context->saved_data["chunk_size"] = chunk_size;
    context->saved_data["entropy_gradient"] = entropy_gradient;
    if (!entropy_gradient) context->mark_non_differentiable({entropies});
    return {log_probs, entropies};
  }

  static variable_list backward(AutogradContext* context, variable_list grads) {
    const auto saved = context->get_saved_variables();
    const auto &hidden = saved[0], &head = saved[1], &ids = saved[2], &normalizers = saved[3],
               &entropies = saved[4];
    const double temperature = context->saved_data["temperature"].toDouble();
    const bool entropy_gradient = context->saved_data["entropy_gradient"].toBool(),
               needs_head = context->needs_input_grad(1);
    const auto of_log_probs = grads[0] / temperature;
    const auto of_entropy = entropy_gradient ? grads[1] / temperature : at::Tensor();
    auto grad_hidden = at::zeros(hidden.sizes(), hidden.options().dtype(wide_type(hidden)));
    auto grad_head =
        needs_head ? at::zeros(head.sizes(), head.options().dtype(wide_type(head))) : at::Tensor();
    for_each_range(head.size(0), tile_width(hidden), [&](const Range& tile) {
      const auto head_rows = head.narrow(0, tile.begin, tile.count);
      for_each_range(hidden.size(0), context->saved_data["chunk_size"].toInt(),
                     [&](const Range& chunk) {
                       const auto of_chunk = [&](const at::Tensor& x) {
                         return x.defined() ? x.narrow(0, chunk.begin, chunk.count) : x;
                       };
                       const LogitGradient gradient{.temperature = temperature,
                                                    .labels = of_chunk(ids),
                                                    .normalizers = of_chunk(normalizers),
                                                    .entropies = of_chunk(entropies),
                                                    .of_log_probs = of_chunk(of_log_probs),
                                                    .of_entropy = of_chunk(of_entropy)};
                       auto d = tile_of_logits(of_chunk(hidden), head_rows);
                       gradient.apply_(d, tile.begin);
                       const auto narrow_d = d.to(head.scalar_type());
                       of_chunk(grad_hidden).add_(model::linear(narrow_d, head_rows.t()));
                       if (needs_head)
                         grad_head.narrow(0, tile.begin, tile.count)
                             .add_(model::linear(narrow_d.t(), of_chunk(hidden).t()));
                     });
    });
    return {grad_hidden.to(hidden.scalar_type()),
            needs_head ? grad_head.to(head.scalar_type()) : at::Tensor(),
            {},
            {},
            {},
            {}};
  }
};

}  // namespace

TokenLogProbs token_log_probs(const at::Tensor& hidden, const at::Tensor& head_weight,
                              const at::Tensor& ids, double temperature, int64_t chunk_size,
                              bool entropy_gradient) {
  VRLT_CHECK(hidden.dim() == 2 && ids.dim() == 1 && hidden.size(0) == ids.size(0), "hidden ",
             hidden.sizes(), ", ids ", ids.sizes());
  VRLT_CHECK(temperature > 0 && chunk_size > 0, "temperature ", temperature, ", chunk_size ",
             chunk_size);
  auto outputs =
      TiledLogProbs::apply(hidden, head_weight, ids, temperature, chunk_size, entropy_gradient);
  return {outputs[0], outputs[1]};
}

}  // namespace vrlt::algorithm
