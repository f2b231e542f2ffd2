#include <ATen/detail/PrivateUse1HooksInterface.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <c10/util/Exception.h>

#include <array>
#include <mutex>

#include "tests/support/fake_device/fake_device.h"
#include "tests/support/fake_device/kernels.h"
#include "tests/support/fake_device/memory.h"

namespace vrlt::test {
namespace {

thread_local c10::DeviceIndex current_device = 0;
thread_local std::array<c10::StreamId, kFakeDevices> current_streams = {};

/// Streams are numbers, and what is enqueued is done at once.
struct Guard final : c10::impl::DeviceGuardImplInterface {
  c10::DeviceType type() const override { return at::kPrivateUse1; }
  c10::Device exchangeDevice(c10::Device device) const override {
    const auto before = getDevice();
    setDevice(device);
    return before;
  }
  c10::Device getDevice() const override { return {at::kPrivateUse1, current_device}; }
  void setDevice(c10::Device device) const override {
    TORCH_CHECK(device.is_privateuseone() && device.index() < kFakeDevices, "no device ", device);
    if (device.index() >= 0) current_device = device.index();
  }
  void uncheckedSetDevice(c10::Device device) const noexcept override {
    if (device.index() >= 0) current_device = device.index();
  }
  c10::Stream getStream(c10::Device device) const override {
    return c10::Stream(c10::Stream::UNSAFE, at_index(device), current_streams[index_of(device)]);
  }
  c10::Stream getDefaultStream(c10::Device device) const override {
    return c10::Stream(c10::Stream::DEFAULT, at_index(device));
  }
  c10::Stream exchangeStream(c10::Stream stream) const override {
    const auto before = getStream(stream.device());
    current_streams[index_of(stream.device())] = stream.id();
    return before;
  }
  c10::DeviceIndex deviceCount() const noexcept override { return kFakeDevices; }
  void record(void**, const c10::Stream&, const c10::DeviceIndex,
              const c10::EventFlag) const override {}
  void block(void*, const c10::Stream&) const override {}
  bool queryEvent(void*) const override { return true; }
  bool queryStream(const c10::Stream&) const override { return true; }
  void synchronizeStream(const c10::Stream& stream) const override {
    count_wait(stream.device_index(), "synchronize stream");
  }
  void synchronizeEvent(void*) const override { count_wait(current_device, "synchronize event"); }
  void synchronizeDevice(const c10::DeviceIndex index) const override {
    count_wait(index, "synchronize device");
  }

 private:
  static c10::Device at_index(c10::Device device) {
    return {at::kPrivateUse1, static_cast<c10::DeviceIndex>(index_of(device))};
  }
  static size_t index_of(c10::Device device) {
    return static_cast<size_t>(device.index() >= 0 ? device.index() : current_device);
  }
  static void count_wait(c10::DeviceIndex index, const char* cause) {
    Ledger::instance().with(index, [&](DeviceCounts& counts) { ++counts.waits[cause]; });
  }
};

struct Hooks final : at::PrivateUse1HooksInterface {
  bool isBuilt() const override { return true; }
  bool isAvailable() const override { return true; }
  bool hasPrimaryContext(c10::DeviceIndex) const override { return true; }
  c10::DeviceIndex deviceCount() const override { return kFakeDevices; }
  void setCurrentDevice(c10::DeviceIndex index) const override { current_device = index; }
  c10::DeviceIndex getCurrentDevice() const override { return current_device; }
  c10::DeviceIndex exchangeDevice(c10::DeviceIndex index) const override {
    return std::exchange(current_device, index);
  }
  c10::DeviceIndex maybeExchangeDevice(c10::DeviceIndex index) const override {
    return index < 0 ? current_device : exchangeDevice(index);
  }
  bool isPinnedPtr(const void* data) const override { return is_pinned(data); }
  at::Allocator* getPinnedMemoryAllocator() const override { return &pinned_allocator(); }
};

}  // namespace

at::Device fake_device(int index) {
  static std::once_flag once;
  std::call_once(once, [] {
    c10::register_privateuse1_backend("fake");
    c10::SetAllocator(at::kPrivateUse1, &device_allocator());
    static const c10::impl::DeviceGuardImplRegistrar guard(at::kPrivateUse1, new Guard);
    at::RegisterPrivateUse1HooksInterface(new Hooks);
    register_kernels();
  });
  return {at::kPrivateUse1, static_cast<c10::DeviceIndex>(index)};
}

DeviceCounts counts_of(at::Device device) {
  return Ledger::instance().with(std::max<c10::DeviceIndex>(device.index(), 0),
                                 [](const DeviceCounts& counts) { return counts; });
}

void reset_counts(at::Device device) {
  Ledger::instance().with(std::max<c10::DeviceIndex>(device.index(), 0), [](DeviceCounts& counts) {
    const int64_t live = counts.live_bytes;
    counts = {};
    counts.live_bytes = counts.peak_bytes = live;
  });
}

void limit_memory(at::Device device, std::optional<int64_t> bytes) {
  Ledger::instance().set_limit(std::max<c10::DeviceIndex>(device.index(), 0), bytes);
}

}  // namespace vrlt::test
