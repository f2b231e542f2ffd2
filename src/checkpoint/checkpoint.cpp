#include "vrlt/checkpoint/checkpoint.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <set>
#include <string>

#include "checkpoint/manifest.h"
#include "checkpoint/verification.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/record_codec.h"
#include "vrlt/distributed/all_or_none.h"
#include "vrlt/distributed/gathered_records.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/removed_at_end.h"

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

fs::path unfinished_name(const fs::path& folder) { return folder.string() + ".tmp"; }

/// One that cannot be removed now takes space and nothing else; the next save tries again. A
/// checkpoint loses its name first: what a kill leaves of it must not look like one.
void remove_old(const fs::path& folder) {
  try {
    const auto nameless = step_of(folder) ? unfinished_name(folder) : folder;
    if (nameless != folder) {
      io::remove_all(nameless);
      io::rename(folder, nameless);
    }
    io::remove_all(nameless);
  } catch (const DiskError& error) {
    log::warning(error.what());
  }
}

/// As rank 0 sees them: another one could see an older state of a shared file system.
std::vector<Checkpoint> agreed_list(const fs::path& run_folder, distributed::ProcessGroup& group) {
  std::vector<Checkpoint> listed;
  distributed::all_or_none(group, [&] {
    if (group.is_first()) listed = list_checkpoints(run_folder);
  });
  RecordWriter writer;
  for (const auto& [step, folder] : listed) writer(step, folder.string());
  const auto bytes = group.broadcast(writer.bytes());
  std::vector<Checkpoint> agreed;
  for (RecordReader reader(bytes); !reader.at_end();) {
    std::string folder;
    reader(agreed.emplace_back().step, folder);
    agreed.back().folder = folder;
  }
  return agreed;
}

/// What is wrong with a checkpoint, or empty. A failure of the disk says nothing about it.
std::string defect(const Checkpoint& checkpoint, const CheckContent& check,
                   distributed::ProcessGroup& group) {
  std::vector<FilePiece> pieces;
  auto found = agreed_defect(group, group.is_first(), [&] {
    const auto manifest = read_manifest(checkpoint.folder, checkpoint.step);
    check_sizes(checkpoint.folder, manifest);
    pieces = manifest.pieces();
  });
  if (!found.empty()) return found;
  RecordWriter writer;
  writer(pieces);
  const auto bytes = group.broadcast(writer.bytes());
  RecordReader reader(bytes);
  reader(pieces);
  found = hash_defect(group, checkpoint.folder, pieces);
  if (!found.empty() || !check) return found;
  return agreed_defect(group, group.is_first(), [&] {
    try {
      check(checkpoint);
    } catch (const Error& error) {
      if (error.exit_code() != ExitCode::kBadData && error.exit_code() != ExitCode::kMissingInput)
        throw;
      throw CheckpointError(error.what());
    }
  });
}

/// Makes the folder with the small files and room for the tensors.
void prepare(const fs::path& folder, const Content& content) {
  io::create_folders(folder);
  for (const auto& [files, pieces] : content.tensors) files.reserve(folder);
  content.fill(folder);
}

/// The pieces of all ranks, on all ranks.
std::vector<FilePiece> write_tensors(const fs::path& folder, const Content& content,
                                     distributed::ProcessGroup& group) {
  std::vector<FilePiece> own;
  distributed::all_or_none(group, [&] {
    for (const auto& [files, pieces] : content.tensors)
      for (auto& piece : files.write(folder, pieces, /*with_headers=*/group.is_first())) {
        piece.rank = group.rank();
        own.push_back(std::move(piece));
      }
  });
  return distributed::gathered_records(own, group);
}

/// @throws DiskError.
void read_back(const fs::path& folder, const std::vector<FilePiece>& written,
               distributed::ProcessGroup& group) {
  const auto defect = exchange_defect(group, folder, written);
  if (!defect.empty())
    throw DiskError(concat(defect,
                           " right after it was written, as another rank sees it: this "
                           "file system does not keep what several machines write into a file; "
                           "take another one for the run folder"));
}

/// Renames of files and the sizes of new ones outlast a crash from here on.
void sync_folders(const fs::path& folder) {
  std::set<fs::path> folders;
  for (const auto& file : io::list_files_below(folder))
    folders.insert((folder / file).parent_path());
  for (const auto& each : folders) io::sync_folder(each);
}

