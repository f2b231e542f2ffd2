#include "algorithm/vocabulary_tile.h"

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <vector>

#include "vrlt/kernels/vocabulary.h"

namespace vrlt::algorithm {
namespace {

/// Rows that are worth a thread.
constexpr int64_t kRowsPerThread = 32;

bool is_fused(const at::TensorOptions& options) {
  return options.device().is_cpu() && options.dtype() == at::kFloat;
}

/// Which tokens have their label in a tile, and at which column.
struct LabelsInTile {
  at::Tensor inside, columns;  ///< [n] bool, [n, 1] int64 (0 where outside).
  LabelsInTile(const at::Tensor& labels, int64_t first_id, int64_t width) {
    const auto local = labels - first_id;
    inside = (local >= 0).logical_and_(local < width);
    columns = local.clamp(0, width - 1).unsqueeze(1);
  }
};

/// With LibTorch's operators.
class PlainSums final : public RunningSums {
 public:
  PlainSums(const at::Tensor& labels, double temperature, const at::TensorOptions& options)
      : labels_(labels),
        temperature_(temperature),
        largest_(at::full({labels.size(0)}, -std::numeric_limits<double>::infinity(), options)),
        total_(at::zeros({labels.size(0)}, options)),
        moment_(at::zeros({labels.size(0)}, options)),
        of_labels_(at::zeros({labels.size(0)}, options)) {}

  void add(at::Tensor& logits, int64_t first_id) override {
    if (temperature_ != 1.0) logits.div_(temperature_);
    const LabelsInTile labels(labels_, first_id, logits.size(1));
    of_labels_ = at::where(labels.inside, logits.gather(1, labels.columns).squeeze(1), of_labels_);
    const auto largest = at::maximum(largest_, logits.amax(1));
    const auto shift = largest_ - largest, scale = shift.exp();
    // 0 * -inf before the first tile
    moment_ = at::where(total_ > 0, (moment_ + total_ * shift) * scale, moment_);
    total_ = total_ * scale;
    largest_ = largest;
    const auto weights = logits.sub_(largest.unsqueeze(1)).exp();
    total_ += weights.sum(1);
    moment_ += weights.mul(logits).sum(1);
  }

  VocabularySums result() const override {
    const auto normalizers = largest_ + total_.log();
    return {of_labels_ - normalizers, normalizers, total_.log() - moment_ / total_};
  }

 private:
  at::Tensor labels_;
  double temperature_;
  // sums of e^(l - m) and of e^(l - m) (l - m), m the largest logit l so far
  at::Tensor largest_, total_, moment_, of_labels_;
};

/// Row by row in float32 on the CPU; the sums over tiles are in float64.
class FusedSums final : public RunningSums {
 public:
  FusedSums(const at::Tensor& labels, double temperature)
      : labels_(labels.contiguous()),
        scale_(static_cast<float>(1.0 / temperature)),
        sums_(static_cast<size_t>(labels.size(0)),
              {.largest = -std::numeric_limits<float>::infinity()}),
        of_labels_(sums_.size(), 0.0F) {}

  void add(at::Tensor& logits, int64_t first_id) override {
    const auto* labels = labels_.const_data_ptr<int64_t>();
    const auto* tile = logits.const_data_ptr<float>();
    const int64_t width = logits.size(1);
    at::parallel_for(0, logits.size(0), kRowsPerThread, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row) {
        const float* of_row = tile + row * width;
        const auto place = static_cast<size_t>(row);
        if (const int64_t column = labels[row] - first_id; column >= 0 && column < width)
          of_labels_[place] = of_row[column] * scale_;
        kernels::add_logits(of_row, width, scale_, sums_[place]);
      }
    });
  }

  VocabularySums result() const override {
    const auto empty = [&] { return at::empty({labels_.size(0)}, at::kFloat); };
    VocabularySums result{empty(), empty(), empty()};
    auto *log_probs = result.log_probs.data_ptr<float>(),
         *normalizers = result.normalizers.data_ptr<float>(),
         *entropies = result.entropies.data_ptr<float>();
    for (size_t row = 0; row < sums_.size(); ++row) {
      const double of_total = std::log(sums_[row].total),
                   normalizer = static_cast<double>(sums_[row].largest) + of_total;
      log_probs[row] = static_cast<float>(static_cast<double>(of_labels_[row]) - normalizer);
      normalizers[row] = static_cast<float>(normalizer);
      entropies[row] = static_cast<float>(of_total - sums_[row].moment / sums_[row].total);
    }
    return result;
  }

 private:
  at::Tensor labels_;
  float scale_;
  std::vector<kernels::RowSums> sums_;
  std::vector<float> of_labels_;
};

void apply_plain_(const LogitGradient& gradient, at::Tensor& logits, int64_t first_id) {
  if (gradient.temperature != 1.0) logits.div_(gradient.temperature);
  const auto g = gradient.of_log_probs.unsqueeze(1);
  logits.sub_(gradient.normalizers.unsqueeze(1));
  if (gradient.of_entropy.defined())  // of -sum p log p by a logit: -p (log p + entropy)
    logits.copy_(logits.exp() * (-g - gradient.of_entropy.unsqueeze(1) *
                                          (logits + gradient.entropies.unsqueeze(1))));
  else
    logits.exp_().mul_(-g);
  const LabelsInTile labels(gradient.labels, first_id, logits.size(1));
  logits.scatter_add_(1, labels.columns, g * labels.inside.unsqueeze(1));
}

void apply_fused_(const LogitGradient& gradient, at::Tensor& logits, int64_t first_id) {
  const bool with_entropy = gradient.of_entropy.defined();
  const auto labels = gradient.labels.contiguous(), g = gradient.of_log_probs.contiguous(),
             normalizers = gradient.normalizers.contiguous();
  const auto entropies = gradient.entropies.contiguous(),
             of_entropy = with_entropy ? gradient.of_entropy.contiguous() : g;
  const auto scale = static_cast<float>(1.0 / gradient.temperature);
  const int64_t width = logits.size(1);
  const auto* label = labels.const_data_ptr<int64_t>();
  const auto *of_log_prob = g.const_data_ptr<float>(),
             *normalizer = normalizers.const_data_ptr<float>();
  const auto *entropy = entropies.const_data_ptr<float>(),
             *slope = of_entropy.const_data_ptr<float>();
  auto* tile = logits.data_ptr<float>();
  at::parallel_for(0, logits.size(0), kRowsPerThread, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      float* of_row = tile + row * width;
      if (with_entropy)  // of -sum p log p by a logit: -p (log p + entropy)
        kernels::weigh_linearly(of_row, width, scale, normalizer[row],
                                -of_log_prob[row] - slope[row] * entropy[row], -slope[row]);
      else
        kernels::weigh(of_row, width, scale, normalizer[row], -of_log_prob[row]);
      if (const int64_t column = label[row] - first_id; column >= 0 && column < width)
        of_row[column] += of_log_prob[row];
    }
  });
}

}  // namespace

std::unique_ptr<RunningSums> running_sums(const at::Tensor& labels, double temperature,
                                          const at::TensorOptions& options) {
  if (is_fused(options)) return std::make_unique<FusedSums>(labels, temperature);
  return std::make_unique<PlainSums>(labels, temperature, options);
}

void LogitGradient::apply_(at::Tensor& logits, int64_t first_id) const {
  if (is_fused(logits.options()))
    apply_fused_(*this, logits, first_id);
  else
    apply_plain_(*this, logits, first_id);
}

}  // namespace vrlt::algorithm
