#include "scoring/stored_run.h"

#include <unordered_map>

#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/jsonl.h"
#include "vrlt/selection_run/stored_rollouts.h"

namespace vrlt::scoring {
namespace fs = std::filesystem;
namespace {

/// Throws for a line that no run of ours wrote: what is read of it later is there.
void check_line(const io::Json& line, const std::string& place) {
  try {
    line.at("id").get_ref<const std::string&>();
    for (const auto& response : line.at("responses")) {
      response.at("text").get_ref<const std::string&>();
      response.at("reward").get<double>();
      response.at("tokens").get<int64_t>();
      response.at("finish").get_ref<const std::string&>();
      for (const auto& component : response.at("components")) component.at("value").get<double>();
    }
  } catch (const nlohmann::json::exception& error) {
    throw DataError(concat(place, ": not a line of answers of a run: ", error.what()));
  }
}

/// The rounds of a sample are one group.
std::vector<StoredGroup> groups_of_selection(const fs::path& run) {
  std::vector<StoredGroup> groups;
  std::unordered_map<std::string, size_t> index;
  selection_run::for_each_rollout(run, [&](const io::Json& line, const std::string& place) {
    check_line(line, place);
    const auto id = line["id"].get<std::string>();
    const auto [found, is_new] = index.emplace(id, groups.size());
    if (is_new) groups.push_back({.id = id, .place = place});
    groups[found->second].lines.push_back(line);
  });
  return groups;
}

std::vector<StoredGroup> groups_of_training(const fs::path& run) {
  std::vector<StoredGroup> groups;
  const auto path = run / "rollouts.jsonl";
  io::for_each_jsonl(
      path, /*tolerate_torn_tail=*/true,
      [&](int64_t number, const io::Json& line) {
        const auto place = concat(path.string(), ":", number);
        check_line(line, place);
        groups.push_back(
            {line["id"].get<std::string>(), line.value("step", int64_t{0}), place, {line}});
      },
      io::kOwnJson);
  return groups;
}

}  // namespace

std::vector<io::Json*> StoredGroup::responses() {
  std::vector<io::Json*> all;
  for (auto& line : lines)
    for (auto& response : line["responses"]) all.push_back(&response);
  return all;
}

StoredRun read_stored_run(const fs::path& run) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  for (const char* name : {"config.yaml", "rollouts.jsonl"})
    if (!io::exists(run / name))
      throw MissingInputError(concat(run.string(), ": has no ", name,
                                     ", expected the folder of a run of vrlt-train (grpo) or "
                                     "vrlt-select"));
  const auto config = config::parse_yaml(io::read_file(run / "config.yaml", kMaxConfigBytes));
  StoredRun stored;
  if (config["trainer"])
    stored.training = settings::load_train_config(run / "config.yaml", {});
  else
    stored.selection = settings::load_select_config(run / "config.yaml", {});
  stored.groups = stored.training ? groups_of_training(run) : groups_of_selection(run);
  std::erase_if(stored.groups, [](StoredGroup& group) { return group.responses().empty(); });
  if (stored.groups.empty())
    throw DataError(concat((run / "rollouts.jsonl").string(), ": holds no answers"));
  return stored;
}

}  // namespace vrlt::scoring
