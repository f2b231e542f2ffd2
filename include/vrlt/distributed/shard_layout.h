#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

namespace vrlt::distributed {

/// Tensors one after the other, each from a multiple of kAlignment elements, cut into pieces of
/// equal length that are multiples of it too. A function of sizes and the number of pieces alone:
/// every rank knows what every other one holds.
///
/// The alignment is what makes pieces exact: kernels that go through a tensor in vectors round its
/// last elements apart, and a piece that begins at a multiple of 64 meets the same vectors as the
/// whole tensor does. It also keeps float32 pieces on the boundary of a cache line.
class ShardLayout {
 public:
  static constexpr int64_t kAlignment = 64;

  /// Consecutive elements of one tensor that lie in a piece.
  struct Span {
    size_t tensor;   ///< Its number.
    int64_t begin;   ///< Its first element there, in row-major order; a multiple of kAlignment.
    int64_t count;   ///< How many; positive.
    int64_t offset;  ///< Where in the piece; a multiple of kAlignment.
  };

  /// @param sizes  elements of each tensor, 0 or more. @param num_pieces  at least 1.
  ShardLayout(const std::vector<int64_t>& sizes, int64_t num_pieces);

  int64_t num_pieces() const { return num_pieces_; }
  /// Elements of a piece, with what stands free between and behind its tensors.
  int64_t piece_size() const { return piece_size_; }
  /// Where a tensor begins in all pieces one behind the other, in which it lies in one place.
  int64_t begin_of(size_t tensor) const { return places_.at(tensor); }

  /// What of a piece lies in its elements [from, to): in the order of tensors, at most one span of
  /// each. @param from  a multiple of kAlignment.
  std::vector<Span> spans(int64_t piece, int64_t from = 0,
                          int64_t to = std::numeric_limits<int64_t>::max()) const;

 private:
  std::vector<int64_t> sizes_, places_;  ///< places_: where each tensor begins.
  int64_t num_pieces_, piece_size_;
};

}  // namespace vrlt::distributed
