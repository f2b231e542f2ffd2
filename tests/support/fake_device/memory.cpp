#include "tests/support/fake_device/memory.h"

#include <ATen/EmptyTensor.h>
#include <c10/core/Allocator.h>
#include <c10/core/DeviceGuard.h>
#include <c10/core/impl/DeviceGuardImplInterface.h>
#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

namespace vrlt::test {
namespace {

constexpr size_t kPage = 4096, kRounding = 512;

/// Addresses that nothing is behind. None is given twice, so that a tensor which is gone is not
/// taken for another one.
class Addresses {
 public:
  void* take(size_t bytes) {
    const std::lock_guard lock(mutex_);
    const size_t pages = (std::max<size_t>(bytes, 1) + kPage - 1) / kPage * kPage;
    if (pages > left_) {
      left_ = std::max(pages, kReserve);
      void* const found =
          ::mmap(nullptr, left_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      TORCH_CHECK(found != MAP_FAILED, "no address space of ", left_, " bytes for the fake device");
      next_ = static_cast<char*>(found);
    }
    left_ -= pages;
    return std::exchange(next_, next_ + pages);
  }

 private:
  static constexpr size_t kReserve = size_t{1} << 36;
  std::mutex mutex_;
  char* next_ = nullptr;
  size_t left_ = 0;
};

void* new_address(size_t bytes) {
  static auto* const addresses = new Addresses;
  return addresses->take(bytes);
}

/// The memory of one storage.
struct Block {
  c10::Storage bytes;  ///< On the CPU.
  c10::DeviceIndex index;
  int64_t counted;

  Block(c10::Storage memory, c10::DeviceIndex device)
      : bytes(std::move(memory)),
        index(device),
        counted(static_cast<int64_t>((bytes.nbytes() + kRounding - 1) / kRounding * kRounding)) {
    Ledger::instance().check_limit(index, counted);
    Ledger::instance().with(index, [&](DeviceCounts& counts) {
      counts.live_bytes += counted;
      counts.peak_bytes = std::max(counts.peak_bytes, counts.live_bytes);
    });
  }
  ~Block() {
    Ledger::instance().with(index, [&](DeviceCounts& counts) { counts.live_bytes -= counted; });
  }
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
};

/// The memory at an address, for storages that lend it from another one.
class Blocks {
 public:
  static Blocks& instance() {
    static auto* const blocks = new Blocks;
    return *blocks;
  }
  void add(const void* address, const Block* block) {
    const std::lock_guard lock(mutex_);
    at_[address] = block;
  }
  void remove(const Block* block) {
    const std::lock_guard lock(mutex_);
    std::erase_if(at_, [&](const auto& entry) { return entry.second == block; });
  }
  const Block* find(const void* address) const {
    const std::lock_guard lock(mutex_);
    const auto found = at_.find(address);
    return found == at_.end() ? nullptr : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<const void*, const Block*> at_;
};

void free_block(void* context) {
  auto* const block = static_cast<Block*>(context);
  Blocks::instance().remove(block);
  delete block;
}

at::DataPtr device_memory(c10::Storage bytes, c10::DeviceIndex index) {
  void* const address = new_address(bytes.nbytes());
  auto block = std::make_unique<Block>(std::move(bytes), index);
  Blocks::instance().add(address, block.get());
  return {address, block.release(), &free_block, at::Device(at::kPrivateUse1, index)};
}

const Block& block_of(const at::Tensor& on_device) {
  const auto& memory = on_device.storage().data_ptr();
  const auto* block = static_cast<const Block*>(memory.get_context());
  if (block == nullptr) block = Blocks::instance().find(memory.get());
  TORCH_CHECK(block != nullptr, "a tensor of the fake device without memory");
  return *block;
}

class DeviceAllocator final : public c10::Allocator {
 public:
  at::DataPtr allocate(size_t size) override {
    const auto memory = at::Tensor(at::detail::empty_cpu({static_cast<int64_t>(size)}, at::kByte));
    if (size > 0) std::memset(memory.data_ptr(), 0xff, size);  // a NaN in any floating type
    return device_memory(memory.storage(),
                         c10::impl::getDeviceGuardImpl(at::kPrivateUse1)->getDevice().index());
  }
  void copy_data(void*, const void*, size_t) const override {
    TORCH_CHECK(false, "memory of the fake device is copied by kernels");
  }
};

class PinnedAllocator final : public c10::Allocator {
 public:
  at::DataPtr allocate(size_t size) override {
    auto memory = c10::GetAllocator(at::kCPU)->allocate(size);
    void* const data = memory.get();
    const std::lock_guard lock(mutex_);
    sizes_[data] = size;
    return {data, memory.release_context(), &release, at::kCPU};
  }
  void copy_data(void* to, const void* from, size_t size) const override {
    default_copy_data(to, from, size);
  }
  static PinnedAllocator& instance() {
    static auto* const allocator = new PinnedAllocator;
    return *allocator;
  }
  bool owns(const void* data) {
    const std::lock_guard lock(mutex_);
    auto above = sizes_.upper_bound(data);
    if (above == sizes_.begin()) return false;
    --above;
    return static_cast<const char*>(data) <
           static_cast<const char*>(above->first) + std::max<size_t>(above->second, 1);
  }

