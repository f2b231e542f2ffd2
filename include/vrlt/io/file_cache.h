#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/core/error.h"

namespace vrlt::io {

/// A folder of files that can be made again, named by hashes of what they are made from, up to a
/// number of bytes together: the least recently used ones go first. Several processes and threads
/// may share one, and may be killed: an entry appears whole or not at all, and together they keep
/// the bound. Only files that are named as entries are ever counted or removed, and none that
/// another process is still writing. What there is altogether stands in the file `vrlt-cache-bytes`
/// of the folder.
class FileCache {
 public:
  /// Makes the folder. @param max_bytes  of all entries.
  /// @throws DiskError.
  FileCache(std::filesystem::path folder, int64_t max_bytes);

  /// @param key  a SHA-256 in hex.  @param kind  lower-case letters: what the entry holds.
  std::filesystem::path path_of(const std::string& key, const std::string& kind) const;

  /// What `read(path)` gives, which should check the content. Nothing if there is no entry, or one
  /// that is damaged: that is told and removed.
  template <typename Read>
  auto find(const std::filesystem::path& entry, const Read& read)
      -> std::optional<decltype(read(entry))> {
    try {
      auto found = read(entry);
      mark_used(entry);
      return found;
    } catch (const MissingInputError&) {
      return {};
    } catch (const Error& error) {
      discard(entry, error);
      return {};
    }
  }

  /// Lets `write` make the file under a name of its own, then gives it that of the entry and makes
  /// room. Where the folder cannot be written a warning says so once, and nothing is written any
  /// more: a run does not need its cache.
  /// @param bytes  about so many: an entry that alone exceeds the bound is not written.
  void publish(const std::filesystem::path& entry, int64_t bytes,
               const std::function<void(const std::filesystem::path& part)>& write);

 private:
  std::filesystem::path new_file();
  void mark_used(const std::filesystem::path& entry);
  void discard(const std::filesystem::path& entry, const Error& error);
  class Total;
  struct Known {
    std::filesystem::file_time_type used;
    int64_t bytes = 0;
    std::filesystem::path path;
  };
  void make_room(int64_t added);
  bool evict_known(int64_t& total);
  std::vector<Known> list();

  std::filesystem::path folder_;
  int64_t max_bytes_;
  std::mutex mutex_;
  /// What the last listing found and that has not been looked at since.
  std::vector<Known> oldest_last_;
  std::atomic<int64_t> files_made_ = 0;
  std::atomic<bool> gave_up_ = false;  ///< Writing failed.
};

}  // namespace vrlt::io
