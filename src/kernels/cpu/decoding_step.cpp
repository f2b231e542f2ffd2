#include "vrlt/kernels/decoding_step.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernels/cpu/exp_of_negative.h"

namespace vrlt::kernels {
namespace {

/// Two outputs of four rows.
VRLT_INLINE void dot_4x2(const float* x, int64_t in, const float* w, float (&sums)[4][2]) {
  const float *x0 = x, *x1 = x + in, *x2 = x + 2 * in, *x3 = x + 3 * in, *w0 = w, *w1 = w + in;
  float a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
#pragma omp simd reduction(+ : a0, a1, a2, a3, b0, b1, b2, b3)
  for (int64_t k = 0; k < in; ++k) {
    a0 += x0[k] * w0[k];
    a1 += x1[k] * w0[k];
    a2 += x2[k] * w0[k];
    a3 += x3[k] * w0[k];
    b0 += x0[k] * w1[k];
    b1 += x1[k] * w1[k];
    b2 += x2[k] * w1[k];
    b3 += x3[k] * w1[k];
  }
  sums[0][0] = a0, sums[1][0] = a1, sums[2][0] = a2, sums[3][0] = a3;
  sums[0][1] = b0, sums[1][1] = b1, sums[2][1] = b2, sums[3][1] = b3;
}

VRLT_INLINE float dot(const float* x, const float* w, int64_t in) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t k = 0; k < in; ++k) sum += x[k] * w[k];
  return sum;
}

VRLT_INLINE void store(float* y, float sum, const float* bias, int64_t column, bool add) {
  if (bias != nullptr) sum += bias[column];
  y[column] = add ? y[column] + sum : sum;
}

}  // namespace

VRLT_SIMD void linear(const float* x, int64_t rows, int64_t in, const float* weight,
                      const float* bias, int64_t out, float* y, bool add) {
  const int64_t even = out / 2 * 2;
  int64_t row = 0;
  for (; row + 4 <= rows; row += 4) {
    for (int64_t column = 0; column < even; column += 2) {
      float sums[4][2];
      dot_4x2(x + row * in, in, weight + column * in, sums);
      for (int64_t i = 0; i < 4; ++i)
        for (int64_t j = 0; j < 2; ++j)
          store(y + (row + i) * out, sums[i][j], bias, column + j, add);
    }
    if (even < out)
      for (int64_t i = 0; i < 4; ++i)
        store(y + (row + i) * out, dot(x + (row + i) * in, weight + even * in, in), bias, even,
              add);
  }
  for (; row < rows; ++row)
    for (int64_t column = 0; column < out; ++column)
      store(y + row * out, dot(x + row * in, weight + column * in, in), bias, column, add);
}

VRLT_SIMD void rms_norm(const float* x, int64_t rows, int64_t size, const float* weight, double eps,
                        float* y) {
  for (int64_t row = 0; row < rows; ++row, x += size, y += size) {
    const float scale =
        1.0F / std::sqrt(dot(x, x, size) / static_cast<float>(size) + static_cast<float>(eps));
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) y[i] = weight[i] * (x[i] * scale);
  }
}

VRLT_SIMD void rotate(float* x, int64_t heads, int64_t size, const float* cos, const float* sin) {
  const int64_t half = size / 2;
  for (int64_t head = 0; head < heads; ++head, x += size) {
#pragma omp simd
    for (int64_t i = 0; i < half; ++i) {
      const float first = x[i], second = x[i + half];
      x[i] = first * cos[i] - second * sin[i];
      x[i + half] = second * cos[i] + first * sin[i];
    }
  }
}

VRLT_SIMD void swiglu(float* gate, const float* up, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) {
    const float x = gate[i], e = exp_of_negative(-std::abs(x));
    gate[i] = x * (x < 0 ? e : 1.0F) / (1.0F + e) * up[i];
  }
}

VRLT_SIMD void add_scores(const float* query, int64_t head_dim, const float* keys, int64_t stride,
                          int64_t count, float* scores) {
  int64_t d = 0;
  for (; d + 4 <= head_dim; d += 4) {
    const float q0 = query[d], q1 = query[d + 1], q2 = query[d + 2], q3 = query[d + 3];
    const float *k0 = keys + d * stride, *k1 = k0 + stride, *k2 = k1 + stride, *k3 = k2 + stride;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i)
      scores[i] += (q0 * k0[i] + q1 * k1[i]) + (q2 * k2[i] + q3 * k3[i]);
  }
  for (; d < head_dim; ++d) {
    const float q = query[d];
    const float* k = keys + d * stride;
#pragma omp simd
    for (int64_t i = 0; i < count; ++i) scores[i] += q * k[i];
  }
}

VRLT_SIMD void add_values(const float* weights, int64_t count, const float* values,
                          int64_t head_dim, float* out) {
  int64_t i = 0;
  for (; i + 4 <= count; i += 4) {
    const float w0 = weights[i], w1 = weights[i + 1], w2 = weights[i + 2], w3 = weights[i + 3];
    const float *v0 = values + i * head_dim, *v1 = v0 + head_dim, *v2 = v1 + head_dim,
                *v3 = v2 + head_dim;
#pragma omp simd
    for (int64_t d = 0; d < head_dim; ++d)
      out[d] += (w0 * v0[d] + w1 * v1[d]) + (w2 * v2[d] + w3 * v3[d]);
  }
  for (; i < count; ++i) {
    const float w = weights[i];
    const float* v = values + i * head_dim;
#pragma omp simd
    for (int64_t d = 0; d < head_dim; ++d) out[d] += w * v[d];
  }
}

VRLT_SIMD bool all_finite(const float* x, int64_t size) {
  float zero = 0;  // or NaN, as the difference of an infinity to itself is
#pragma omp simd reduction(+ : zero)
  for (int64_t i = 0; i < size; ++i) zero += x[i] - x[i];
  return zero == 0.0F;
}

VRLT_SIMD float largest(const float* x, int64_t size) {
  float result = -std::numeric_limits<float>::infinity();
#pragma omp simd reduction(max : result)
  for (int64_t i = 0; i < size; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

VRLT_SIMD float exp_minus(float* x, int64_t size, float shift) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < size; ++i) {
    x[i] = exp_of_negative(x[i] - shift);
    sum += x[i];
  }
  return sum;
}

}  // namespace vrlt::kernels
