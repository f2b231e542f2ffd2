#include "model/stored_weights.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <map>

#include "model/problem_list.h"
#include "vrlt/checkpoint/layer_names.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/distributed/sharded_blocks.h"
#include "vrlt/model/finite_weights.h"

namespace vrlt::model {
namespace {

using distributed::ShardedBlocks;

/// The decoder's layers, to be cut over ranks.
std::shared_ptr<ShardedBlocks> blocks_of(const WeightLayout& layout, const ModelOptions& options) {
  std::vector<ShardedBlocks::Block> blocks;
  for (const auto& [name, shape] : layout.parameters) {
    const auto layer = checkpoint::layer_of(name);
    if (layer.empty()) continue;
    if (blocks.empty() || blocks.back().name != layer) blocks.push_back({layer, {}});
    blocks.back().tensors.push_back({name, shape});
  }
  return std::make_shared<ShardedBlocks>(
      std::move(blocks), at::TensorOptions().dtype(options.dtype).device(options.device),
      options.layers_over);
}

/// A table to be filled, parameter by parameter: of a layer that is cut over ranks, each rank keeps
/// its part of what is given.
class TableInMaking {
 public:
  TableInMaking(const WeightLayout& layout, const ModelOptions& options) : options_(options) {
    if (options.layers_over != nullptr) blocks_ = blocks_of(layout, options);
    table_.set_sharded_blocks(blocks_);
  }

  /// @param values  all of it, on the CPU; of a view of a file no more is read than is kept.
  void add(const std::string& name, const at::Tensor& values) {
    if (blocks_ == nullptr || !blocks_->block_of(name)) {
      table_.add(name, values.to(options_.device, options_.dtype, /*non_blocking=*/false,
                                 /*copy=*/true));
      return;
    }
    table_.add(name, blocks_->tensor(name));
    for (const auto& [begin, kept] : blocks_->held(name))
      kept.copy_(values.reshape({-1}).narrow(0, begin, kept.numel()));
  }

  const ParameterTable& table() const { return table_; }

 private:
  const ModelOptions& options_;
  std::shared_ptr<ShardedBlocks> blocks_;  ///< Null: all is whole.
  ParameterTable table_;
};

ParameterTable load_weights(const std::filesystem::path& folder, const WeightLayout& layout,
                            const ModelOptions& options) {
  const checkpoint::SafetensorsFolder files(folder);
  std::map<std::string, std::string> stored;  // canonical name -> name in the file
  TableInMaking making(layout, options);
  std::vector<std::string> problems;
  for (const auto& name : files.names()) {
    const auto [place, is_new] = stored.emplace(layout.canonical_name(name), name);
    if (!is_new) problems.push_back(concat("twice: ", place->second, " and ", name));
  }
  for (const auto& [name, shape] : layout.parameters) {
    const auto found = stored.find(name);
    if (found == stored.end()) {
      problems.push_back("missing: " + name);
      continue;
    }
    const auto tensor = files.tensor(found->second);
    if (!at::isFloatingType(tensor.scalar_type())) {
      problems.push_back(concat("wrong dtype: ", name, " is ", tensor.scalar_type()));
    } else if (tensor.sizes() != at::IntArrayRef(shape)) {
      problems.push_back(concat("wrong shape: ", name, " is ", tensor.sizes(), ", expected ",
                                at::IntArrayRef(shape)));
    } else {
      making.add(name, tensor);
    }
    stored.erase(found);
  }
  if (const auto& embedding = layout.tied_embedding; !embedding.empty()) {
    const auto head = stored.find("lm_head.weight");
    if (head != stored.end()) {
      if (making.table().contains(embedding) &&
          !at::equal(files.tensor(head->second).to(options.device, options.dtype),
                     making.table().at(embedding)))
        problems.push_back(
            "lm_head.weight differs from the embedding although tie_word_embeddings is true");
      stored.erase(head);
    }
  }
  for (const auto& [name, original] : stored) problems.push_back("unexpected: " + original);
  if (!problems.empty())
    throw CheckpointError(
        concat(folder.string(), ": the weights do not fit config.json:", listed(problems)));
  return making.table();
}

ParameterTable random_weights(const WeightLayout& layout, const ModelOptions& options) {
  TableInMaking making(layout, options);
  for (const auto& [name, shape] : layout.parameters) {
    at::Tensor tensor;
    const auto float_options = at::TensorOptions().dtype(at::kFloat);
    if (name.ends_with(".bias")) {
      tensor = at::zeros(shape, float_options);
    } else if (shape.size() == 1) {
      tensor = at::ones(shape, float_options);
    } else {
      auto generator =
          at::detail::createCPUGenerator(random_bits(options.seed, stable_hash(name), 0, 0));
      tensor = at::empty(shape, float_options).normal_(0.0, layout.initializer_range, generator);
    }
    making.add(name, tensor);
  }
  return making.table();
}

}  // namespace

ParameterTable open_weights(const std::filesystem::path& folder, const WeightLayout& layout,
                            const ModelOptions& options) {
  auto parameters = options.random_weights ? random_weights(layout, options)
                                           : load_weights(folder, layout, options);
  check_finite(parameters, concat(folder.string(), ": broken weights"));
  return parameters;
}

}  // namespace vrlt::model
