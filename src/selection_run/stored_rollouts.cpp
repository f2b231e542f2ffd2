#include "vrlt/selection_run/stored_rollouts.h"

#include "selection_run/store_lines.h"
#include "vrlt/core/error.h"

namespace vrlt::selection_run {

void for_each_rollout(
    const std::filesystem::path& run,
    const std::function<void(const io::Json& line, const std::string& place)>& visit) {
  const auto path = run / "rollouts.jsonl";
  for_each_stored_line(path, /*heads=*/false, [&](const StoredLine& stored) {
    const auto place = concat(path.string(), ":", stored.number);
    const auto& line = stored.value;
    if (!line.is_object() || !line.contains("id") || !line["id"].is_string())
      throw DataError(place + ": expected an object with an \"id\"");
    if (line.value("round", "") == kAuditRound || !line.contains("responses")) return;
    if (!line["responses"].is_array())
      throw DataError(place + ": expected a list of \"responses\"");
    visit(line, place);
  });
}

}  // namespace vrlt::selection_run
