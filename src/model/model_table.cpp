#include "model/model_table.h"

#include <algorithm>
#include <cctype>

#include "model/model_rows.h"
#include "model/qwen2_5_vl/family.h"
#include "model/qwen3_vl/family.h"
#include "vrlt/core/error.h"
#include "vrlt/core/named_table.h"
#include "vrlt/model/load_prompt_format.h"

namespace vrlt::model {
namespace {

constexpr ModelEntry kModels[] = {
    {row_named(kModelRows, "qwen2_5_vl"), qwen2_5_vl::kFunctions},
    {row_named(kModelRows, "qwen3_vl"), qwen3_vl::kFunctions},
};
static_assert(std::size(kModels) == std::size(kModelRows));

/// The row for a config.json. @throws CheckpointError listing the known families.
const ModelEntry& find_model(const io::Json& json, const std::filesystem::path& path) {
  const io::Json type =
      json.is_object() && json.contains("model_type") ? json["model_type"] : io::Json();
  std::string known;
  for (const auto& entry : kModels) {
    if (type == entry.name) return entry;
    known += concat(known.empty() ? "" : ", ", entry.name);
  }
  throw CheckpointError(concat(path.string(), ": \"model_type\" is ", io::excerpt(type),
                               ", expected one of: ", known));
}

}  // namespace

std::span<const ModelEntry> model_table() { return kModels; }

std::unique_ptr<VisionLanguageModel> load_model(const std::filesystem::path& folder,
                                                const ModelOptions& options) {
  const auto path = folder / "config.json";
  const auto json = io::read_json(path);
  return find_model(json, path).functions.load(folder, json, options);
}

ModelShape read_model_shape(const std::filesystem::path& folder) {
  const auto path = folder / "config.json";
  const auto json = io::read_json(path);
  const auto& family = find_model(json, path);
  const auto shape = family.functions.shape(json, path.string());
  VRLT_CHECK(shape.text.kept.own > 0 && shape.vision.kept.own > 0 && shape.text.largest_layer > 0 &&
                 shape.feature_width > 0,
             family.name, " does not say what its layers cost");
  return shape;
}

ModelShape find_model_shape(const std::filesystem::path& folder) {
  std::error_code ignored;
  if (std::filesystem::exists(folder / "config.json", ignored)) return read_model_shape(folder);
  const auto name = folder.has_filename() ? folder.filename() : folder.parent_path().filename();
  std::string lower = name.string();
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  for (const auto& entry : kModels)
    if (const auto find = entry.functions.published_shape)
      if (const auto shape = find(lower)) return *shape;
  throw MissingInputError(concat((folder / "config.json").string(), ": no such file, and \"",
                                 name.string(),
                                 "\" is not the name of a published model that is known"));
}

std::unique_ptr<processor::PromptFormat> load_prompt_format(const std::filesystem::path& folder,
                                                            const PromptRules& rules) {
  const auto path = folder / "config.json";
  const auto json = io::read_json(path);
  return find_model(json, path).functions.prompt_format(folder, json, rules);
}

void write_small_model(const SmallModel& sizes, const std::filesystem::path& folder) {
  find_row(kModels, sizes.family, "model family")
      .functions.write_small(sizes, *tokenizer::load_tokenizer(folder), folder);
}

}  // namespace vrlt::model
