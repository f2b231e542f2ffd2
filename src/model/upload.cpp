#include "vrlt/model/upload.h"

#include <ATen/ops/tensor.h>

namespace vrlt::model {

at::Tensor upload(const at::Tensor& host, at::Device device) {
  if (device.is_cpu() || !host.is_cpu()) return host.to(device);
  return host.pin_memory().to(device, /*non_blocking=*/true);
}

at::Tensor upload(const std::vector<int64_t>& values, at::Device device) {
  return upload(at::tensor(values, at::kLong), device);
}

}  // namespace vrlt::model
