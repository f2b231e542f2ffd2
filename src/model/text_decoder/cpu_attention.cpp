#include "model/text_decoder/cpu_attention.h"

#include <algorithm>

#include "vrlt/kernels/decoding_step.h"

namespace vrlt::model {
namespace {

/// Prefix tokens that stay in the first cache while all queries of a group meet them.
constexpr int64_t kPrefixBlock = 128;

size_t at(int64_t i) { return static_cast<size_t>(i); }

}  // namespace

CpuAttention::CpuAttention(const TextShape& shape, const KvCache& cache)
    : shape_(shape),
      cache_(cache),
      siblings_(siblings_of(cache)),
      repeats_(shape.num_heads / shape.num_kv_heads) {
  int64_t longest = 0, widest = 0;
  for (const auto& group : siblings_) {
    const auto& place = cache.places[at(group.place)];
    longest = std::max(longest, place.prompt_length + place.suffix_length + 1);
    widest = std::max(widest, group.count);
  }
  scores_.resize(at(longest * widest * repeats_));
}

std::vector<CpuAttention::Siblings> CpuAttention::siblings_of(const KvCache& cache) {
  std::vector<Siblings> all;
  for (int64_t i = 0; i < static_cast<int64_t>(cache.rows().size()); ++i) {
    const int64_t place = cache.rows()[at(i)].place;
    if (all.empty() || all.back().place != place) all.push_back({place, i, 0});
    ++all.back().count;
  }
  return all;
}

void CpuAttention::operator()(KvCache::Layer& layer, const float* queries, const float* keys,
                              const float* values, float* out) {
  std::fill(out, out + cache_.rows().size() * at(shape_.num_heads * shape_.head_dim), 0.0F);
  for (const auto& group : siblings_)
    for (int64_t head = 0; head < shape_.num_kv_heads; ++head) {
      append(layer, group, head, keys, values);
      attend(layer, group, head, queries, out);
    }
}

CpuAttention::Suffix CpuAttention::suffix_of(KvCache::Layer& layer, int64_t row,
                                             int64_t head) const {
  const auto& [place, slot] = cache_.rows()[at(row)];
  const int64_t capacity = layer.suffix_keys.size(4);
  const int64_t begin = ((place * cache_.num_slots() + slot) * shape_.num_kv_heads + head) *
                        shape_.head_dim * capacity;
  return {layer.suffix_keys.data_ptr<float>() + begin,
          layer.suffix_values.data_ptr<float>() + begin, capacity};
}

void CpuAttention::append(KvCache::Layer& layer, const Siblings& group, int64_t head,
                          const float* keys, const float* values) const {
  const int64_t time = cache_.places[at(group.place)].suffix_length, width = shape_.head_dim;
  for (int64_t row = group.first; row < group.first + group.count; ++row) {
    const auto suffix = suffix_of(layer, row, head);
    const int64_t from = (row * shape_.num_kv_heads + head) * width;
    for (int64_t d = 0; d < width; ++d) suffix.keys[d * suffix.capacity + time] = keys[from + d];
    std::copy_n(values + from, width, suffix.values + time * width);
  }
}

/// All queries of the siblings for one key head.
void CpuAttention::attend(KvCache::Layer& layer, const Siblings& group, int64_t head,
                          const float* queries, float* out) {
  const auto& place = cache_.places[at(group.place)];
  const int64_t width = shape_.head_dim, prefix = place.prompt_length,
                suffix = place.suffix_length + 1, length = prefix + suffix;
  const int64_t P = layer.prefix_keys.size(3),
                begin = (group.place * shape_.num_kv_heads + head) * width * P;
  const float* prefix_keys = layer.prefix_keys.const_data_ptr<float>() + begin;
  const float* prefix_values = layer.prefix_values.const_data_ptr<float>() + begin;
  const int64_t num_queries = group.count * repeats_;
  const auto offset = [&](int64_t query) {  // into [B, H, Dh]
    return ((group.first + query / repeats_) * shape_.num_heads + head * repeats_ +
            query % repeats_) *
           width;
  };
  std::fill_n(scores_.begin(), num_queries * length, 0.0F);
  for (int64_t from = 0; from < prefix; from += kPrefixBlock)
    for (int64_t query = 0; query < num_queries; ++query)
      kernels::add_scores(queries + offset(query), width, prefix_keys + from, P,
                          std::min(kPrefixBlock, prefix - from),
                          &scores_[at(query * length + from)]);
  for (int64_t query = 0; query < num_queries; ++query) {
    const auto own = suffix_of(layer, group.first + query / repeats_, head);
    float* scores = &scores_[at(query * length)];
    kernels::add_scores(queries + offset(query), width, own.keys, own.capacity, suffix,
                        scores + prefix);
    const float scale = 1.0F / kernels::exp_minus(scores, length, kernels::largest(scores, length));
    for (int64_t i = 0; i < length; ++i) scores[i] *= scale;
    kernels::add_values(scores + prefix, suffix, own.values, width, out + offset(query));
  }
  for (int64_t from = 0; from < prefix; from += kPrefixBlock)
    for (int64_t query = 0; query < num_queries; ++query)
      kernels::add_values(&scores_[at(query * length + from)],
                          std::min(kPrefixBlock, prefix - from), prefix_values + from * width,
                          width, out + offset(query));
}

}  // namespace vrlt::model
