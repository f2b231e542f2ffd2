#pragma once

#include <ATen/core/Tensor.h>
#include <c10/core/Storage.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "vrlt/distributed/shard_layout.h"
#include "vrlt/distributed/shard_ranks.h"
#include "vrlt/distributed/transfer.h"

namespace vrlt::distributed {

/// Tensors in blocks, such as the weights of a network's layers, of which each rank of an inner
/// group holds a part. All of a block is here between acquire() and release(); the memory of two
/// blocks is taken for that, so that the next one is on its way while one computes.
///
/// Handles to the tensors stay valid all the time: sizes, types and gradients are theirs, and only
/// their numbers come and go. Whoever asks for those of a block that is not here gets an error that
/// names it. What was computed from them, and views kept for a backward pass, see the numbers again
/// when they are back.
///
/// All ranks of an inner group make the same calls in the same order, since blocks are brought by
/// transfers. Which block is still here from before depends on the order of calls alone.
class ShardedBlocks {
 public:
  struct TensorShape {
    std::string name;
    std::vector<int64_t> sizes;
  };
  struct Block {
    std::string name;  ///< "model.layers.3."
    std::vector<TensorShape> tensors;
  };
  /// In which order blocks are asked for: what acquire() brings next.
  enum class Direction { kForward, kBackward };

  /// Numbers are 0 at first. @param options  dtype and device of all tensors.
  ShardedBlocks(std::vector<Block> blocks, const at::TensorOptions& options,
                std::shared_ptr<const ShardRanks> ranks);
  ~ShardedBlocks();

  const std::shared_ptr<const ShardRanks>& ranks() const { return ranks_; }
  size_t size() const { return blocks_.size(); }
  const std::string& name(size_t block) const { return blocks_.at(block).name; }

  /// The handle of a tensor. @throws ContractError if there is none of that name.
  const at::Tensor& tensor(const std::string& name) const;
  /// The block of a tensor by its name; none: it is of no block.
  std::optional<size_t> block_of(const std::string& name) const;

  // What this rank holds, as views of one dimension: who writes there changes the tensor, from the
  // next share() on for all.

  /// Consecutive elements of a tensor.
  struct Part {
    int64_t begin = 0;
    at::Tensor values;  ///< [elements]
  };
  /// All of a tensor that is here while its block is not. The ranks of an outer group hold the
  /// same.
  std::vector<Part> held(const std::string& name) const;
  /// What is this rank's alone, so that each element is of one rank of all.
  std::vector<Part> own(const std::string& name) const;
  /// That of a whole block: its piece ShardRanks::own_piece() by layout(block).
  at::Tensor own_piece(size_t block) const;
  const ShardLayout& layout(size_t block) const { return blocks_.at(block).layout; }

  /// All of a block is here until release(). Brings the one that comes next in this direction.
  void acquire(size_t block, Direction direction);
  void release(size_t block);

  /// Brings what each rank has made of own_piece() to those that hold it too, and forgets what was
  /// whole. All ranks call it, between passes.
  void share();
  /// Forgets what was whole: each rank has changed all that it holds.
  void forget();

  /// All blocks are here until drop_all(), in memory of their own: passes make no transfers then.
  void gather_all();
  void drop_all();
  /// What gather_all() takes, in bytes.
  int64_t whole_bytes() const;

  /// Until end_lockstep() ranks may have different numbers of passes: each asks the others along
  /// when it begins one. Ranks without one take part.
  void begin_lockstep() { in_lockstep_ = true; }
  /// Takes part until no rank has a pass left.
  void end_lockstep();
  /// To be called at the start of each forward pass through all blocks.
  void begin_pass();

  /// To be called before a pass that may break off.
  void expect_pass() { reached_ = {}; }
  /// Whether an error came out of a transfer, so that this rank has lost step with the others.
  bool is_moving() const { return is_moving_; }
  /// Takes part in what is left of a pass that broke off here, and lets go of all blocks. @param
  /// visit  as of pass_backward(); the block at which the backward pass broke off is among them.
  template <typename Visit>
  void end_pass(Visit&& visit) {
    release_all();
    const auto [direction, block] = reached_;
    const bool is_back = block && direction == Direction::kBackward;
    if (!is_back) pass_forward(block.value_or(0));
    pass_backward(visit, is_back ? *block + 1 : size());
  }
  /// The same of a pass that is forward only.
  void end_forward() {
    release_all();
    pass_forward(reached_.block.value_or(0));
  }

  /// Takes part in a pass that other ranks have and this one has not: the same transfers, nothing
  /// computed.
  void pass_forward(size_t first = 0);
  /// @param visit  called with the number of each block, where a backward pass has its gradients.
  template <typename Visit>
  void pass_backward(Visit&& visit) {
    pass_backward(visit, size());
  }

 private:
  template <typename Visit>
  void pass_backward(Visit&& visit, size_t end) {
    for (size_t block = end; block-- > 0;) {
      acquire(block, Direction::kBackward);
      visit(block);
      release(block);
    }
  }

  struct Held {
    std::string name;
    ShardLayout layout;
    std::vector<at::Tensor> tensors;
    c10::Storage present, absent;  ///< What handles refer to.
    at::Tensor pieces;             ///< [outer ranks, piece]: of this rank.
    int64_t users = 0;
  };
  struct Buffer {
    at::Tensor memory;
    std::optional<size_t> block;         ///< Whose numbers it holds, or will.
    std::unique_ptr<Transfer> transfer;  ///< Under way.
    int64_t last_use = 0;
  };
  struct Place {
    size_t block, tensor;
  };

  static Held hold(const Block& block, const at::TensorOptions& options, const ShardRanks& ranks);
  Place place_of(const std::string& name) const;
  std::vector<Part> parts(const Place& place, int64_t first_piece, int64_t end_piece) const;
  void release_all();
  Buffer& bring(size_t block);
  Buffer& free_buffer();
  void finish(Buffer& buffer);
  void point(Held& block, const Buffer* buffer);

  std::shared_ptr<const ShardRanks> ranks_;
  std::vector<Held> blocks_;
  std::unordered_map<std::string, Place> places_;
  std::vector<Buffer> buffers_;
  int64_t largest_ = 0;  ///< Elements of a whole block.
  int64_t calls_ = 0;
  bool keeps_all_ = false, in_lockstep_ = false, is_moving_ = false;
  /// The block that was acquired last in the pass at hand.
  struct {
    Direction direction = Direction::kForward;
    std::optional<size_t> block = {};
  } reached_;
};

/// Blocks of which all are here while it lives. Null: they are always.
class WholeBlocks {
 public:
  explicit WholeBlocks(ShardedBlocks* blocks) : blocks_(blocks) {
    if (blocks_ != nullptr) blocks_->gather_all();
  }
  ~WholeBlocks() {
    if (blocks_ != nullptr) blocks_->drop_all();
  }
  WholeBlocks(const WholeBlocks&) = delete;
  WholeBlocks& operator=(const WholeBlocks&) = delete;

 private:
  ShardedBlocks* blocks_;
};

}  // namespace vrlt::distributed
