#include "vrlt/algorithm/token_log_probs.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include <limits>

#include "vrlt/core/error.h"

namespace vrlt::algorithm {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

at::ScalarType wide_type(const at::Tensor& tensor) { return tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat; }

/// A range of tokens or of the vocabulary.
struct Range {
  int64_t begin, count;
};

/// Calls visit(range) for consecutive ranges of at most `size`.
template <typename Visit>
void for_each_range(int64_t total, int64_t size, Visit&& visit) {
  for (int64_t begin = 0; begin < total; begin += size) visit(Range{begin, std::min(size, total - begin)});
}

/// How many ids go through one tile: on the CPU a tile should stay in its caches, elsewhere a kernel should be worth its launch.
int64_t tile_width(const at::Tensor& hidden) { return hidden.is_cpu() ? 4096 : 32768; }

at::Tensor tile_of_logits(const at::Tensor& hidden, const at::Tensor& head_rows, double temperature) {
  auto logits = at::linear(hidden, head_rows).to(wide_type(hidden));
  return temperature == 1.0 ? logits : logits.div_(temperature);
}

/// Which tokens have their id in a tile, and at which column.
struct Labels {
  at::Tensor inside, columns;  ///< [n] bool, [n, 1] int64 (0 where outside).
  Labels(const at::Tensor& ids, const Range& tile) {
    const auto local = ids - tile.begin;
    inside = (local >= 0).logical_and_(local < tile.count);
    columns = local.clamp(0, tile.count - 1).unsqueeze(1);
  }
};

/// Sums over the vocabulary of some tokens, tile by tile: of e^(l - m) and of e^(l - m) (l - m), m the largest logit l so far.
class RunningSums {
 public:
  RunningSums(int64_t count, const at::TensorOptions& options)
      : largest_(at::full({count}, -std::numeric_limits<double>::infinity(), options)),
        total_(at::zeros({count}, options)),
        moment_(at::zeros({count}, options)) {}

  /// @param logits  [count, tile], overwritten.
  void add(at::Tensor& logits) {
    const auto largest = at::maximum(largest_, logits.amax(1));
    const auto shift = largest_ - largest, scale = shift.exp();
    moment_ = at::where(total_ > 0, (moment_ + total_ * shift) * scale, moment_);  // 0 * -inf before the first tile
    total_ = total_ * scale;
    largest_ = largest;
    auto weights = logits.sub_(largest.unsqueeze(1)).exp();
    total_ += weights.sum(1);
    moment_ += weights.mul_(logits).sum(1);
  }

  at::Tensor normalizer() const { return largest_ + total_.log(); }
  at::Tensor entropy() const { return total_.log() - moment_ / total_; }

 private:
  at::Tensor largest_, total_, moment_;
};

class TiledLogProbs : public torch::autograd::Function<TiledLogProbs> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& ids, double temperature,
                               int64_t chunk_size, bool entropy_gradient) {
    const auto options = hidden.options().dtype(wide_type(hidden)).requires_grad(false);
    auto log_probs = at::empty({hidden.size(0)}, options), normalizers = at::empty({hidden.size(0)}, options),
         entropies = at::empty({hidden.size(0)}, options);
    for_each_range(hidden.size(0), chunk_size, [&](const Range& chunk) {
      const auto states = hidden.narrow(0, chunk.begin, chunk.count), chunk_ids = ids.narrow(0, chunk.begin, chunk.count);
      RunningSums sums(chunk.count, options);
      auto of_labels = at::zeros({chunk.count}, options);
      for_each_range(head.size(0), tile_width(hidden), [&](const Range& tile) {
        auto logits = tile_of_logits(states, head.narrow(0, tile.begin, tile.count), temperature);
        const Labels labels(chunk_ids, tile);
        of_labels = at::where(labels.inside, logits.gather(1, labels.columns).squeeze(1), of_labels);
        sums.add(logits);
      });
      const auto normalizer = sums.normalizer();
      normalizers.narrow(0, chunk.begin, chunk.count).copy_(normalizer);
      log_probs.narrow(0, chunk.begin, chunk.count).copy_(of_labels - normalizer);
      entropies.narrow(0, chunk.begin, chunk.count).copy_(sums.entropy());
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
    const auto &hidden = saved[0], &head = saved[1], &ids = saved[2], &normalizers = saved[3], &entropies = saved[4];
    const double temperature = context->saved_data["temperature"].toDouble();
    const bool entropy_gradient = context->saved_data["entropy_gradient"].toBool(), needs_head = context->needs_input_grad(1);
    const auto of_log_probs = grads[0] / temperature;
    const auto of_entropy = entropy_gradient ? grads[1] / temperature : at::Tensor();
    auto grad_hidden = at::zeros(hidden.sizes(), hidden.options().dtype(wide_type(hidden)));
    auto grad_head = needs_head ? at::zeros(head.sizes(), head.options().dtype(wide_type(head))) : at::Tensor();
    for_each_range(head.size(0), tile_width(hidden), [&](const Range& tile) {
      const auto head_rows = head.narrow(0, tile.begin, tile.count);
      for_each_range(hidden.size(0), context->saved_data["chunk_size"].toInt(), [&](const Range& chunk) {
        const auto of_chunk = [&](const at::Tensor& x) { return x.narrow(0, chunk.begin, chunk.count); };
        const auto g = of_chunk(of_log_probs).unsqueeze(1);
        auto d = tile_of_logits(of_chunk(hidden), head_rows, temperature).sub_(of_chunk(normalizers).unsqueeze(1));
        if (entropy_gradient)  // of -sum p log p by a logit: -p (log p + entropy)
          d = d.exp() * (-g - of_chunk(of_entropy).unsqueeze(1) * (d + of_chunk(entropies).unsqueeze(1)));
        else
          d.exp_().mul_(-g);
        const Labels labels(of_chunk(ids), tile);
        d.scatter_add_(1, labels.columns, g * labels.inside.unsqueeze(1));
        const auto narrow_d = d.to(head.scalar_type());
        of_chunk(grad_hidden).add_(at::matmul(narrow_d, head_rows));
        if (needs_head) grad_head.narrow(0, tile.begin, tile.count).add_(at::matmul(narrow_d.t(), of_chunk(hidden)));
      });
    });
    return {grad_hidden.to(hidden.scalar_type()), needs_head ? grad_head.to(head.scalar_type()) : at::Tensor(), {}, {}, {}, {}};
  }
};

}  // namespace

TokenLogProbs token_log_probs(const at::Tensor& hidden, const at::Tensor& head_weight, const at::Tensor& ids, double temperature, int64_t chunk_size,
                              bool entropy_gradient) {
  VRLT_CHECK(hidden.dim() == 2 && ids.dim() == 1 && hidden.size(0) == ids.size(0), "hidden ", hidden.sizes(), ", ids ", ids.sizes());
  VRLT_CHECK(temperature > 0 && chunk_size > 0, "temperature ", temperature, ", chunk_size ", chunk_size);
  auto outputs = TiledLogProbs::apply(hidden, head_weight, ids, temperature, chunk_size, entropy_gradient);
  return {outputs[0], outputs[1]};
}

}  // namespace vrlt::algorithm
