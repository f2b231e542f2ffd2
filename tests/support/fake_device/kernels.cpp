#include "tests/support/fake_device/kernels.h"

#include <ATen/ATen.h>
#include <ATen/EmptyTensor.h>
#include <ATen/native/CPUFallback.h>
#include <ATen/native/transformers/attention.h>
#include <ATen/native/transformers/sdp_utils_cpp.h>
#include <c10/core/DeviceGuard.h>
#include <torch/library.h>

#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include "tests/support/fake_device/memory.h"

namespace vrlt::test {
namespace {

using c10::IValue;
using torch::jit::Stack;

/// "mm.out"
std::string name_of(const c10::OperatorHandle& op) {
  const auto& name = op.schema().operator_name();
  const auto begin = name.name.find("::");
  const auto base = begin == std::string::npos ? name.name : name.name.substr(begin + 2);
  return name.overload_name.empty() ? base : base + "." + name.overload_name;
}

std::string base_of(const std::string& name) { return name.substr(0, name.find('.')); }

/// Views and changes of size: nothing runs on the device.
bool runs_a_kernel(const c10::OperatorHandle& op, const std::string& name) {
  static const std::set<std::string> kNothing = {"resize_", "set_", "resize_as_"};
  if (kNothing.contains(base_of(name))) return false;
  const auto& returns = op.schema().returns();
  return returns.empty() || returns.front().alias_info() == nullptr ||
         returns.front().alias_info()->isWrite();
}

/// Operators of CUDA whose result has a size that the host has to be told, or is a value for it.
bool waits_for_its_result(const std::string& name) {
  static const std::set<std::string> kWaiting = {
      "nonzero", "masked_select", "_unique2",   "unique_dim",        "unique_consecutive",
      "equal",   "bincount",      "is_nonzero", "repeat_interleave", "_local_scalar_dense"};
  return kWaiting.contains(base_of(name));
}

std::string shape_of(const at::Tensor& x) {
  std::ostringstream text;
  text << x.scalar_type() << x.sizes() << " strides " << x.strides() << " from "
       << x.storage_offset();
  return text.str();
}

/// Whether cuBLAS can load the matrices in pieces of 16 bytes.
bool is_aligned(const at::Tensor& x) {
  constexpr int64_t kBytes = 16;
  const int64_t item = static_cast<int64_t>(x.element_size());
  if (x.storage_offset() * item % kBytes != 0) return false;
  for (int64_t i = 0; i < x.dim(); ++i)
    if (x.size(i) > 1 && x.stride(i) > 1 && x.stride(i) * item % kBytes != 0) return false;
  return true;
}

/// Notes a matrix product whose operands are not aligned.
void note_product(const std::string& name, c10::DeviceIndex index,
                  const std::vector<at::Tensor>& operands) {
  bool aligned = true;
  int64_t largest = 0;
  std::string shapes = name;
  for (const auto& operand : operands) {
    if (operand.dim() < 2) continue;
    aligned = aligned && is_aligned(operand);
    largest = std::max(largest, operand.numel());
    shapes.append(" ").append(shape_of(operand));
  }
  if (aligned) return;
  Ledger::instance().with(index, [&](DeviceCounts& counts) {
    ++counts.unaligned_products;
    if (largest <= counts.largest_unaligned) return;
    counts.largest_unaligned = largest;
    counts.largest_unaligned_shapes = shapes;
  });
}

/// The tensors that an operator was called with, and their host sides.
class Call {
 public:
  explicit Call(const c10::OperatorHandle& op) : name_(name_of(op)) {}

  const std::string& name() const { return name_; }
  c10::DeviceIndex index() const {
    TORCH_CHECK(index_ >= 0, name_, " of the fake device without a tensor or a device");
    return index_;
  }

