#pragma once

#include <cstdint>

namespace vrlt::kernels {

// Arithmetic of one decoding step in float32, on rows that are few: there LibTorch's operators cost
// more than what they compute. Contiguous arrays. A row's result does not depend on the other rows.

/// y = x W^T + bias, or y += x W^T + bias. @param x  [rows, in]; @param weight  [out, in]; @param
/// bias  [out] or null; @param y  [rows, out].
void linear(const float* x, int64_t rows, int64_t in, const float* weight, const float* bias,
            int64_t out, float* y, bool add);

/// As rms_norm(). @param x, y  [rows, size].
void rms_norm(const float* x, int64_t rows, int64_t size, const float* weight, double eps,
              float* y);

/// Rotates pairs (i, i + size / 2) of each head in place. @param x  [heads, size]; @param cos, sin
/// [size / 2].
void rotate(float* x, int64_t heads, int64_t size, const float* cos, const float* sin);

/// gate = silu(gate) * up. @param gate, up  [size].
void swiglu(float* gate, const float* up, int64_t size);

/// scores[i] += sum over d of query[d] keys[d * stride + i], i < count.
void add_scores(const float* query, int64_t head_dim, const float* keys, int64_t stride,
                int64_t count, float* scores);

/// out[d] += sum over i of weights[i] values[i * head_dim + d], i < count.
void add_values(const float* weights, int64_t count, const float* values, int64_t head_dim,
                float* out);

/// Whether none of x[0..size) is a NaN or an infinity.
bool all_finite(const float* x, int64_t size);

/// The largest of x[0..size), at least 1.
float largest(const float* x, int64_t size);

/// x = exp(x - shift), shift at least the largest. @return the sum.
float exp_minus(float* x, int64_t size, float shift);

}  // namespace vrlt::kernels
