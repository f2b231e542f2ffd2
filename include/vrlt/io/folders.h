#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace vrlt::io {

// Questions to a file system. That it cannot answer is an error of its own and never the answer
// "not there": a network file system may fail once, and whoever takes that for an empty folder
// starts over and throws away what it holds.

/// Whether there is something under this name. @throws DiskError if it cannot be told.
bool exists(const std::filesystem::path& path);

/// Whether there is a folder of this name. @throws DiskError.
bool is_folder(const std::filesystem::path& path);

/// What a folder holds, in the order of names; nothing if there is no such folder. @throws
/// DiskError if it cannot be listed.
std::vector<std::filesystem::path> list_folder(const std::filesystem::path& folder);

/// The regular files in a folder and below, relative to it and in order. @throws DiskError.
std::vector<std::filesystem::path> list_files_below(const std::filesystem::path& folder);

/// @throws MissingInputError, DiskError.
uint64_t file_size(const std::filesystem::path& file);

/// rm -r; a name that does not exist is no error. @throws DiskError.
void remove_all(const std::filesystem::path& path);

/// Gives a file or folder another name on the same file system, for good. @throws DiskError.
void rename(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace vrlt::io
