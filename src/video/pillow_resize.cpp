#include "video/pillow_resize.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "vrlt/core/error.h"

namespace vrlt::video {
namespace {

constexpr int kFractionBits = 22;

/// What one output value is made of: `weights` times the inputs from `first` on.
struct Taps {
  int64_t first = 0;
  std::vector<int32_t> weights;
};

double keys_cubic(double x) {
  constexpr double a = -0.5;
  x = std::abs(x);
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

std::vector<Taps> make_taps(int64_t in, int64_t out) {
  const double scale = static_cast<double>(in) / static_cast<double>(out),
               filter_scale = std::max(scale, 1.0), support = 2.0 * filter_scale;
  std::vector<Taps> all;
  for (int64_t i = 0; i < out; ++i) {
    const double center = (static_cast<double>(i) + 0.5) * scale;
    const auto begin = std::max<int64_t>(0, static_cast<int64_t>(center - support + 0.5));
    const auto end = std::min(in, static_cast<int64_t>(center + support + 0.5));
    std::vector<double> exact;
    double sum = 0.0;
    for (int64_t x = begin; x < end; ++x) {
      exact.push_back(keys_cubic((static_cast<double>(x) - center + 0.5) * (1.0 / filter_scale)));
      sum += exact.back();
    }
    Taps taps{.first = begin};
    for (const double weight : exact) {
      const double scaled = (sum != 0.0 ? weight / sum : weight) * (1 << kFractionBits);
      taps.weights.push_back(static_cast<int32_t>(scaled + (scaled < 0 ? -0.5 : 0.5)));
    }
    all.push_back(std::move(taps));
  }
  return all;
}

uint8_t to_level(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kFractionBits, 0, 255));
}

constexpr int32_t kHalf = 1 << (kFractionBits - 1);

at::Tensor resize_width(const at::Tensor& picture, int64_t width) {
  const int64_t rows = picture.size(0) * picture.size(1), in = picture.size(2);
  const auto taps = make_taps(in, width);
  auto result = at::empty({picture.size(0), picture.size(1), width}, at::kByte);
  const auto* from = picture.const_data_ptr<uint8_t>();
  auto* to = result.mutable_data_ptr<uint8_t>();
  for (int64_t y = 0; y < rows; ++y, from += in)
    for (const auto& tap : taps) {
      int32_t sum = kHalf;
      for (size_t k = 0; k < tap.weights.size(); ++k)
        sum += tap.weights[k] * from[tap.first + static_cast<int64_t>(k)];
      *to++ = to_level(sum);
    }
  return result;
}

at::Tensor resize_height(const at::Tensor& picture, int64_t height) {
  const int64_t planes = picture.size(0), in = picture.size(1), width = picture.size(2);
  const auto taps = make_taps(in, height);
  auto result = at::empty({planes, height, width}, at::kByte);
  auto* to = result.mutable_data_ptr<uint8_t>();
  std::vector<int32_t> sums(static_cast<size_t>(width));
  for (int64_t plane = 0; plane < planes; ++plane) {
    const auto* pixels = picture.const_data_ptr<uint8_t>() + plane * in * width;
    for (const auto& tap : taps) {
      std::fill(sums.begin(), sums.end(), kHalf);
      for (size_t k = 0; k < tap.weights.size(); ++k) {
        const auto* row = pixels + (tap.first + static_cast<int64_t>(k)) * width;
        for (size_t x = 0; x < sums.size(); ++x) sums[x] += tap.weights[k] * row[x];
      }
      for (const int32_t sum : sums) *to++ = to_level(sum);
    }
  }
  return result;
}

}  // namespace

PassOrder pillow13_order(ImageSize from, ImageSize to) {
  const bool both_change = from.height != to.height && from.width != to.width;
  const bool vertical_first = both_change && to.height < from.height &&
                              from.height - to.height > 2 * (from.width - to.width);
  return vertical_first ? PassOrder::kVerticalFirst : PassOrder::kHorizontalFirst;
}

at::Tensor pillow_resize(const at::Tensor& picture, ImageSize to, PassOrder order) {
  VRLT_CHECK(picture.dim() == 3 && picture.scalar_type() == at::kByte, "a picture of ",
             picture.sizes());
  auto result = picture.contiguous();
  const auto vertical = [&] {
    if (result.size(1) != to.height) result = resize_height(result, to.height);
  };
  if (order == PassOrder::kVerticalFirst) vertical();
  if (result.size(2) != to.width) result = resize_width(result, to.width);
  vertical();
  return result;
}

}  // namespace vrlt::video
