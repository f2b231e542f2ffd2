#include "model/qwen2_5_vl/cpu_decoder.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>

#include "model/layers/cpu_kernels.h"
#include "model/layers/few_rows.h"
#include "model/layers/rope.h"

namespace vrlt::model::qwen2_5_vl {
namespace {

/// Prefix tokens that stay in the first cache while all queries of a group meet them.
constexpr int64_t kPrefixBlock = 128;

const float* data(const at::Tensor& x) { return x.const_data_ptr<float>(); }
float* data(at::Tensor& x) { return x.data_ptr<float>(); }

/// Neighbouring rows of one place.
struct Siblings {
  int64_t place, first, count;
};

std::vector<Siblings> siblings_of(const KvCache& cache) {
  std::vector<Siblings> all;
  for (int64_t i = 0; i < static_cast<int64_t>(cache.rows().size()); ++i) {
    const int64_t place = cache.rows()[static_cast<size_t>(i)].place;
    if (all.empty() || all.back().place != place) all.push_back({place, i, 0});
    ++all.back().count;
  }
  return all;
}

/// Attention of one layer: writes the new keys and values into the suffixes, then lets every row meet its prefix and its suffix.
class Attention {
 public:
  Attention(const TextConfig& config, const KvCache& cache)
      : config_(config), cache_(cache), siblings_(siblings_of(cache)), repeats_(config.num_heads / config.num_kv_heads) {
    int64_t longest = 0, widest = 0;
    for (const auto& group : siblings_) {
      const auto& place = cache.places[static_cast<size_t>(group.place)];
      longest = std::max(longest, place.prompt_length + place.suffix_length + 1);
      widest = std::max(widest, group.count);
    }
    scores_.resize(static_cast<size_t>(longest * widest * repeats_));
  }

  /// @param queries  [B, H, Dh], rotated; @param keys, values  [B, K, Dh]; @param out  [B, H, Dh].
  void operator()(KvCache::Layer& layer, const float* queries, const float* keys, const float* values, float* out) {
    std::fill(out, out + cache_.rows().size() * static_cast<size_t>(config_.num_heads * config_.head_dim), 0.0F);
    for (const auto& group : siblings_)
      for (int64_t head = 0; head < config_.num_kv_heads; ++head) {
        append(layer, group, head, keys, values);
        attend(layer, group, head, queries, out);
      }
  }

 private:
  struct Suffix {
    float *keys, *values;
    int64_t capacity;
  };

  Suffix suffix_of(KvCache::Layer& layer, int64_t row, int64_t head) const {
    const auto& [place, slot] = cache_.rows()[static_cast<size_t>(row)];
    const int64_t capacity = layer.suffix_keys.size(4);
    const int64_t begin = ((place * cache_.num_slots() + slot) * config_.num_kv_heads + head) * config_.head_dim * capacity;
    return {data(layer.suffix_keys) + begin, data(layer.suffix_values) + begin, capacity};
  }

  void append(KvCache::Layer& layer, const Siblings& group, int64_t head, const float* keys, const float* values) const {
    const int64_t time = cache_.places[static_cast<size_t>(group.place)].suffix_length, width = config_.head_dim;
    for (int64_t row = group.first; row < group.first + group.count; ++row) {
      const auto suffix = suffix_of(layer, row, head);
      const int64_t from = (row * config_.num_kv_heads + head) * width;
      for (int64_t d = 0; d < width; ++d) suffix.keys[d * suffix.capacity + time] = keys[from + d];
      std::copy_n(values + from, width, suffix.values + time * width);
    }
  }