 private:
  static void release(void* data) {
    {
      const std::lock_guard lock(instance().mutex_);
      instance().sizes_.erase(data);
    }
    c10::GetAllocator(at::kCPU)->raw_deallocate(data);
  }
  std::mutex mutex_;
  std::map<const void*, size_t> sizes_;
};

at::Tensor with_sizes_of(at::Tensor tensor, const at::Tensor& like) {
  auto* const impl = tensor.unsafeGetTensorImpl();
  impl->set_storage_offset(like.storage_offset());
  impl->set_sizes_and_strides(like.sizes(), like.strides());
  if (like.unsafeGetTensorImpl()->is_wrapped_number()) impl->set_wrapped_number(true);
  return tensor;
}

at::Tensor placed(c10::Storage storage, c10::DispatchKey key, const at::Tensor& like) {
  return with_sizes_of(at::detail::make_tensor<c10::TensorImpl>(
                           std::move(storage), c10::DispatchKeySet(key), like.dtype()),
                       like);
}

}  // namespace

Ledger& Ledger::instance() {
  static auto* const ledger = new Ledger;
  return *ledger;
}

void Ledger::set_limit(c10::DeviceIndex index, std::optional<int64_t> bytes) {
  const std::lock_guard lock(mutex_);
  limits_.at(static_cast<size_t>(index)) = bytes;
}

void Ledger::check_limit(c10::DeviceIndex index, int64_t more) const {
  const std::lock_guard lock(mutex_);
  const auto& limit = limits_.at(static_cast<size_t>(index));
  const int64_t live = counts_.at(static_cast<size_t>(index)).live_bytes;
  TORCH_CHECK_WITH(OutOfMemoryError, !limit || live + more <= *limit, "fake out of memory: ", more,
                   " bytes beside ", live, ", the limit is ", limit.value_or(0));
}

c10::Allocator& device_allocator() {
  static auto* const allocator = new DeviceAllocator;
  return *allocator;
}

c10::Allocator& pinned_allocator() { return PinnedAllocator::instance(); }
bool is_pinned(const void* data) { return PinnedAllocator::instance().owns(data); }

at::Tensor host_side(const at::Tensor& on_device) {
  return placed(block_of(on_device).bytes, c10::DispatchKey::CPU, on_device);
}

bool is_host_side_of(const at::Tensor& host, const at::Tensor& on_device) {
  return host.storage().unsafeGetStorageImpl() == block_of(on_device).bytes.unsafeGetStorageImpl();
}

at::Tensor device_view(const at::Tensor& host, const at::Tensor& on_device) {
  return with_sizes_of(at::detail::make_tensor<c10::TensorImpl>(c10::TensorImpl::VIEW,
                                                                c10::Storage(on_device.storage()),
                                                                on_device.key_set(), host.dtype()),
                       host);
}

at::Tensor adopted(const at::Tensor& host, c10::DeviceIndex index) {
  const auto bytes = host.storage().nbytes();
  c10::Storage storage(c10::Storage::use_byte_size_t(), bytes, device_memory(host.storage(), index),
                       &device_allocator(),
                       /*resizable=*/true);
  return placed(std::move(storage), c10::DispatchKey::PrivateUse1, host);
}

void follow_resize(const at::Tensor& on_device, const at::Tensor& host) {
  auto* const storage = on_device.storage().unsafeGetStorageImpl();
  if (storage->nbytes() != host.storage().nbytes()) {
    const auto index = on_device.device().index();
    auto bytes = host.storage();
    storage->set_data_ptr_noswap(device_memory(bytes, index));
    storage->set_nbytes(bytes.nbytes());
  }
  auto* const impl = on_device.unsafeGetTensorImpl();
  if (impl->sizes() != host.sizes() || impl->strides() != host.strides() ||
      impl->storage_offset() != host.storage_offset()) {
    impl->set_storage_offset(host.storage_offset());
    impl->set_sizes_and_strides(host.sizes(), host.strides());
  }
}

}  // namespace vrlt::test
