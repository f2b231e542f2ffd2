#include "model/stored_weights.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/zeros.h>

#include <map>

#include "model/problem_list.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/model/finite_weights.h"

namespace vrlt::model {
namespace {

ParameterTable load_weights(const std::filesystem::path& folder, const WeightLayout& layout,
                            const ModelOptions& options) {
  const checkpoint::SafetensorsFolder files(folder);
  std::map<std::string, std::string> stored;  // canonical name -> name in the file
  ParameterTable table;
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
      table.add(name,
                tensor.to(options.device, options.dtype, /*non_blocking=*/false, /*copy=*/true));
    }
    stored.erase(found);
  }
  if (const auto& embedding = layout.tied_embedding; !embedding.empty()) {
    const auto head = stored.find("lm_head.weight");
    if (head != stored.end()) {
      if (table.contains(embedding) &&
          !at::equal(files.tensor(head->second).to(options.device, options.dtype),
                     table.at(embedding)))
        problems.push_back(
            "lm_head.weight differs from the embedding although tie_word_embeddings is true");
      stored.erase(head);
    }
  }
  for (const auto& [name, original] : stored) problems.push_back("unexpected: " + original);
  if (!problems.empty())
    throw CheckpointError(
        concat(folder.string(), ": the weights do not fit config.json:", listed(problems)));
  return table;
}

ParameterTable random_weights(const WeightLayout& layout, const ModelOptions& options) {
  ParameterTable table;
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
    table.add(name, tensor.to(options.device, options.dtype));
  }
  return table;
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
