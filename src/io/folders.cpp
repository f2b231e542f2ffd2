#include "vrlt/io/folders.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace fs = std::filesystem;
namespace {

bool is_absence(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory;
}

fs::file_status status_of(const fs::path& path) {
  std::error_code error;
  const auto status = fs::status(path, error);
  if (status.type() == fs::file_type::none && !is_absence(error))
    throw DiskError(concat(path.string(), ": cannot tell what is there: ", error.message()));
  return status;
}

/// Visits the entries of a listing; `Iterator` is that of one folder or of all below.
template <typename Iterator, typename Visit>
void for_each_entry(const fs::path& folder, Visit&& visit) {
  std::error_code error;
  Iterator entry(folder, error);
  for (; !error && entry != Iterator(); entry.increment(error)) visit(entry->path());
  std::error_code ignored;
  const bool is_link = fs::is_symlink(fs::symlink_status(folder, ignored));
  if (error && (error != std::errc::no_such_file_or_directory || is_link))
    throw DiskError(concat(folder.string(), ": cannot list: ", error.message(),
                           is_link ? " behind this link; is a disk not mounted?" : ""));
}

}  // namespace

bool exists(const fs::path& path) { return fs::exists(status_of(path)); }

bool is_folder(const fs::path& path) { return fs::is_directory(status_of(path)); }

std::vector<fs::path> list_folder(const fs::path& folder) {
  std::vector<fs::path> entries;
  for_each_entry<fs::directory_iterator>(folder,
                                         [&](const fs::path& entry) { entries.push_back(entry); });
  std::sort(entries.begin(), entries.end());
  return entries;
}

std::vector<fs::path> list_files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  for_each_entry<fs::recursive_directory_iterator>(folder, [&](const fs::path& entry) {
    if (fs::is_regular_file(status_of(entry))) files.push_back(entry.lexically_relative(folder));
  });
  std::sort(files.begin(), files.end());
  return files;
}

uint64_t file_size(const fs::path& file) {
  std::error_code error;
  const auto size = fs::file_size(file, error);
  if (is_absence(error)) throw MissingInputError(concat(file.string(), ": no such file"));
  if (error) throw DiskError(concat(file.string(), ": cannot tell its size: ", error.message()));
  return size;
}

void remove_all(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) throw DiskError(concat(path.string(), ": cannot remove: ", error.message()));
}

void rename(const fs::path& from, const fs::path& to) {
  std::error_code error;
  fs::rename(from, to, error);
  if (error)
    throw DiskError(
        concat(to.string(), ": cannot rename from ", from.string(), ": ", error.message()));
  sync_folder(to.parent_path());
}

}  // namespace vrlt::io
