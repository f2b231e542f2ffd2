#pragma once

#include <ATen/core/Tensor.h>

#include <array>
#include <mutex>
#include <optional>

#include "tests/support/fake_device/fake_device.h"

namespace vrlt::test {

constexpr c10::DeviceIndex kFakeDevices = 8;

/// The counts of all devices.
class Ledger {
 public:
  static Ledger& instance();

  /// Changes or reads the counts of a device.
  template <typename Use>
  auto with(c10::DeviceIndex index, Use&& use) {
    const std::lock_guard lock(mutex_);
    return use(counts_.at(static_cast<size_t>(index)));
  }

  /// Of live bytes. @throws c10::OutOfMemoryError if so many more are above it.
  void set_limit(c10::DeviceIndex index, std::optional<int64_t> bytes);
  void check_limit(c10::DeviceIndex index, int64_t more) const;

 private:
  mutable std::mutex mutex_;
  std::array<DeviceCounts, kFakeDevices> counts_;
  std::array<std::optional<int64_t>, kFakeDevices> limits_;
};

/// Memory of the device that is current.
c10::Allocator& device_allocator();

/// Memory of the CPU that counts as pinned.
c10::Allocator& pinned_allocator();
bool is_pinned(const void* data);

/// The same bytes for a kernel: a tensor on the CPU with the sizes and strides of this one.
at::Tensor host_side(const at::Tensor& on_device);

/// Whether a tensor on the CPU shares the memory of one on the device.
bool is_host_side_of(const at::Tensor& host, const at::Tensor& on_device);

/// A view of a device's tensor, placed as this tensor on the CPU that shares its memory.
at::Tensor device_view(const at::Tensor& host, const at::Tensor& on_device);

/// What a kernel has made, as a tensor of the device: the memory becomes the device's.
at::Tensor adopted(const at::Tensor& host, c10::DeviceIndex index);

/// Gives a tensor the sizes, and its storage the size, that a kernel has given to its host side.
void follow_resize(const at::Tensor& on_device, const at::Tensor& host);

}  // namespace vrlt::test
