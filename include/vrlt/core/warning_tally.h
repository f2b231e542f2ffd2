#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <unordered_set>
#include <vector>

namespace vrlt::log {

/// Warnings about single items (samples, videos, files) of a run. The first of each kind is logged
/// whole and at once; the others are counted, and `tell` says how many items there were, with the
/// ids of the first few. A run says so once, at its end: the destructor tells too. An item counts
/// once for each kind, however often it comes back. To be used by any number of threads.
///
///     tally.note("lasts longer or shorter than its record says", sample.id,
///                "lasts 30.1 s, its record says 60 s");
class WarningTally {
 public:
  WarningTally() = default;
  ~WarningTally();
  WarningTally(const WarningTally&) = delete;
  WarningTally& operator=(const WarningTally&) = delete;

  /// @param kind  the same for all warnings of this kind: what is said of the items together.
  /// @param id    of the item.  @param text  what is said of this one; logged as "id: text".
  void note(const std::string& kind, const std::string& id, const std::string& text);

  /// Items of a kind so far.
  int64_t count(const std::string& kind) const;

  /// A line for each kind of more than one item, as `tell` logs them: "3 samples: KIND: a, b, c".
  std::vector<std::string> summaries() const;
  /// Logs the lines that say something new since the last call.
  void tell();

 private:
  struct Kind {
    std::unordered_set<uint64_t> seen;  ///< Hashes of ids: a run may have hundreds of thousands.
    std::vector<std::string> first_ids;
    size_t told = 1;  ///< The first is logged by itself.
  };
  static std::string summary_of(const std::string& name, const Kind& kind);

  mutable std::mutex mutex_;
  std::map<std::string, Kind> kinds_;
};

}  // namespace vrlt::log
