#pragma once

#include <ATen/core/Tensor.h>

#include <string>
#include <unordered_map>
#include <vector>

namespace vrlt::model {

/// A parameter, named as in the checkpoint.
struct NamedParameter {
  std::string name;
  at::Tensor tensor;
};

/// The parameters of a model in a fixed order. Modules hold handles to the same tensors, so
/// in-place updates are seen everywhere.
class ParameterTable {
 public:
  /// @throws ContractError if the name exists.
  at::Tensor& add(std::string name, at::Tensor tensor);
  /// @throws ContractError if there is none.
  const at::Tensor& at(const std::string& name) const;
  bool contains(const std::string& name) const { return index_.count(name) != 0; }
  const std::vector<NamedParameter>& entries() const { return entries_; }
  int64_t num_elements() const;

 private:
  std::vector<NamedParameter> entries_;
  std::unordered_map<std::string, size_t> index_;
};

}  // namespace vrlt::model