  /// All queries of the siblings for one key head.
  void attend(KvCache::Layer& layer, const Siblings& group, int64_t head, const float* queries, float* out) {
    const auto& place = cache_.places[static_cast<size_t>(group.place)];
    const int64_t width = config_.head_dim, prefix = place.prompt_length, suffix = place.suffix_length + 1, length = prefix + suffix;
    const int64_t P = layer.prefix_keys.size(3), begin = (group.place * config_.num_kv_heads + head) * width * P;
    const float *prefix_keys = data(layer.prefix_keys) + begin, *prefix_values = data(layer.prefix_values) + begin;
    const int64_t num_queries = group.count * repeats_;
    const auto offset = [&](int64_t query) {  // into [B, H, Dh]
      return ((group.first + query / repeats_) * config_.num_heads + head * repeats_ + query % repeats_) * width;
    };
    std::fill_n(scores_.begin(), num_queries * length, 0.0F);
    for (int64_t from = 0; from < prefix; from += kPrefixBlock)
      for (int64_t query = 0; query < num_queries; ++query)
        cpu::add_scores(queries + offset(query), width, prefix_keys + from, P, std::min(kPrefixBlock, prefix - from),
                        &scores_[at(query * length + from)]);
    for (int64_t query = 0; query < num_queries; ++query) {
      const auto own = suffix_of(layer, group.first + query / repeats_, head);
      float* scores = &scores_[at(query * length)];
      cpu::add_scores(queries + offset(query), width, own.keys, own.capacity, suffix, scores + prefix);
      const float scale = 1.0F / cpu::exp_minus(scores, length, cpu::largest(scores, length));
      for (int64_t i = 0; i < length; ++i) scores[i] *= scale;
      cpu::add_values(scores + prefix, suffix, own.values, width, out + offset(query));
    }
    for (int64_t from = 0; from < prefix; from += kPrefixBlock)
      for (int64_t query = 0; query < num_queries; ++query)
        cpu::add_values(&scores_[at(query * length + from)], std::min(kPrefixBlock, prefix - from), prefix_values + from * width, width,
                        out + offset(query));
  }

  static size_t at(int64_t i) { return static_cast<size_t>(i); }

  const TextConfig& config_;
  const KvCache& cache_;
  std::vector<Siblings> siblings_;
  int64_t repeats_;
  std::vector<float> scores_;  ///< [queries, prefix + suffix] of the siblings at hand.
};

/// Rotation of every row, [B, Dh / 2] each.
RotaryTable rotary_table(const TextConfig& config, const KvCache& cache) {
  auto positions = at::empty({static_cast<int64_t>(cache.rows().size())}, at::kLong);
  auto* out = positions.data_ptr<int64_t>();
  for (const auto& row : cache.rows()) *out++ = cache.places[static_cast<size_t>(row.place)].position();
  return text_rope_table(positions, config.head_dim, config.rope_theta);
}

}  // namespace

at::Tensor decode_on_cpu(const TextConfig& config, const std::vector<LayerWeights>& layers, const at::Tensor& final_norm,
                         const at::Tensor& embeddings, KvCache& cache) {
  const int64_t B = embeddings.size(0), D = config.hidden_size, Dh = config.head_dim, H = config.num_heads, K = config.num_kv_heads;
  const auto table = rotary_table(config, cache);
  const auto buffer = [&](int64_t width) { return at::empty({B, width}, embeddings.options()); };
  auto x = embeddings.clone(), normed = buffer(D), queries = buffer(H * Dh), keys = buffer(K * Dh), values = buffer(K * Dh), mixed = buffer(H * Dh);
  auto gate = buffer(config.intermediate_size), up = buffer(config.intermediate_size);
  const auto normalize = [&](const at::Tensor& weight) { cpu::rms_norm(data(x), B, D, data(weight), config.rms_norm_eps, data(normed)); };
  const auto rotate = [&](at::Tensor& heads, int64_t count) {
    for (int64_t row = 0; row < B; ++row)
      cpu::rotate(data(heads) + row * count * Dh, count, Dh, data(table.cos) + row * Dh / 2, data(table.sin) + row * Dh / 2);
  };
  Attention attention(config, cache);
  const auto scale = static_cast<float>(1.0 / std::sqrt(static_cast<double>(Dh)));
  for (size_t i = 0; i < layers.size(); ++i) {
    const auto& layer = layers[i];
    normalize(layer.input_norm);
    linear_into(normed, layer.q_weight, layer.q_bias, queries);
    linear_into(normed, layer.k_weight, layer.k_bias, keys);
    linear_into(normed, layer.v_weight, layer.v_bias, values);
    rotate(queries, H);
    rotate(keys, K);
    for (float *q = data(queries), *end = q + B * H * Dh; q != end; ++q) *q *= scale;
    attention(cache.layers[i], data(queries), data(keys), data(values), data(mixed));
    add_linear(mixed, layer.o_weight, x);
    normalize(layer.post_norm);
    linear_into(normed, layer.gate_weight, {}, gate);
    linear_into(normed, layer.up_weight, {}, up);
    cpu::swiglu(data(gate), data(up), gate.numel());
    add_linear(gate, layer.down_weight, x);
  }
  normalize(final_norm);
  return normed;
}

}  // namespace vrlt::model::qwen2_5_vl
