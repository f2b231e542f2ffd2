#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::selection {

/// Source: arXiv:2509.19803; its threshold, momentum and size could not be verified, these are
/// ours.
struct MemoryBankConfig {
  /// Groups of a lower normalised variance are replaced and do not enter the bank.
  double min_variance = 0.3;
  /// How much of the moving average of a prompt's variance stays when it is observed again; in [0,
  /// 1).
  double momentum = 0.9;
  int64_t capacity = 512;  ///< Prompts kept at most; the lowest goes first.
};

/// Prompts of past steps whose rewards varied, to train on again in place of groups without signal.
/// Its content depends on what was observed only: on rank 0, with rewards of all ranks, or on every
/// rank alike.
class MemoryBank {
 public:
  explicit MemoryBank(const MemoryBankConfig& config) : config_(config) {}

  /// A group of the step. @param variance  see normalized_variance. @return whether it is trained
  /// on.
  bool observe(const std::string& id, double variance);

  /// Takes out up to `count` prompts, highest average first, ties by a hash of the id; none of
  /// `except`. They come back when they are observed again.
  std::vector<std::string> take(int64_t count, const std::set<std::string>& except = {});

  int64_t size() const { return static_cast<int64_t>(averages_.size()); }

  /// For a checkpoint; averages of prompts that were taken out are part of it. @throws DataError
  /// from restore, which then changes nothing.
  io::Json state() const;
  void restore(const io::Json& state);

 private:
  /// Sorts by priority: the higher average first, ties by a hash of the id.
  using Rank = std::tuple<double, uint64_t, std::string>;
  static Rank rank_of(const std::string& id, double average);
  void put(const std::string& id, double average);
  void remove(std::map<std::string, double>::iterator entry);

  MemoryBankConfig config_;
  std::map<std::string, double> averages_;  ///< Averages of the prompts in the bank.
  std::set<Rank> by_priority_;              ///< The same prompts.
  /// Averages of those that were taken out and not observed since.
  std::map<std::string, double> taken_;
};

}  // namespace vrlt::selection
