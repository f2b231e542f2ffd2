#include "vrlt/model/parameter_table.h"

#include "vrlt/core/error.h"

namespace vrlt::model {

at::Tensor& ParameterTable::add(std::string name, at::Tensor tensor) {
  VRLT_CHECK(index_.emplace(name, entries_.size()).second, "parameter ", name, " added twice");
  entries_.push_back({std::move(name), std::move(tensor)});
  return entries_.back().tensor;
}

const at::Tensor& ParameterTable::at(const std::string& name) const {
  const auto found = index_.find(name);
  VRLT_CHECK(found != index_.end(), "no parameter ", name);
  return entries_[found->second].tensor;
}

int64_t ParameterTable::num_elements() const {
  int64_t total = 0;
  for (const auto& entry : entries_) total += entry.tensor.numel();
  return total;
}

}  // namespace vrlt::model
