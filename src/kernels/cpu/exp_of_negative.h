#pragma once

#include <bit>
#include <cstdint>

#include "kernels/cpu/simd.h"

// For loops that the compiler turns into vector instructions: the options are those of the folder.

namespace vrlt::kernels {

/// e^x for x <= 0 (and a little above), to two units in the last place; below -87 it stays at the
/// smallest normal number. Polynomial of Cephes' expf.
VRLT_INLINE float exp_of_negative(float x) {
  x = x < -87.0F ? -87.0F : x;
  // 1.5 * 2^23: adding it leaves the nearest integer in the last bits
  constexpr float kRound = 12582912.0F;
  const float shifted = x * 1.44269504088896341F + kRound;
  const float n = shifted - kRound;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const int32_t exponent = (static_cast<int32_t>(n) + 127) << 23;
  return p * std::bit_cast<float>(exponent);
}

}  // namespace vrlt::kernels