  IValue to_host(const IValue& value) {
    if (value.isTensor()) return tensor_to_host(value.toTensor());
    if (value.isDevice() && value.toDevice().is_privateuseone()) {
      note_index(value.toDevice().index());
      return at::Device(at::kCPU);
    }
    if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : value.toTensorList()) list.push_back(tensor_to_host(tensor));
      return list;
    }
    if (value.isOptionalTensorList()) {
      c10::List<std::optional<at::Tensor>> list;
      for (const std::optional<at::Tensor> tensor : value.toOptionalTensorList())
        list.push_back(tensor ? std::optional(tensor_to_host(*tensor)) : std::nullopt);
      return list;
    }
    return value;
  }

  IValue to_device(const IValue& value) const {
    if (value.isTensor()) return tensor_to_device(value.toTensor());
    if (value.isTensorList()) {
      c10::List<at::Tensor> list;
      for (const at::Tensor& tensor : value.toTensorList())
        list.push_back(tensor_to_device(tensor));
      return list;
    }
    return value;
  }

  void follow_resizes() const {
    for (const auto& [on_device, host] : pairs_) follow_resize(on_device, host);
  }

  /// @throws c10::Error as CUDA's operators do.
  void check_devices() const {
    static const std::set<std::string> kNoNumbers = {"_fused_adamw_", "index_select", "embedding"};
    for (const auto& tensor : on_cpu_)
      TORCH_CHECK(tensor.dim() == 0 && !kNoNumbers.contains(base_of(name_)),
                  "Expected all tensors to be on the same device, but found at least two devices, "
                  "fake:",
                  index_, " and ", tensor.device(), "! (", name_, ")");
    for (const auto& [on_device, host] : pairs_)
      TORCH_CHECK(on_device.device().index() == index_,
                  "Expected all tensors to be on the same device, but found at least two devices, "
                  "fake:",
                  index_, " and ", on_device.device(), "! (", name_, ")");
  }

  /// Indexing by a mask first asks for the places where it is true.
  bool indexes_by_mask() const {
    if (!name_.starts_with("index.") && !name_.starts_with("index_put") &&
        !name_.starts_with("_index_put"))
      return false;
    for (const auto& [on_device, host] : pairs_)
      if (on_device.scalar_type() == at::kBool && !(on_device.is_same(pairs_.front().first)))
        return true;
    return false;
  }

  void count(const c10::OperatorHandle& op) const {
    if (!runs_a_kernel(op, name_)) return;
    const bool waits = waits_for_its_result(name_) || indexes_by_mask();
    Ledger::instance().with(index(), [&](DeviceCounts& counts) {
      ++counts.kernels[name_];
      if (copies_its_sum()) ++counts.kernels["copy_"];
      if (waits) ++counts.waits[name_];
    });
    static const std::set<std::string> kProducts = {"mm", "bmm", "addmm", "baddbmm"};
    if (kProducts.contains(base_of(name_))) note_product(name_, index(), arguments_);
  }

 private:
  /// cuBLAS adds to what is there: a matrix that is added and is not the result is copied first.
  bool copies_its_sum() const {
    if (name_ != "addmm.out" && name_ != "baddbmm.out") return false;
    const auto& added = arguments_.front();
    return added.dim() > 1 && !added.is_same(arguments_.back());
  }

  void note_index(c10::DeviceIndex index) {
    if (index_ < 0) index_ = index;
  }

  at::Tensor tensor_to_host(const at::Tensor& tensor) {
    if (!tensor.defined()) return tensor;
    if (!tensor.device().is_privateuseone()) {
      on_cpu_.push_back(tensor);
      return tensor;
    }
    note_index(tensor.device().index());
    arguments_.push_back(tensor);
    for (const auto& [on_device, host] : pairs_)
      if (on_device.is_same(tensor)) return host;
    return pairs_.emplace_back(tensor, host_side(tensor)).second;
  }

  at::Tensor tensor_to_device(const at::Tensor& tensor) const {
    if (!tensor.defined()) return tensor;
    for (const auto& [on_device, host] : pairs_)
      if (host.is_same(tensor)) return on_device;
    for (const auto& [on_device, host] : pairs_)
      if (is_host_side_of(tensor, on_device)) return device_view(tensor, on_device);
    return adopted(tensor, index());
  }

