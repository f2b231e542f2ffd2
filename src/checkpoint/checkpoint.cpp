#include "vrlt/checkpoint/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr const char* kPrefix = "step-";

std::string folder_name(int64_t step) {
  char name[32];
  std::snprintf(name, sizeof name, "%s%06lld", kPrefix, static_cast<long long>(step));
  return name;
}

std::optional<int64_t> step_of(const fs::path& folder) {
  const auto name = folder.filename().string();
  if (name.rfind(kPrefix, 0) != 0) return {};
  int64_t step = 0;
  const char* begin = name.data() + std::string(kPrefix).size();
  const auto [end, error] = std::from_chars(begin, name.data() + name.size(), step);
  if (error != std::errc() || end != name.data() + name.size()) return {};
  return step;
}

/// Finished checkpoints, newest first. "Finished" is told by the name alone: unfinished ones end in .tmp.
std::vector<Checkpoint> list_checkpoints(const fs::path& run_folder) {
  std::vector<Checkpoint> found;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(run_folder / "checkpoints", error))
    if (const auto step = step_of(entry.path())) found.push_back({*step, entry.path()});
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.step > b.step; });
  return found;
}

std::vector<fs::path> files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), folder));
  std::sort(files.begin(), files.end());
  return files;
}

/// Removes a folder on scope exit, if it still has this name.
struct RemovedFolder {
  fs::path path;
  ~RemovedFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

/// What is wrong with a checkpoint, or empty.
std::string defect(const Checkpoint& checkpoint) {
  try {
    const auto manifest = io::read_json(checkpoint.folder / "manifest.json");
    for (const auto& file : manifest.at("files")) {
      const auto path = checkpoint.folder / file.at("path").get<std::string>();
      if (!fs::exists(path)) return path.string() + " is missing";
      if (fs::file_size(path) != file.at("bytes").get<uint64_t>()) return path.string() + " has another size than its manifest says";
      if (io::sha256_file(path) != file.at("sha256").get<std::string>()) return path.string() + " has another hash than its manifest says";
    }
    return {};
  } catch (const std::exception& error) {
    return error.what();
  }
}

}  // namespace

void save_checkpoint(const fs::path& run_folder, int64_t step, const std::function<void(const fs::path& folder)>& fill) {
  const auto parent = run_folder / "checkpoints";
  const auto final_folder = parent / folder_name(step);
  const fs::path temporary = final_folder.string() + ".tmp";
  std::error_code error;
  fs::remove_all(temporary, error);
  fs::remove_all(final_folder, error);  // a damaged one: a sound one would have been resumed from
  const RemovedFolder unfinished{temporary};
  io::create_folders(temporary);
  fill(temporary);

  io::Json files = io::Json::array();
  for (const auto& file : files_below(temporary))
    files.push_back({{"path", file.string()}, {"bytes", fs::file_size(temporary / file)}, {"sha256", io::sha256_file(temporary / file)}});
  const io::Json manifest = {{"step", step}, {"files", files}};
  io::write_file_atomic(temporary / "manifest.json", manifest.dump(2) + "\n");
  io::sync_folder(temporary);
  fs::rename(temporary, final_folder, error);
  if (error) throw DiskError(concat(final_folder.string(), ": cannot rename: ", error.message()));
  io::sync_folder(parent);
}

std::optional<Checkpoint> find_latest_checkpoint(const fs::path& run_folder) {
  for (const auto& checkpoint : list_checkpoints(run_folder)) {
    const auto problem = defect(checkpoint);
    if (problem.empty()) return checkpoint;
    log::warning(concat("ignoring checkpoint ", checkpoint.folder.string(), ": ", problem));
  }
  return {};
}

void prune_checkpoints(const fs::path& run_folder, int64_t step, int64_t keep) {
  std::error_code error;
  for (const auto& checkpoint : list_checkpoints(run_folder))
    if (checkpoint.step > step || keep-- <= 0) fs::remove_all(checkpoint.folder, error);
  for (const auto& entry : fs::directory_iterator(run_folder / "checkpoints", error))
    if (entry.path().extension() == ".tmp") fs::remove_all(entry.path(), error);
}

}  // namespace vrlt::checkpoint
