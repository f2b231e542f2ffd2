#include "vrlt/model/model_limits.h"

#include "vrlt/io/json.h"

namespace vrlt::model {

int64_t read_max_positions(const std::filesystem::path& folder) {
  const auto config = io::read_json(folder / "config.json");
  if (!config.is_object()) return 0;
  // Flat as on the hub, or nested as later releases save it.
  const auto nested = config.contains("text_config") ? config["text_config"] : io::Json();
  for (const auto& place : {config, nested}) {
    if (!place.is_object() || !place.contains("max_position_embeddings")) continue;
    const auto& value = place["max_position_embeddings"];
    if (value.is_number_integer() && value.get<int64_t>() > 0) return value.get<int64_t>();
  }
  return 0;
}

}  // namespace vrlt::model
