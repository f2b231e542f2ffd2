#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "vrlt/distributed/launch.h"
#include "vrlt/distributed/transfer.h"

namespace vrlt::distributed {

/// The processes of a run. Every rank makes the same calls in the same order, from one thread.
/// A rank that ends early ends the others: a call in which one is missing throws CommError naming
/// it, and one that stays silent for Launch::timeout_seconds gives CommHangError.
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

  /// Adds up a tensor over the ranks, in place. Contiguous, of the same shape and dtype everywhere,
  /// on the device of the group or on the CPU.
  virtual void all_reduce_sum(at::Tensor& tensor) = 0;

  /// The bytes of every rank, in the order of ranks; they may differ in length.
  virtual std::vector<std::string> all_gather(const std::string& bytes) = 0;

  /// Overwrites a contiguous tensor with that of rank 0.
  virtual void broadcast(at::Tensor& tensor) = 0;

  virtual void barrier() = 0;

  // Transfers of pieces. The long tensor has world_size() pieces of equal length, piece r being
  // that of rank r. Tensors are contiguous, of one dtype, and as long on every rank; where they are
  // as in all_reduce_sum. They may be empty. @throws ContractError if they are not so.

  /// `own` of every rank becomes its piece of `whole`. It may be that piece already.
  std::unique_ptr<Transfer> start_all_gather(const at::Tensor& whole, const at::Tensor& own);

  /// Piece r of `parts` goes to rank r; piece r of `received` is what rank r has sent here. They do
  /// not overlap.
  std::unique_ptr<Transfer> start_exchange(const at::Tensor& received, const at::Tensor& parts);

  /// `own` becomes the sum over the ranks of their pieces for this one; it may be this rank's piece
  /// of `parts`, which else stays as it is. Pieces are added in their own dtype, on the CPU in the
  /// order of ranks, so that any number of ranks can be computed on one; on a GPU in the order of
  /// NCCL.
  std::unique_ptr<Transfer> start_reduce_scatter_sum(const at::Tensor& own,
                                                     const at::Tensor& parts);

  /// The same, waited for.
  void all_gather_into(const at::Tensor& whole, const at::Tensor& own) {
    start_all_gather(whole, own)->wait();
  }
  void exchange(const at::Tensor& received, const at::Tensor& parts) {
    start_exchange(received, parts)->wait();
  }
  void reduce_scatter_sum(const at::Tensor& own, const at::Tensor& parts) {
    start_reduce_scatter_sum(own, parts)->wait();
  }

  /// The ranks that give the same number, as a group of their own in the same order. All ranks of
  /// this group call it. The new group is for calls and transfers among its ranks; this one
  /// outlives it, and fail() and leave() remain the whole group's affair.
  std::unique_ptr<ProcessGroup> split(int64_t number);

  /// Tells the other ranks why this one ends; they end too. Without effect when another rank ended
  /// first.
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
  // What the transfers above come to: sound tensors of one dimension that are not empty.
  virtual std::unique_ptr<Transfer> begin_all_gather(at::Tensor whole, at::Tensor own) = 0;
  virtual std::unique_ptr<Transfer> begin_exchange(at::Tensor received, at::Tensor parts) = 0;
  /// By an exchange and a sum here, which moves half the bytes of Gloo's own one and adds in an
  /// order that is known.
  virtual std::unique_ptr<Transfer> begin_reduce_scatter_sum(at::Tensor own, at::Tensor parts);
  /// @param members  ranks of this group, at least two, this one among them. @param name  of the
  /// new group, different for each of a process.
  virtual std::unique_ptr<ProcessGroup> make_subgroup(const std::vector<int>& members,
                                                      const std::string& name) = 0;

  int rank_, world_size_;
  int64_t num_splits_ = 0;
};

/// The group of a single process: every call returns at once.
ProcessGroup& single_process();

}  // namespace vrlt::distributed
