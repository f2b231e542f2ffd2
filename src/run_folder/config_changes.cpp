#include "run_folder/config_changes.h"

#include <algorithm>
#include <chrono>
#include <ctime>

#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/config/yaml_text.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::run_folder {
namespace fs = std::filesystem;
namespace {

using config::Difference;

/// Where a run and its videos lie is not part of what it is.
constexpr const char* kPlaces[] = {"name", "output", "data.root"};

/// Keys that name inputs: the same content may lie elsewhere.
constexpr const char* kInputKeys[] = {"model.path", "model.adapter", "data.records",
                                      "online_selection.statistics"};

bool is_one_of(const std::string& key, const auto& keys) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

bool is_free(const std::string& key, const std::vector<std::string>& free_keys) {
  return std::any_of(free_keys.begin(), free_keys.end(),
                     [&](const auto& free) { return key == free || key.starts_with(free + "."); });
}

/// A path as it stands, or a list of them in YAML; none for an empty text.
std::vector<fs::path> paths_of(const std::optional<std::string>& yaml) {
  std::vector<fs::path> paths;
  if (!yaml || *yaml == "\"\"") return paths;
  if (!yaml->starts_with("[")) return {*yaml};
  for (const auto& item : config::parse_yaml(*yaml)) paths.emplace_back(item.Scalar());
  return paths;
}

/// Whether the inputs lie elsewhere and are the same; they are moved there then.
bool only_moves(const Difference& difference, RunInputs& inputs) {
  const auto before = paths_of(difference.before), after = paths_of(difference.after);
  if (before.size() != after.size() || before.empty()) return false;
  const auto now = RunInputs::describe(after);
  for (size_t i = 0; i < before.size(); ++i)
    if (!inputs.same_content(before[i], now, after[i])) return false;
  inputs.move(before, now);
  return true;
}

std::vector<Difference> differences_from(const std::string& before_yaml, const fs::path& file,
                                         const RunRecipe& recipe) {
  try {
    return config::differences(before_yaml, recipe.config_yaml);
  } catch (const ConfigError& error) {
    throw ConfigError(concat(file.string(), ": ", error.what()));
  }
}

/// A key that is not there has its default: what a version that knew nothing of it did.
std::vector<Difference> with_defaults(std::vector<Difference> found, const fs::path& file,
                                      const RunRecipe& recipe) {
  const auto is_absent = [](const Difference& difference) { return !difference.before; };
  if (!recipe.complete || std::none_of(found.begin(), found.end(), is_absent)) return found;
  auto completed = differences_from(recipe.complete(file), file, recipe);
  std::string absent;
  for (const auto& difference : found)
    if (is_absent(difference) &&
        std::none_of(completed.begin(), completed.end(),
                     [&](const auto& d) { return d.key == difference.key && !d.before; }))
      absent += concat(absent.empty() ? "" : ", ", difference.key);
  if (!absent.empty())
    log::info(concat(file.string(), " is of a version without ", absent,
                     ": taken as the default of today"));
  return completed;
}

/// How to use what a run learned in another one.
std::string start_from_weights(const fs::path& folder) {
  const auto checkpoints = checkpoint::list_checkpoints(folder);
  if (checkpoints.empty()) return {};
  const auto adapter = checkpoints.front().folder / "adapter";
  return concat("; to start from its weights: name=", folder.filename().string(),
                io::is_folder(adapter)
                    ? concat("-2 model.adapter=", adapter.string())
                    : concat("-2 model.path=", (checkpoints.front().folder / "model").string()));
}

[[noreturn]] void refuse(const fs::path& folder, const std::vector<Difference>& found) {
  const auto& first = found.front();
  throw ConfigError(
      concat(folder.string(), " holds a run with another config: ", first.key, " is ",
             first.before.value_or("not set"), " there and ", first.after.value_or("not set"),
             " now", found.size() > 1 ? concat(" (and ", found.size() - 1, " more keys)") : "",
             kWayOut, start_from_weights(folder)));
}

std::string utc_time() {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  struct tm parts {};
  char text[32];
  ::gmtime_r(&now, &parts);
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text;
}

}  // namespace

std::vector<Difference> config_changes(const fs::path& folder, const RunRecipe& recipe,
                                       RunInputs& inputs) {
  constexpr uint64_t kMaxConfigBytes = 1 << 20;
  const auto path = folder / "config.yaml";
  const auto found = with_defaults(
      differences_from(io::read_file(path, kMaxConfigBytes), path, recipe), path, recipe);
  std::vector<Difference> refused;
  for (const auto& difference : found) {
    const bool allowed = is_one_of(difference.key, kPlaces) ||
                         is_free(difference.key, recipe.free_keys) ||
                         (is_one_of(difference.key, kInputKeys) && only_moves(difference, inputs));
    if (!allowed) refused.push_back(difference);
  }
  if (!refused.empty()) refuse(folder, refused);
  return found;
}

void record_changes(const fs::path& folder, const std::vector<Difference>& changes) {
  if (changes.empty()) return;
  const auto checkpoints = checkpoint::list_checkpoints(folder);
  io::Json line = {{"time", utc_time()},
                   {"after_step", checkpoints.empty() ? 0 : checkpoints.front().step},
                   {"changes", io::Json::array()}};
  for (const auto& [key, before, after] : changes)
    line["changes"].push_back({{"key", key},
                               {"before", before.value_or("not set")},
                               {"after", after.value_or("not set")}});
  io::JsonlAppender history(folder / "config_history.jsonl");
  history.append(line);
  history.close();
}

}  // namespace vrlt::run_folder
