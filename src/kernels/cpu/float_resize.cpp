#include "vrlt/kernels/float_resize.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels/cpu/simd.h"

namespace vrlt::kernels {
namespace {

constexpr int64_t kChannels = 3;
constexpr int64_t kRows = 4;  ///< Made narrower at a time: they share the weights.
/// Rows of the frame asked for before they are used: they are read once, often from memory.
constexpr int64_t kAhead = 8;
constexpr int64_t kCacheLine = 64;

/// Three channels and one value of the next pixel, which is ignored; anywhere among floats. Write
/// the name out: `auto` would forget the alignment.
typedef float Pixel __attribute__((vector_size(16), aligned(4), may_alias));

/// What each output value is made of.
struct Taps {
  std::vector<int64_t> first, count;
  std::vector<float> weights;  ///< [out, most]
  int64_t most = 0;
};

VRLT_INLINE float keys_cubic(float x) {
  constexpr float a = -0.5F;
  x = std::abs(x);
  if (x < 1.0F) return ((a + 2.0F) * x - (a + 3.0F)) * x * x + 1.0F;
  if (x < 2.0F) return ((a * x - 5.0F * a) * x + 8.0F * a) * x - 4.0F * a;
  return 0.0F;
}

/// The weights of inputs `first` to `first + count` for one output value: as LibTorch computes
/// them, in float32.
VRLT_SIMD_AVX2 void fill_weights(float center, float inverse_scale, int64_t first, int64_t count,
                                 float* weights) {
  float sum = 0.0F;
  for (int64_t k = 0; k < count; ++k) {
    const double distance = static_cast<double>(static_cast<float>(k + first) - center) + 0.5;
    weights[k] = keys_cubic(static_cast<float>(distance * inverse_scale));
    sum += weights[k];
  }
  if (sum == 0.0F) return;
  for (int64_t k = 0; k < count; ++k) weights[k] /= sum;
}

Taps make_taps(int64_t in, int64_t out) {
  const float scale = static_cast<float>(in) / static_cast<float>(out),
              support = scale >= 1.0F ? 2.0F * scale : 2.0F;
  const float inverse_scale = scale >= 1.0F ? 1.0F / scale : 1.0F;
  Taps taps{.most = static_cast<int64_t>(std::ceil(support)) * 2 + 1};
  taps.weights.resize(static_cast<size_t>(out * taps.most));
  for (int64_t i = 0; i < out; ++i) {
    const auto center = static_cast<float>(scale * (static_cast<double>(i) + 0.5));
    const auto first = std::max(static_cast<int64_t>(center - support + 0.5), int64_t{0});
    const auto count = std::clamp(
        std::min(static_cast<int64_t>(center + support + 0.5), in) - first, int64_t{1}, taps.most);
    fill_weights(center, inverse_scale, first, count, taps.weights.data() + i * taps.most);
    taps.first.push_back(first);
    taps.count.push_back(count);
  }
  return taps;
}

/// Four rows of pixels to four narrower ones. A row has room for one value more than its pixels
/// take.
VRLT_SIMD_AVX2 void narrow_rows(const float* rows, int64_t stride, const int64_t* first,
                                const int64_t* count, const float* weights, int64_t most,
                                int64_t width, float* const* results) {
  float *out0 = results[0], *out1 = results[1], *out2 = results[2], *out3 = results[3];
  for (int64_t x = 0; x < width; ++x, weights += most) {
    const float* at = rows + kChannels * first[x];
    Pixel sum0 = {}, sum1 = {}, sum2 = {}, sum3 = {};
    for (int64_t k = 0; k < count[x]; ++k, at += kChannels) {
      const float weight = weights[k];
      sum0 += *reinterpret_cast<const Pixel*>(at) * weight;
      sum1 += *reinterpret_cast<const Pixel*>(at + stride) * weight;
      sum2 += *reinterpret_cast<const Pixel*>(at + 2 * stride) * weight;
      sum3 += *reinterpret_cast<const Pixel*>(at + 3 * stride) * weight;
    }
    *reinterpret_cast<Pixel*>(out0 + kChannels * x) = sum0;
    *reinterpret_cast<Pixel*>(out1 + kChannels * x) = sum1;
    *reinterpret_cast<Pixel*>(out2 + kChannels * x) = sum2;
    *reinterpret_cast<Pixel*>(out3 + kChannels * x) = sum3;
  }
}

/// sums (+)= the weighted sum of N rows.
template <int N, bool kFirst>
VRLT_INLINE void add_some_rows(const uint8_t* const* rows, const float* weights, int64_t count,
                               float* __restrict sums) {
  const uint8_t* row[N];
  float weight[N];
  for (int k = 0; k < N; ++k) row[k] = rows[k], weight[k] = weights[k];
  for (int64_t x = 0; x < count; ++x) {
    float sum = kFirst ? 0.0F : sums[x];
    for (int k = 0; k < N; ++k) sum += static_cast<float>(row[k][x]) * weight[k];
    sums[x] = sum;
  }
}

/// The weighted sum of rows of bytes.
VRLT_SIMD void add_rows(const uint8_t* const* rows, const float* weights, int64_t num_rows,
                        int64_t count, float* sums) {
  constexpr int64_t kTogether = 4;
  int64_t k = num_rows >= kTogether ? kTogether : 1;
  if (k == kTogether)
    add_some_rows<kTogether, true>(rows, weights, count, sums);
  else
    add_some_rows<1, true>(rows, weights, count, sums);
  for (; k + kTogether <= num_rows; k += kTogether)
    add_some_rows<kTogether, false>(rows + k, weights + k, count, sums);
  for (; k < num_rows; ++k) add_some_rows<1, false>(rows + k, weights + k, count, sums);
}

/// Clamped and rounded, ties to even.
VRLT_SIMD void to_levels(const float* __restrict values, int64_t count,
                         uint8_t* __restrict levels) {
  // 1.5 * 2^23: adding it leaves the nearest integer in the last bits
  constexpr float kRound = 12582912.0F;
  for (int64_t i = 0; i < count; ++i) {
    const float low = values[i] > 0.0F ? values[i] : 0.0F, clamped = low < 255.0F ? low : 255.0F;
    levels[i] = static_cast<uint8_t>(static_cast<int32_t>((clamped + kRound) - kRound));
  }
}

VRLT_SIMD_AVX2 void split_channels(const uint8_t* __restrict packed, int64_t width,
                                   uint8_t* __restrict red, uint8_t* __restrict green,
                                   uint8_t* __restrict blue) {
  for (int64_t x = 0; x < width; ++x) {
    red[x] = packed[kChannels * x];
    green[x] = packed[kChannels * x + 1];
    blue[x] = packed[kChannels * x + 2];
  }
}

/// Of rows as whole cache lines, with room for the value after the last pixel.
int64_t stride_of(int64_t values) {
  constexpr auto kFloats = kCacheLine / static_cast<int64_t>(sizeof(float));
  return (values + kFloats) / kFloats * kFloats;
}

}  // namespace

void float_resize(const uint8_t* pixels, PictureSize from, PictureSize to, uint8_t* planes) {
  const auto across = make_taps(from.width, to.width), down = make_taps(from.height, to.height);
  const int64_t in_values = from.width * kChannels, out_values = to.width * kChannels;
  const int64_t low_stride = stride_of(in_values), narrow_stride = stride_of(out_values);
  // Down first, where bytes are read and whole rows added up: the pass across, which works on
  // single pixels, then has fewer rows.
  std::vector<float> low(static_cast<size_t>(kRows * low_stride)),
      narrow(static_cast<size_t>(kRows * narrow_stride));
  std::vector<uint8_t> levels(static_cast<size_t>(out_values));
  std::vector<const uint8_t*> rows(static_cast<size_t>(down.most));
  float* results[kRows];
  for (int64_t i = 0; i < kRows; ++i) results[i] = narrow.data() + i * narrow_stride;
  int64_t asked_for = 0;
  for (int64_t begin = 0; begin < to.height; begin += kRows) {
    const int64_t end = std::min(begin + kRows, to.height);
    for (int64_t y = begin; y < end; ++y) {
      const int64_t first = down.first[static_cast<size_t>(y)],
                    count = down.count[static_cast<size_t>(y)];
      for (; asked_for < std::min(first + count + kAhead, from.height); ++asked_for)
        for (int64_t x = 0; x < in_values; x += kCacheLine)
          __builtin_prefetch(pixels + asked_for * in_values + x);
      for (int64_t k = 0; k < count; ++k)
        rows[static_cast<size_t>(k)] = pixels + (first + k) * in_values;
      add_rows(rows.data(), down.weights.data() + y * down.most, count, in_values,
               low.data() + (y - begin) * low_stride);
    }
    narrow_rows(low.data(), low_stride, across.first.data(), across.count.data(),
                across.weights.data(), across.most, to.width, results);
    for (int64_t y = begin; y < end; ++y) {
      to_levels(results[y - begin], out_values, levels.data());
      uint8_t* row = planes + y * to.width;
      split_channels(levels.data(), to.width, row, row + to.height * to.width,
                     row + 2 * to.height * to.width);
    }
  }
}

}  // namespace vrlt::kernels
