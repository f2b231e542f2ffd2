#pragma once

#include <ATen/core/Tensor.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace vrlt::distributed {
class ShardedBlocks;
}

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

  /// The decoder's layers, where they are cut over ranks: the table's tensors are then handles to
  /// theirs, and held_parameters() is what this rank has. Null: all parameters are whole here.
  distributed::ShardedBlocks* sharded_blocks() const { return sharded_blocks_.get(); }
  void set_sharded_blocks(std::shared_ptr<distributed::ShardedBlocks> blocks) {
    sharded_blocks_ = std::move(blocks);
  }

 private:
  std::vector<NamedParameter> entries_;
  std::unordered_map<std::string, size_t> index_;
  std::shared_ptr<distributed::ShardedBlocks> sharded_blocks_;
};

}  // namespace vrlt::model
