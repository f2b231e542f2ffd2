#include "vrlt/model/model_table.h"

#include "model/qwen2_5_vl/model.h"
#include "vrlt/core/error.h"

namespace vrlt::model {
namespace {

constexpr ModelEntry kModels[] = {
    {"qwen2_5_vl", "Qwen2.5-VL (3B, 7B, 32B, 72B and anything of that shape)", qwen2_5_vl::load},
};

}  // namespace

std::span<const ModelEntry> model_table() { return kModels; }

std::unique_ptr<VisionLanguageModel> load_model(const std::filesystem::path& folder, const ModelOptions& options) {
  const auto path = folder / "config.json";
  const auto json = io::read_json(path);
  const io::Json type = json.is_object() && json.contains("model_type") ? json["model_type"] : io::Json();
  std::string known;
  for (const auto& entry : kModels) {
    if (type == entry.model_type) return entry.load(folder, json, options);
    known += concat(known.empty() ? "" : ", ", entry.model_type);
  }
  throw CheckpointError(concat(path.string(), ": \"model_type\" is ", io::excerpt(type), ", expected one of: ", known));
}

}  // namespace vrlt::model
