#include "vrlt/model/vision_language_model.h"

#include "vrlt/checkpoint/safetensors.h"

namespace vrlt::model {

void VisionLanguageModel::save(const std::filesystem::path& folder) {
  checkpoint::NamedTensors tensors;
  for (const auto& [name, tensor] : parameters().entries())
    tensors.emplace_back(name, tensor.detach());
  checkpoint::save_sharded(folder, tensors);
  save_description(folder);
}

}  // namespace vrlt::model
