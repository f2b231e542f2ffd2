#include "trainer/trained_parameters.h"

#include "vrlt/model/adapter_shape.h"
#include "vrlt/model/model_adapter.h"

namespace vrlt::trainer {
namespace {

bool trains(const settings::ModelSection& section, bool is_vision) {
  return !(section.freeze_vision && is_vision);
}

}  // namespace

optim::NamedTensors which_parameters_train(const settings::ModelSection& section,
                                           model::VisionLanguageModel& policy) {
  optim::NamedTensors trained;
  if (const auto* adapter = model::adapter_of(policy)) {
    for (const auto& [name, tensor] : adapter->named(adapter->pairs->trained))
      trained.emplace_back(name, tensor);
    return trained;
  }
  for (const auto& [name, tensor] : policy.parameters().entries())
    if (trains(section, policy.is_vision_parameter(name))) trained.emplace_back(name, tensor);
  return trained;
}

int64_t how_many_train(const settings::ModelSection& section, const model::LoraConfig& lora,
                       const model::ModelShape& shape) {
  if (lora.is_on()) return model::adapter_parameters(shape, lora);
  return (trains(section, false) ? shape.text.parameters : 0) +
         (trains(section, true) ? shape.vision.parameters : 0);
}

void record_gradients_of(const optim::NamedTensors& trained, model::VisionLanguageModel& policy) {
  for (const auto& [name, tensor] : policy.parameters().entries()) tensor.set_requires_grad(false);
  for (const auto& [name, tensor] : trained) tensor.set_requires_grad(true);
}

}  // namespace vrlt::trainer