  std::string name_;
  std::vector<at::Tensor> arguments_;  ///< Of the device, in order.
  std::vector<std::pair<at::Tensor, at::Tensor>> pairs_;
  std::vector<at::Tensor> on_cpu_;
  c10::DeviceIndex index_ = -1;
};

/// Any operator, by the kernel of the CPU on the same memory.
void run_on_host(const c10::OperatorHandle& op, Stack* stack) {
  Call call(op);
  const size_t num_arguments = op.schema().arguments().size();
  for (size_t i = stack->size() - num_arguments; i < stack->size(); ++i)
    (*stack)[i] = call.to_host((*stack)[i]);
  call.check_devices();
  call.count(op);
  op.redispatchBoxed(c10::DispatchKeySet(c10::DispatchKey::CPU), stack);
  call.follow_resizes();
  const size_t num_returns = op.schema().returns().size();
  for (size_t i = stack->size() - num_returns; i < stack->size(); ++i)
    (*stack)[i] = call.to_device((*stack)[i]);
}

at::Tensor empty(c10::IntArrayRef size, std::optional<at::ScalarType> dtype,
                 std::optional<at::Layout>, std::optional<at::Device> device, std::optional<bool>,
                 std::optional<at::MemoryFormat> format) {
  const c10::DeviceGuard guard(device.value_or(at::Device(at::kPrivateUse1)));
  return at::detail::empty_generic(size, &device_allocator(),
                                   c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                   c10::dtype_or_default(dtype), format);
}

at::Tensor empty_strided(c10::IntArrayRef size, c10::IntArrayRef stride,
                         std::optional<at::ScalarType> dtype, std::optional<at::Layout>,
                         std::optional<at::Device> device, std::optional<bool>) {
  const c10::DeviceGuard guard(device.value_or(at::Device(at::kPrivateUse1)));
  return at::detail::empty_strided_generic(size, stride, &device_allocator(),
                                           c10::DispatchKeySet(c10::DispatchKey::PrivateUse1),
                                           c10::dtype_or_default(dtype));
}

/// A copy across waits unless it is asked not to and the CPU's side is pinned; the numbers cross in
/// the type of the destination.
void count_crossing(const at::Tensor& from, const at::Tensor& to, bool non_blocking) {
  const bool up = to.device().is_privateuseone();
  const auto& host = up ? from : to;
  const bool pinned = is_pinned(host.const_data_ptr());
  Ledger::instance().with((up ? to : from).device().index(), [&](DeviceCounts& counts) {
    auto& copies = up ? counts.to_device : counts.to_host;
    ++copies.count;
    copies.bytes += static_cast<int64_t>(to.numel() * to.element_size());
    if (!pinned) ++copies.pageable;
    if (!non_blocking || !pinned) ++counts.waits[up ? "copy to the device" : "copy to the host"];
  });
}

at::Tensor copy_from(const at::Tensor& self, const at::Tensor& to, bool non_blocking) {
  const bool from_device = self.device().is_privateuseone(),
             to_device = to.device().is_privateuseone();
  if (from_device && to_device)
    Ledger::instance().with(to.device().index(),
                            [](DeviceCounts& counts) { ++counts.kernels["copy_"]; });
  else
    count_crossing(self, to, non_blocking);
  auto target = to_device ? host_side(to) : to;
  target.copy_(from_device ? host_side(self) : self);
  return to;
}

at::Tensor copy_from_and_resize(const at::Tensor& self, const at::Tensor& to) {
  to.resize_(self.sizes());
  return copy_from(self, to, /*non_blocking=*/false);
}

at::Scalar local_scalar_dense(const at::Tensor& self) {
  Ledger::instance().with(self.device().index(),
                          [](DeviceCounts& counts) { ++counts.waits["_local_scalar_dense"]; });
  return host_side(self).item();
}

