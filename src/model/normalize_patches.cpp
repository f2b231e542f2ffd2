#include "vrlt/model/normalize_patches.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <sys/mman.h>

#include "vrlt/core/error.h"
#include "vrlt/kernels/patch_rows.h"
#include "vrlt/model/upload.h"

namespace vrlt::model {
namespace {

constexpr int64_t kChannels = 3;

kernels::LevelScale scale_of(const processor::VisionGeometry& geometry) {
  constexpr float kHighest = 255.0F;
  kernels::LevelScale scale{};
  for (size_t c = 0; c < scale.mean.size(); ++c) {
    scale.mean[c] = geometry.mean[c] * kHighest;
    scale.std[c] = geometry.std[c] * kHighest;
  }
  return scale;
}

/// Fresh memory of tens of megabytes costs as much as filling it unless it comes in large pages. A
/// hint: nothing depends on it.
void ask_for_huge_pages(const at::Tensor& tensor) {
  constexpr uintptr_t kPage = 2 << 20;
  const auto begin =
      (reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) + kPage - 1) / kPage * kPage;
  const auto end =
      (reinterpret_cast<uintptr_t>(tensor.const_data_ptr()) + tensor.nbytes()) / kPage * kPage;
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

at::Tensor normalize_on_device(const at::Tensor& levels, const kernels::LevelScale& scale) {
  const auto& [mean, std] = scale;
  const auto both =
      upload(at::tensor({mean[0], mean[1], mean[2], std[0], std[1], std[2]}), levels.device())
          .view({2, kChannels, 1});
  return levels.to(at::kFloat)
      .view({levels.size(0), kChannels, levels.size(1) / kChannels})
      .sub_(both[0])
      .div_(both[1])
      .view(levels.sizes());
}

}  // namespace

at::Tensor normalize_patches(const at::Tensor& levels, const processor::VisionGeometry& geometry) {
  VRLT_CHECK(levels.dim() == 2 && levels.size(1) == geometry.patch_values() &&
                 levels.scalar_type() == at::kByte,
             "patch rows ", levels.sizes());
  const auto scale = scale_of(geometry);
  if (!levels.is_cpu()) return normalize_on_device(levels, scale);
  const auto packed = levels.contiguous();
  auto values = at::empty(levels.sizes(), at::kFloat);
  ask_for_huge_pages(values);
  kernels::normalize_levels(packed.const_data_ptr<uint8_t>(), levels.size(0),
                            levels.size(1) / kChannels, scale, values.mutable_data_ptr<float>());
  return values;
}

}  // namespace vrlt::model
