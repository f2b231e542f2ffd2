#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

#include "vrlt/distributed/launch.h"

namespace vrlt::distributed {

/// The processes of a run. Every rank makes the same calls in the same order, from one thread.
/// A rank that ends early ends the others: a call in which one is missing throws CommError naming it, and one that stays
/// silent for Launch::timeout_seconds gives CommHangError.
class ProcessGroup {
 public:
  ProcessGroup(int rank, int world_size) : rank_(rank), world_size_(world_size) {}
  virtual ~ProcessGroup() = default;
  ProcessGroup(const ProcessGroup&) = delete;
  ProcessGroup& operator=(const ProcessGroup&) = delete;

  int rank() const { return rank_; }
  int world_size() const { return world_size_; }
  /// Rank 0: the one that writes files and shows progress.
  bool is_first() const { return rank_ == 0; }

  /// Adds up a tensor over the ranks, in place. Contiguous, of the same shape and dtype everywhere, on the device of the group
  /// or on the CPU.
  virtual void all_reduce_sum(at::Tensor& tensor) = 0;

  /// The bytes of every rank, in the order of ranks; they may differ in length.
  virtual std::vector<std::string> all_gather(const std::string& bytes) = 0;

  /// Overwrites a contiguous tensor with that of rank 0.
  virtual void broadcast(at::Tensor& tensor) = 0;

  virtual void barrier() = 0;

  /// Tells the other ranks why this one ends; they end too. Without effect when another rank ended first.
  virtual void fail(const std::string& reason) noexcept = 0;

  /// Says that this rank ends in order. Call after a barrier, then no other function.
  virtual void leave() noexcept = 0;

  /// Sums over the ranks, added in the order of ranks: the same bits everywhere.
  std::vector<double> all_reduce_sum(const std::vector<double>& values);
  std::vector<int64_t> all_reduce_sum(const std::vector<int64_t>& values);
  int64_t all_reduce_sum(int64_t value);
  /// Whether it holds on any rank.
  bool any(bool value) { return all_reduce_sum(static_cast<int64_t>(value)) > 0; }
  /// The bytes of rank 0.
  std::string broadcast(const std::string& bytes);

 private:
  int rank_, world_size_;
};

/// The group of a single process: every call returns at once.
ProcessGroup& single_process();

}  // namespace vrlt::distributed