void count_kernel(const at::Tensor& x, const char* name) {
  Ledger::instance().with(x.device().index(),
                          [&](DeviceCounts& counts) { ++counts.kernels[name]; });
}

/// What the flash kernels of CUDA demand.
void check_flash(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, bool is_causal) {
  constexpr int64_t kMultiple = 8, kLargest = 256;
  for (const auto* x : {&q, &k, &v}) {
    TORCH_CHECK(x->device() == q.device(), "flash attention over several devices");
    TORCH_CHECK(c10::isReducedFloatingType(x->scalar_type()) && x->scalar_type() == q.scalar_type(),
                "FlashAttention only supports fp16 and bf16 data type");
    TORCH_CHECK(x->dim() == 4 && x->stride(-1) == 1,
                "Input tensor must have contiguous last dimension");
    TORCH_CHECK(x->size(3) % kMultiple == 0 && x->size(3) <= kLargest,
                "FlashAttention forward only supports head dimension at most 256, a multiple of 8");
  }
  TORCH_CHECK(q.size(1) % k.size(1) == 0, "heads of queries are no multiple of those of keys");
  // CUDA's kernel aligns the two at their ends, the CPU's at their beginnings.
  TORCH_CHECK(!is_causal || q.size(2) == k.size(2), "a causal mask over unequal lengths");
}

at::Tensor for_all_heads(const at::Tensor& x, int64_t num_heads) {
  return num_heads == x.size(1) ? x : x.repeat_interleave(num_heads / x.size(1), 1);
}

at::Tensor of_kv_heads(const at::Tensor& gradient, int64_t num_kv_heads) {
  if (gradient.size(1) == num_kv_heads) return gradient;
  return gradient.reshape({gradient.size(0), num_kv_heads, -1, gradient.size(2), gradient.size(3)})
      .sum(2);
}

