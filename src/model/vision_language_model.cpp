#include "vrlt/model/vision_language_model.h"

#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/model/model_adapter.h"

namespace vrlt::model {

void VisionLanguageModel::save(const std::filesystem::path& folder) {
  VRLT_CHECK(adapter_of(*this) == nullptr, "of a model with an adapter the adapter is saved");
  VRLT_CHECK(parameters().sharded_blocks() == nullptr,
             "layers that are cut over ranks are saved by all of them, as a checkpoint is");
  checkpoint::NamedTensors tensors;
  for (const auto& [name, tensor] : parameters().entries())
    tensors.emplace_back(name, tensor.detach());
  checkpoint::save_sharded(folder, tensors);
  save_description(folder);
}

}  // namespace vrlt::model
