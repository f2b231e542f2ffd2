#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

namespace vrlt::model {

/// cos and sin of the rotation angles, [T, Dh/2] each, float32.
struct RotaryTable {
  at::Tensor cos, sin;
  /// [T, 1, Dh] both, what the two halves of a head are multiplied with: (cos, cos) and, exchanged,
  /// (-sin, sin). Undefined on the CPU.
  at::Tensor straight = {}, crosswise = {};
};

/// The table for states of this type; on devices that pay for each kernel with what spares some.
RotaryTable table_for(const RotaryTable& table, at::ScalarType dtype);

/// Multimodal RoPE of the text model: frequency j takes the position of the axis axes[j].
/// @param position_ids  [3, T] int64; @param axes  head_dim / 2 of them, from 0 to 2.
RotaryTable mrope_table(const at::Tensor& position_ids, const std::vector<int64_t>& axes,
                        int64_t head_dim, double theta);

/// The same for text, which is at the same position on all three axes: a table made on the device
/// alone. @param positions  [T] int64.
RotaryTable text_rope_table(const at::Tensor& positions, int64_t head_dim, double theta);

/// Rotates pairs (i, i + Dh/2). @param x  [T, H, Dh]; cos and sin are used in the dtype of `table`.
at::Tensor apply_rope(const at::Tensor& x, const RotaryTable& table);

}  // namespace vrlt::model
