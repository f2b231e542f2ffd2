#include "vrlt/checkpoint/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <string>

#include "checkpoint/manifest.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

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

/// Removes a folder on scope exit, if it still has this name.
struct RemovedFolder {
  fs::path path;
  ~RemovedFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

/// One that cannot be removed now takes space and nothing else; the next save tries again.
void remove_old(const fs::path& folder) {
  try {
    io::remove_all(folder);
  } catch (const DiskError& error) {
    log::warning(error.what());
  }
}

/// What is wrong with a checkpoint, or empty. A failure of the disk says nothing about it.
std::string defect(const Checkpoint& checkpoint, const CheckContent& check) {
  try {
    check_files(checkpoint.folder, checkpoint.step);
  } catch (const CheckpointError& error) {
    return error.what();
  }
  if (!check) return {};
  try {
    check(checkpoint);
  } catch (const Error& error) {
    if (error.exit_code() != ExitCode::kBadData && error.exit_code() != ExitCode::kMissingInput)
      throw;
    return error.what();
  }
  return {};
}

}  // namespace

std::vector<Checkpoint> list_checkpoints(const fs::path& run_folder) {
  std::vector<Checkpoint> found;
  for (const auto& entry : io::list_folder(run_folder / "checkpoints"))
    if (const auto step = step_of(entry)) found.push_back({*step, entry});
  std::sort(found.begin(), found.end(),
            [](const auto& a, const auto& b) { return a.step > b.step; });
  return found;
}

void save_checkpoint(const fs::path& run_folder, int64_t step,
                     const std::function<void(const fs::path& folder)>& fill) {
  const auto parent = run_folder / "checkpoints";
  const auto final_folder = parent / folder_name(step);
  const fs::path temporary = final_folder.string() + ".tmp";
  if (!io::is_folder(run_folder))
    throw DiskError(
        concat(run_folder.string(), ": the run folder is gone, there is nowhere to save to"));
  io::remove_all(temporary);
  io::remove_all(final_folder);  // a damaged one: a sound one would have been resumed from
  const RemovedFolder unfinished{temporary};
  io::create_folders(temporary);
  fill(temporary);

  io::write_file_atomic(temporary / "manifest.json",
                        describe_files(temporary, step).dump(2) + "\n");
  io::rename(temporary, final_folder);
}

std::optional<Checkpoint> find_latest_checkpoint(const fs::path& run_folder,
                                                 const CheckContent& check) {
  for (const auto& checkpoint : list_checkpoints(run_folder)) {
    const auto problem = defect(checkpoint, check);
    if (problem.empty()) return checkpoint;
    log::warning(concat("ignoring checkpoint ", checkpoint.folder.string(), ": ", problem));
  }
  return {};
}

void prune_checkpoints(const fs::path& run_folder, int64_t keep, int64_t newest_step) {
  for (const auto& checkpoint : list_checkpoints(run_folder))
    if (checkpoint.step > newest_step || keep-- <= 0) remove_old(checkpoint.folder);
  for (const auto& entry : io::list_folder(run_folder / "checkpoints"))
    if (entry.extension() == ".tmp") remove_old(entry);
}

}  // namespace vrlt::checkpoint