std::tuple<at::Tensor, at::Tensor> attend_on_host(const at::Tensor& q, const at::Tensor& k,
                                                  const at::Tensor& v,
                                                  const std::optional<at::Tensor>& bias,
                                                  double dropout, bool causal,
                                                  std::optional<double> scale) {
  const auto mask = bias && bias->defined() ? std::optional(host_side(*bias)) : std::nullopt;
  auto [out, lse] = at::_scaled_dot_product_flash_attention_for_cpu(
      host_side(q), for_all_heads(host_side(k), q.size(1)), for_all_heads(host_side(v), q.size(1)),
      dropout, causal, mask, scale);
  return {adopted(out, q.device().index()), adopted(lse, q.device().index())};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> attend_backward_on_host(
    const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
    const at::Tensor& bias, const at::Tensor& out, const at::Tensor& lse, double dropout,
    bool causal, std::optional<double> scale) {
  const auto mask = bias.defined() ? std::optional(host_side(bias)) : std::nullopt;
  auto [dq, dk, dv] = at::_scaled_dot_product_flash_attention_for_cpu_backward(
      host_side(grad), host_side(q), for_all_heads(host_side(k), q.size(1)),
      for_all_heads(host_side(v), q.size(1)), host_side(out), host_side(lse), dropout, causal, mask,
      scale);
  const auto index = q.device().index();
  return {adopted(dq, index), adopted(of_kv_heads(dk, k.size(1)), index),
          adopted(of_kv_heads(dv, v.size(1)), index)};
}

using Attention = std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor, c10::SymInt,
                             c10::SymInt, at::Tensor, at::Tensor, at::Tensor>;

Attention with_lengths(std::tuple<at::Tensor, at::Tensor> attended, const at::Tensor& q,
                       const at::Tensor& k) {
  const auto seed = [&] {
    return empty({}, at::kLong, {}, q.device(), {}, {});  // nothing is dropped: nothing reads it
  };
  return {std::get<0>(attended),
          std::get<1>(attended),
          {},
          {},
          q.size(2),
          k.size(2),
          seed(),
          seed(),
          {}};
}

Attention flash(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v, double dropout,
                bool causal, bool, std::optional<double> scale) {
  check_flash(q, k, v, causal);
  count_kernel(q, "flash_attention");
  return with_lengths(attend_on_host(q, k, v, {}, dropout, causal, scale), q, k);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> flash_backward(
    const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
    const at::Tensor& out, const at::Tensor& lse, const at::Tensor&, const at::Tensor&, c10::SymInt,
    c10::SymInt, double dropout, bool causal, const at::Tensor&, const at::Tensor&,
    std::optional<double> scale) {
  check_flash(q, k, v, causal);
  count_kernel(q, "flash_attention_backward");
  return attend_backward_on_host(grad, q, k, v, {}, out, lse, dropout, causal, scale);
}

/// What scaled_dot_product_attention() takes here: as on CUDA one kernel, in any type.
int64_t choose_attention(const at::Tensor&, const at::Tensor&, const at::Tensor&,
                         const std::optional<at::Tensor>&, double, bool, std::optional<double>,
                         bool) {
  return static_cast<int64_t>(at::SDPBackend::overrideable);
}

Attention fused_attention(const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
                          const std::optional<at::Tensor>& bias, double dropout, bool causal, bool,
                          std::optional<double> scale) {
  count_kernel(q, "fused_attention");
  return with_lengths(attend_on_host(q, k, v, bias, dropout, causal, scale), q, k);
}

std::tuple<at::Tensor, at::Tensor, at::Tensor, at::Tensor> fused_attention_backward(
    const at::Tensor& grad, const at::Tensor& q, const at::Tensor& k, const at::Tensor& v,
    const at::Tensor& bias, std::array<bool, 4>, const at::Tensor& out, const at::Tensor& lse,
    const at::Tensor&, const at::Tensor&, c10::SymInt, c10::SymInt, double dropout, bool causal,
    const at::Tensor&, const at::Tensor&, std::optional<double> scale) {
  count_kernel(q, "fused_attention_backward");
  auto [dq, dk, dv] =
      attend_backward_on_host(grad, q, k, v, bias, out, lse, dropout, causal, scale);
  return {dq, dk, dv, {}};
}

/// cuBLAS' products of narrow numbers with a wide result.
void check_wide(const at::Tensor& a, at::ScalarType dtype) {
  TORCH_CHECK(c10::isReducedFloatingType(a.scalar_type()) && dtype == at::kFloat, "a product of ",
              a.scalar_type(), " in ", dtype);
}

at::Tensor wide_mm(const at::Tensor& a, const at::Tensor& b, at::ScalarType dtype) {
  check_wide(a, dtype);
  count_kernel(a, "mm.dtype");
  note_product("mm.dtype", a.device().index(), {a, b});
  return adopted(at::mm(host_side(a).to(dtype), host_side(b).to(dtype)), a.device().index());
}

at::Tensor wide_bmm(const at::Tensor& a, const at::Tensor& b, at::ScalarType dtype) {
  check_wide(a, dtype);
  count_kernel(a, "bmm.dtype");
  note_product("bmm.dtype", a.device().index(), {a, b});
  return adopted(at::bmm(host_side(a).to(dtype), host_side(b).to(dtype)), a.device().index());
}

at::Tensor& wide_bmm_out(const at::Tensor& a, const at::Tensor& b, at::ScalarType dtype,
                         at::Tensor& out) {
  check_wide(a, dtype);
  count_kernel(a, "bmm.dtype_out");
  note_product("bmm.dtype_out", a.device().index(), {a, b, out});
  host_side(out).copy_(at::bmm(host_side(a).to(dtype), host_side(b).to(dtype)));
  return out;
}

/// CUDA's, which rounds once; the CPU has none.
std::tuple<at::Tensor, at::Tensor> fused_rms_norm(const at::Tensor& x, c10::IntArrayRef,
                                                  const std::optional<at::Tensor>& weight,
                                                  std::optional<double> eps) {
  count_kernel(x, "_fused_rms_norm");
  const auto wide = host_side(x).to(at::kFloat);
  const auto scale = wide.square().mean(-1, /*keepdim=*/true).add(eps.value_or(1e-6)).rsqrt();
  const auto index = x.device().index();
  return {adopted((wide * scale * host_side(*weight)).to(x.scalar_type()), index),
          adopted(scale, index)};
}

std::tuple<at::Tensor, at::Tensor> fused_rms_norm_backward(const at::Tensor& grad,
                                                           const at::Tensor& x, c10::IntArrayRef,
                                                           const at::Tensor& rstd,
                                                           const std::optional<at::Tensor>& weight,
                                                           std::array<bool, 2> mask) {
  count_kernel(x, "_fused_rms_norm_backward");
  const auto scale = host_side(rstd), normed = host_side(x).to(at::kFloat) * scale,
             of_out = host_side(grad).to(at::kFloat), of_normed = of_out * host_side(*weight);
  const auto index = x.device().index();
  at::Tensor of_x, of_weight;
  if (mask[0])
    of_x = adopted(
        (scale * (of_normed - normed * (of_normed * normed).mean(-1, true))).to(x.scalar_type()),
        index);
  if (mask[1])
    of_weight = adopted((of_out * normed).flatten(0, -2).sum(0).to(weight->scalar_type()), index);
  return {of_x, of_weight};
}

/// As on CUDA: another storage under the tensor, whose elements nobody touches.
at::Tensor& set_storage(at::Tensor& self, at::Storage source, int64_t offset, at::IntArrayRef sizes,
                        at::IntArrayRef strides) {
  TORCH_CHECK(source.device() == self.device(), "storage of another device");
  auto* const impl = self.unsafeGetTensorImpl();
  impl->set_storage_keep_dtype(std::move(source));
  impl->set_sizes_and_strides(sizes, strides, offset);
  return self;
}

}  // namespace

void register_kernels() {
  static auto* const fallback = new torch::Library(
      torch::Library::IMPL, "_", c10::DispatchKey::PrivateUse1, __FILE__, __LINE__);
  fallback->fallback(torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
  static auto* const aten = new torch::Library(torch::Library::IMPL, "aten",
                                               c10::DispatchKey::PrivateUse1, __FILE__, __LINE__);
  aten->impl("empty.memory_format", &empty);
  aten->impl("empty_strided", &empty_strided);
  aten->impl("_copy_from", &copy_from);
  aten->impl("_copy_from_and_resize", &copy_from_and_resize);
  aten->impl("_local_scalar_dense", &local_scalar_dense);
  aten->impl("set_.source_Storage_storage_offset", &set_storage);
  aten->impl("_scaled_dot_product_flash_attention", &flash);
  aten->impl("_scaled_dot_product_flash_attention_backward", &flash_backward);
  aten->impl("_scaled_dot_product_fused_attention_overrideable", &fused_attention);
  aten->impl("_scaled_dot_product_fused_attention_overrideable_backward",
             &fused_attention_backward);
  aten->impl("mm.dtype", &wide_mm);
  aten->impl("bmm.dtype", &wide_bmm);
  aten->impl("bmm.dtype_out", &wide_bmm_out);
  aten->impl("_fused_rms_norm", &fused_rms_norm);
  aten->impl("_fused_rms_norm_backward", &fused_rms_norm_backward);
  // Loops over tensors on other devices, a kernel for many of them on CUDA.
  for (const char* name :
       {"_foreach_norm.Scalar", "_foreach_mul_.Scalar", "_foreach_add_.Scalar", "_foreach_copy_"})
    aten->impl(name, torch::CppFunction::makeFromBoxedFunction<&run_on_host>());
  at::native::_fused_sdp_choice_stub.set_privateuse1_dispatch_ptr(&choose_attention);
}

}  // namespace vrlt::test
