#include "vrlt/video/resize.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_upsample_bicubic2d_aa.h>
#include <ATen/ops/empty.h>

#include "video/pillow_resize.h"
#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/kernels/float_resize.h"
#include "vrlt/video/media_choices.h"

namespace vrlt::video {
namespace {

at::Tensor torch_resize(const at::Tensor& frame, ImageSize size) {
  const at::NoGradGuard no_grad;
  return at::_upsample_bicubic2d_aa(frame.unsqueeze(0), {size.height, size.width},
                                    /*align_corners=*/false)
      .squeeze(0);
}

at::Tensor torch_float(const at::Tensor& frame, ImageSize size) {
  const auto packed = frame.permute({1, 2, 0}).contiguous();
  auto result = at::empty({3, size.height, size.width}, at::kByte);
  kernels::float_resize(packed.const_data_ptr<uint8_t>(), {frame.size(1), frame.size(2)},
                        {size.height, size.width}, result.mutable_data_ptr<uint8_t>());
  return result;
}

at::Tensor pillow(const at::Tensor& frame, ImageSize size) {
  return pillow_resize(frame, size, pillow13_order({frame.size(1), frame.size(2)}, size));
}

at::Tensor pillow_horizontal_first(const at::Tensor& frame, ImageSize size) {
  return pillow_resize(frame, size, PassOrder::kHorizontalFirst);
}

struct KernelEntry : Choice {
  ResizeKernel kernel;
  at::Tensor (*resize)(const at::Tensor& frame, ImageSize size);
};

constexpr KernelEntry kKernels[] = {
    {row_named(kResizeChoices, "tv_float"), ResizeKernel::kTorchFloat, torch_float},
    {row_named(kResizeChoices, "tv_uint8"), ResizeKernel::kTorchUint8, torch_resize},
    {row_named(kResizeChoices, "pil_u8"), ResizeKernel::kPillow, pillow},
    {row_named(kResizeChoices, "pil_u8_horizontal_first"), ResizeKernel::kPillowHorizontalFirst,
     pillow_horizontal_first},
};
static_assert(std::size(kKernels) == std::size(kResizeChoices));

}  // namespace

std::vector<std::string> resize_kernel_names() { return names_of(kResizeChoices); }

ResizeKernel parse_resize_kernel(const std::string& name) {
  for (const auto& entry : kKernels)
    if (name == entry.name) return entry.kernel;
  throw ConfigError(concat("resize \"", name,
                           "\", expected tv_float, tv_uint8, pil_u8 or pil_u8_horizontal_first"));
}

at::Tensor resize_frame(const at::Tensor& frame, ImageSize size, ResizeKernel kernel) {
  VRLT_CHECK(frame.dim() == 3 && frame.size(0) == 3 && frame.scalar_type() == at::kByte,
             "a frame of ", frame.sizes());
  if (frame.size(1) == size.height && frame.size(2) == size.width) return frame;
  for (const auto& entry : kKernels)
    if (kernel == entry.kernel) return entry.resize(frame, size);
  VRLT_CHECK(false, "no such resize kernel");
}

}  // namespace vrlt::video
