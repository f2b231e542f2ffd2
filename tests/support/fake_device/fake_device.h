#pragma once

#include <c10/core/Device.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace vrlt::test {

/// Copies between the CPU and a device.
struct DeviceCopies {
  int64_t count = 0, bytes = 0;
  int64_t pageable = 0;  ///< Those whose side on the CPU is not pinned.
};

/// What a device has done since reset_counts().
struct DeviceCounts {
  /// By operator with its overload ("mm.out"); copies within the device are "copy_". An operator is
  /// one kernel here: what CUDA starts for it is at least one.
  std::map<std::string, int64_t> kernels;
  /// What the host waited for, by operator or kind of copy.
  std::map<std::string, int64_t> waits;
  DeviceCopies to_device, to_host;
  /// Bytes of tensors, each rounded up to 512 as CUDA's allocator does.
  int64_t live_bytes = 0, peak_bytes = 0;
  /// Matrix products with a row, a matrix or a beginning that is not at a multiple of 16 bytes,
  /// for which cuBLAS loads narrowly.
  int64_t unaligned_products = 0;
  int64_t largest_unaligned = 0;         ///< Numbers in the largest operand of such a product.
  std::string largest_unaligned_shapes;  ///< Of that product, with its operator.

  int64_t num_kernels() const { return sum(kernels); }
  int64_t num_waits() const { return sum(waits); }

 private:
  static int64_t sum(const std::map<std::string, int64_t>& counts) {
    int64_t total = 0;
    for (const auto& [name, count] : counts) total += count;
    return total;
  }
};

/// A device that is not the CPU, for machines without any: LibTorch's PrivateUse1 under the name
/// "fake". Its kernels are those of the CPU, on memory that has two addresses: the one that tensors
/// show can neither be read nor written, so that whoever takes it for the CPU's ends by SIGSEGV;
/// the other one is known to kernels alone. New memory holds NaNs. As on CUDA, the tensors of an
/// operator have to be on one device, but for numbers (tensors of no dimension) on the CPU;
/// flash attention takes 16-bit numbers and heads of a multiple of 8 up to 256.
///
/// The design follows PyTorch's torch_openreg (test/cpp_extensions/open_registration_extension).
///
/// There are several, for ranks that are threads: an autograd engine has one thread per device. The
/// first call registers them with LibTorch, which has to be before any backward pass.
/// @param index  0 to 7.
at::Device fake_device(int index = 0);

/// Of this device.
DeviceCounts counts_of(at::Device device);

/// Everything is 0 again but the live bytes, which the peak starts from.
void reset_counts(at::Device device);

/// From now on an allocation that would make live bytes more than this throws
/// c10::OutOfMemoryError, as CUDA's allocator does. None: there is no limit.
void limit_memory(at::Device device, std::optional<int64_t> bytes);

}  // namespace vrlt::test
