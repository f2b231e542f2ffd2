#include "rollout/token_draw.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/nonzero.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "rollout/processed_logits.h"
#include "vrlt/core/error.h"
#include "vrlt/kernels/decoding_step.h"
#include "vrlt/model/upload.h"

namespace vrlt::rollout {
namespace {

constexpr int64_t kBlock = 256;
constexpr float kNever = -std::numeric_limits<float>::infinity();

double log_prob_temperature(const SamplingConfig& config) {
  return config.temperature > 0 ? config.temperature : 1.0;
}

double log_add_exp(double a, double b) {
  const double larger = std::max(a, b);
  return larger == -std::numeric_limits<double>::infinity()
             ? larger
             : larger + std::log1p(std::exp(-std::abs(a - b)));
}

/// One row of logits of the whole vocabulary, overwritten: one pass for the largest, one for the
/// exponentials, and sums of blocks of them in float64 to find the token without a pass over all.
class Row {
 public:
  Row(float* logits, int64_t size, const std::vector<int64_t>& forbidden, float temperature)
      : weights_(logits), size_(size) {
    if (temperature != 1.0F)
      for (int64_t i = 0; i < size; ++i) logits[i] /= temperature;
    for (const int64_t id : forbidden) {
      of_forbidden_.push_back(logits[id]);
      logits[id] = kNever;
    }
    largest_ = kernels::largest(logits, size);
    likeliest_ = std::find(logits, logits + size, largest_) - logits;
    for (int64_t begin = 0; begin < size; begin += kBlock) {
      blocks_.push_back(
          kernels::exp_minus(logits + begin, std::min(kBlock, size - begin), largest_));
      total_ += blocks_.back();
    }
    // exp_minus() has a floor; it is far below what the sums resolve
    for (const int64_t id : forbidden) weights_[id] = 0.0F;
  }

  int64_t likeliest() const { return likeliest_; }

  /// The first token whose cumulative weight exceeds uniform * total.
  int64_t at(double uniform) const {
    const double target = uniform * total_;
    double below = 0;
    size_t block = 0;
    while (block + 1 < blocks_.size() && below + blocks_[block] <= target)
      below += blocks_[block++];
    int64_t last = likeliest_;
    for (auto i = static_cast<int64_t>(block) * kBlock, end = std::min(i + kBlock, size_); i < end;
         ++i) {
      if (weights_[i] == 0.0F) continue;
      last = i;
      if ((below += weights_[i]) > target) break;
    }
    return last;
  }

  /// Of an allowed id with the logit it had, over all ids, the forbidden ones too.
  double log_prob(float logit) const {
    double normalizer = largest_ + std::log(total_);
    for (const float of_other : of_forbidden_) normalizer = log_add_exp(normalizer, of_other);
    return logit - normalizer;
  }

 private:
  float* weights_;  ///< exp(logit / temperature - largest); 0 where forbidden.
  int64_t size_, likeliest_ = 0;
  float largest_ = kNever;
  double total_ = 0;
  std::vector<float> of_forbidden_;
  std::vector<double> blocks_;
};

}  // namespace

DrawnTokens on_cpu(const DrawnTokens& drawn) {
  if (drawn.ids.is_cpu()) return drawn;
  // In one copy, as float64, which holds every id and every log-prob.
  const auto both =
      at::stack({drawn.ids.to(at::kDouble), drawn.log_probs.to(at::kDouble)}).to(at::kCPU);
  return {both[0].to(at::kLong), both[1].to(at::kFloat)};
}

TokenDraw::TokenDraw(const at::Tensor& forbidden) : forbidden_(forbidden) {
  const auto ids = at::nonzero(forbidden).squeeze(1).to(at::kCPU);
  forbidden_ids_.assign(ids.const_data_ptr<int64_t>(), ids.const_data_ptr<int64_t>() + ids.numel());
}

DrawnTokens TokenDraw::operator()(const at::Tensor& logits, const std::vector<double>& uniforms,
                                  const SamplingConfig& config) const {
  if (!logits.is_cpu() || narrows(config)) {
    const auto drawn = on_device(
        logits, model::upload(at::tensor(uniforms, at::kDouble), logits.device()), config);
    return on_cpu(drawn);
  }
  const int64_t B = logits.size(0), V = logits.size(1);
  VRLT_CHECK(static_cast<int64_t>(uniforms.size()) == B, uniforms.size(), " uniforms for ", B,
             " rows");
  const auto temperature = static_cast<float>(log_prob_temperature(config));
  DrawnTokens drawn{at::empty({B}, at::kLong), at::empty({B}, at::kFloat)};
  std::vector<float> weights(static_cast<size_t>(V));
  for (int64_t i = 0; i < B; ++i) {
    const float* row_logits = logits.const_data_ptr<float>() + i * V;
    if (!kernels::all_finite(row_logits, V)) {
      drawn.ids.data_ptr<int64_t>()[i] = 0;
      drawn.log_probs.data_ptr<float>()[i] = std::numeric_limits<float>::quiet_NaN();
      continue;
    }
    std::copy_n(row_logits, V, weights.data());
    const Row row(weights.data(), V, forbidden_ids_, temperature);
    const int64_t id =
        config.temperature > 0 ? row.at(uniforms[static_cast<size_t>(i)]) : row.likeliest();
    drawn.ids.data_ptr<int64_t>()[i] = id;
    drawn.log_probs.data_ptr<float>()[i] =
        static_cast<float>(row.log_prob(row_logits[id] / temperature));
  }
  return drawn;
}

DrawnTokens TokenDraw::on_device(const at::Tensor& logits, const at::Tensor& uniforms,
                                 const SamplingConfig& config) const {
  const auto allowed = logits.masked_fill(forbidden_, kNever);
  const auto of_ids = [](const at::Tensor& scaled, const at::Tensor& ids) {
    return scaled.log_softmax(1).gather(1, ids.unsqueeze(1)).squeeze(1);
  };
  if (narrows(config)) {
    const auto processed = processed_logits(allowed, config);
    const auto ids = draw_tokens(processed, uniforms);
    return {ids, of_ids(processed, ids)};
  }
  const auto ids = sample_tokens(allowed, uniforms, config);
  return {ids, of_ids(logits / log_prob_temperature(config), ids)};
}

}  // namespace vrlt::rollout
