#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vrlt/model/layers/linear.h"
#include "vrlt/model/lora_config.h"
#include "vrlt/model/parameter_table.h"
#include "vrlt/model/vision_language_model.h"

namespace vrlt::model {

/// A matrix of a model by the name of its module in the table: "model.layers.0.mlp.up_proj", whose
/// weight is "model.layers.0.mlp.up_proj.weight".
struct NamedLinear {
  std::string module;
  Linear* matrix;
};

/// The adapter of a model as a whole. Its factors are parameters of the model's table,
/// "<module>.lora_A.weight" and "<module>.lora_B.weight", behind all others.
struct ModelAdapter {
  LoraConfig config;
  std::shared_ptr<LowRankPairs> pairs;
  std::vector<std::string> modules;  ///< What each pair stands beside.
  std::string base;                  ///< The folder of the model that it stands beside.
  /// The base's weights by a hash of a part of each, and their type; see base_fingerprint().
  std::string base_fingerprint;

  /// Their names in the table. @param pairs  as many as modules.
  std::vector<NamedParameter> named(const std::vector<LowRankPair>& pairs) const;
};

/// Part of a model whose family can have an adapter.
class AdapterHost {
 public:
  virtual ~AdapterHost() = default;

  /// The matrices of the decoder's layers, in the order of the table.
  virtual std::vector<NamedLinear> decoder_matrices() = 0;

  /// Null: none was added.
  ModelAdapter* adapter() const { return adapter_.get(); }
  void set_adapter(std::unique_ptr<ModelAdapter> adapter) { adapter_ = std::move(adapter); }

 private:
  std::unique_ptr<ModelAdapter> adapter_;
};

/// The adapter of a model; null: it has none.
ModelAdapter* adapter_of(VisionLanguageModel& model);

/// Gives a model an adapter. A is uniform in +-1 / sqrt(in), drawn by (seed, name) alone; B is 0,
/// so that the model computes what it did. Source: PEFT, LoraLayer.reset_lora_parameters.
/// @param base  the folder of the model. @throws ContractError for a model that has an adapter or
/// whose family can have none; a rank below 1; a target that no layer has.
ModelAdapter& add_adapter(VisionLanguageModel& model, const LoraConfig& config, std::string base,
                          uint64_t seed);

/// What the reference computes is from now on what the policy computes now.
void move_reference_to_policy(ModelAdapter& adapter);

/// Names the weights beside an adapter by their type, names, shapes and a part of each: other
/// weights, another name. All ranks call it where layers are cut over them.
std::string base_fingerprint(VisionLanguageModel& model);

/// While it lives, other pairs of a model act: none, so that the model is its base, or those of the
/// reference. Without effect on a model that has no adapter. Gradients are not recorded meanwhile.
class AdapterGuard {
 public:
  AdapterGuard(VisionLanguageModel& model, Acting acting);
  ~AdapterGuard();
  AdapterGuard(const AdapterGuard&) = delete;
  AdapterGuard& operator=(const AdapterGuard&) = delete;

 private:
  std::shared_ptr<LowRankPairs> pairs_;
  Acting before_ = Acting::kTrained;
};

/// The model is its base while the guard lives.
[[nodiscard]] inline AdapterGuard without_adapter(VisionLanguageModel& model) {
  return {model, Acting::kNone};
}
/// The model is the reference of its own training while the guard lives.
[[nodiscard]] inline AdapterGuard as_reference(VisionLanguageModel& model) {
  return {model, Acting::kReference};
}

}  // namespace vrlt::model
