#include "trainer/trained_parameters.h"

#include "vrlt/model/model_adapter.h"

namespace vrlt::trainer {

optim::NamedTensors which_parameters_train(const settings::ModelSection& section,
                                           model::VisionLanguageModel& policy) {
  optim::NamedTensors trained;
  if (const auto* adapter = model::adapter_of(policy)) {
    for (const auto& [name, tensor] : adapter->named(adapter->pairs->trained))
      trained.emplace_back(name, tensor);
    return trained;
  }
  for (const auto& [name, tensor] : policy.parameters().entries())
    if (!(section.freeze_vision && policy.is_vision_parameter(name)))
      trained.emplace_back(name, tensor);
  return trained;
}

void record_gradients_of(const optim::NamedTensors& trained, model::VisionLanguageModel& policy) {
  for (const auto& [name, tensor] : policy.parameters().entries()) tensor.set_requires_grad(false);
  for (const auto& [name, tensor] : trained) tensor.set_requires_grad(true);
}

}  // namespace vrlt::trainer
