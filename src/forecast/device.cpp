#include "vrlt/forecast/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <ATen/ops/rand.h>
#include <c10/core/CachingDeviceAllocator.h>

#include <chrono>
#include <cmath>

#include "vrlt/core/memory_limit.h"
#include "vrlt/model/layers/linear.h"

namespace vrlt::forecast {

std::optional<double> measured_flops(const std::string& device, const std::string& dtype) {
  using Clock = std::chrono::steady_clock;
  const at::Device where(device);
  if (where.is_cuda() && !at::hasCUDA()) return {};
  constexpr int kTries = 5;
  constexpr double kMultiplyAdd = 2.0;
  // a processor without bfloat16 takes seconds for one
  constexpr std::chrono::milliseconds kLongest{100};
  // Large enough to be at full speed, of a few milliseconds for each thread.
  const auto of_threads = 64 * static_cast<int64_t>(8 * std::cbrt(at::get_num_threads()));
  const int64_t side = where.is_cuda() ? 8192 : of_threads;
  const auto options =
      at::TensorOptions().dtype(dtype == "bfloat16" ? at::kBFloat16 : at::kFloat).device(where);
  const auto a = at::rand({side, side}, options), b = at::rand({side, side}, options);
  double best = 0.0;
  const auto begin = Clock::now();
  for (int i = 0; i < kTries && (i < 2 || Clock::now() - begin < kLongest); ++i) {
    const auto start = Clock::now();
    model::linear(a, b)[0][0].item<float>();  // waits for the device
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    best = std::max(best, kMultiplyAdd * std::pow(static_cast<double>(side), 3) / seconds);
  }
  return best;
}

std::optional<DeviceSpeed> device_speed(const settings::ModelSection& model,
                                        std::optional<double> declared_tflops) {
  constexpr double kTera = 1e12;
  if (declared_tflops) return DeviceSpeed{*declared_tflops * kTera, "as device_tflops declares"};
  const auto measured = measured_flops(model.device, model.dtype);
  if (!measured) return {};
  return DeviceSpeed{*measured, "the speed of a large matrix product on this device"};
}

std::optional<double> device_bytes(const std::string& device, int local_rank) {
  const at::Device where(device);
  if (where.is_cpu()) return memory_limit();
  if (where.is_cuda() && !at::hasCUDA()) return {};
  at::globalContext().lazyInitDevice(where.type());
  auto* allocator = dynamic_cast<c10::DeviceAllocator*>(c10::GetAllocator(where.type()));
  if (allocator == nullptr) return {};  // a device that does not say
  const auto [free, total] =
      allocator->getMemoryInfo(static_cast<c10::DeviceIndex>(local_rank));
  return static_cast<double>(free);
}

}  // namespace vrlt::forecast
