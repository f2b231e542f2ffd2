#include "vrlt/model/model_choices.h"

#include "model/model_rows.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::model {
namespace {

/// Nothing where the folder does not say.
io::Json type_of(const std::filesystem::path& folder) {
  if (folder.empty()) return {};
  try {
    const auto config = io::read_json(folder / "config.json");
    return config.is_object() && config.contains("model_type") ? config["model_type"] : io::Json();
  } catch (const Error&) {  // told in full by who opens the model
    return {};
  }
}

}  // namespace

std::span<const ModelChoice> model_choices() { return kModelRows; }

const ModelChoice& family_of(const std::filesystem::path& model_folder) {
  const auto type = type_of(model_folder);
  for (const auto& row : kModelRows)
    if (type == row.name) return row;
  return kModelRows[0];
}

}  // namespace vrlt::model
