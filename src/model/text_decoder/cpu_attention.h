#pragma once

#include <vector>

#include "model/text_decoder/text_shape.h"
#include "vrlt/model/kv_cache.h"

namespace vrlt::model {

/// Attention of one decoding step in float32 on the CPU: writes the new keys and values of a layer
/// into the suffixes of a cache, then lets every row meet its prefix and its suffix.
class CpuAttention {
 public:
  /// Refers to both. The room for one more token is reserved.
  CpuAttention(const TextShape& shape, const KvCache& cache);

  /// @param queries  [B, H, Dh], rotated and scaled; @param keys, values  [B, K, Dh]; @param out
  /// [B, H, Dh].
  void operator()(KvCache::Layer& layer, const float* queries, const float* keys,
                  const float* values, float* out);

 private:
  /// Neighbouring rows of one place.
  struct Siblings {
    int64_t place, first, count;
  };
  struct Suffix {
    float *keys, *values;
    int64_t capacity;
  };

  static std::vector<Siblings> siblings_of(const KvCache& cache);
  Suffix suffix_of(KvCache::Layer& layer, int64_t row, int64_t head) const;
  void append(KvCache::Layer& layer, const Siblings& group, int64_t head, const float* keys,
              const float* values) const;
  void attend(KvCache::Layer& layer, const Siblings& group, int64_t head, const float* queries,
              float* out);

  const TextShape& shape_;
  const KvCache& cache_;
  std::vector<Siblings> siblings_;
  int64_t repeats_;            ///< Queries per key.
  std::vector<float> scores_;  ///< [queries, prefix + suffix] of the siblings at hand.
};

}  // namespace vrlt::model