void commit(const fs::path& temporary, const fs::path& final_folder, int64_t step,
            const std::vector<FilePiece>& written) {
  const auto manifest = describe_files(temporary, step, written);
  io::write_file_atomic(temporary / kManifestName, to_json(manifest).dump(2) + "\n");
  sync_folders(temporary);
  io::rename(temporary, final_folder);
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

void save_checkpoint(const fs::path& run_folder, int64_t step, const Content& content,
                     distributed::ProcessGroup& group) {
  const auto parent = run_folder / "checkpoints";
  const auto final_folder = parent / folder_name(step);
  const auto temporary = unfinished_name(final_folder);
  std::optional<io::RemovedAtEnd> unfinished;
  distributed::all_or_none(group, [&] {
    if (!group.is_first()) return;
    if (!io::is_folder(run_folder))
      throw DiskError(
          concat(run_folder.string(), ": the run folder is gone, there is nowhere to save to"));
    io::remove_all(temporary);
    io::remove_all(final_folder);  // a damaged one: a sound one would have been resumed from
    unfinished.emplace(temporary);
    prepare(temporary, content);
  });
  const auto written = write_tensors(temporary, content, group);
  if (content.read_back) read_back(temporary, written, group);
  distributed::all_or_none(group, [&] {
    if (group.is_first()) commit(temporary, final_folder, step, written);
  });
}

std::optional<Checkpoint> find_latest_checkpoint(const fs::path& run_folder,
                                                 const CheckContent& check,
                                                 distributed::ProcessGroup& group) {
  for (const auto& checkpoint : agreed_list(run_folder, group)) {
    const auto problem = defect(checkpoint, check, group);
    if (problem.empty()) return checkpoint;
    if (group.is_first())
      log::warning(concat("ignoring checkpoint ", checkpoint.folder.string(), ": ", problem));
  }
  return {};
}

void prune_checkpoints(const fs::path& run_folder, int64_t keep, int64_t newest_step,
                       std::optional<int64_t> spared_step) {
  for (const auto& checkpoint : list_checkpoints(run_folder)) {
    const bool is_new = checkpoint.step <= newest_step && keep-- > 0;
    if (!is_new && checkpoint.step != spared_step) remove_old(checkpoint.folder);
  }
  remove_unfinished(run_folder);
}

void link_best_checkpoint(const fs::path& run_folder, std::optional<int64_t> step) {
  const auto link = run_folder / "checkpoints" / "best";
  std::error_code error;
  const fs::path target = step ? fs::path(folder_name(*step)) : fs::path();
  if (fs::read_symlink(link, error) == target) return;
  error.clear();
  if (!step) {
    fs::remove(link, error);
  } else {
    const fs::path fresh = unfinished_name(link);
    fs::remove(fresh, error);
    fs::create_symlink(target, fresh, error);
    if (!error) fs::rename(fresh, link, error);
  }
  if (error)
    log::warning(concat(link.string(), " cannot be made to lead to ",
                        step ? target.string() : "nothing", ": ", error.message()));
}

std::vector<std::string> files_of(const Checkpoint& checkpoint) {
  std::vector<std::string> paths;
  for (const auto& file : read_manifest(checkpoint.folder, checkpoint.step).files)
    paths.push_back(file.path);
  return paths;
}

void remove_files(const Checkpoint& checkpoint,
                  const std::function<bool(const std::string& path)>& which) {
  auto manifest = read_manifest(checkpoint.folder, checkpoint.step);
  const auto kept = std::stable_partition(manifest.files.begin(), manifest.files.end(),
                                          [&](const auto& file) { return !which(file.path); });
  for (auto file = kept; file != manifest.files.end(); ++file)
    manifest.removed.push_back(file->path);
  if (kept != manifest.files.end()) {
    manifest.files.erase(kept, manifest.files.end());
    io::write_file_atomic(checkpoint.folder / kManifestName, to_json(manifest).dump(2) + "\n");
  }
  for (const auto& path : manifest.removed) io::remove_all(checkpoint.folder / path);
}

void remove_unfinished(const fs::path& run_folder) {
  for (const auto& entry : io::list_folder(run_folder / "checkpoints"))
    if (entry.extension() == ".tmp") remove_old(entry);
}

}  // namespace vrlt::checkpoint
