#include "vrlt/distributed/shard_layout.h"

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

int64_t rounded_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }

}  // namespace

ShardLayout::ShardLayout(const std::vector<int64_t>& sizes, int64_t num_pieces)
    : sizes_(sizes), num_pieces_(num_pieces) {
  VRLT_CHECK(num_pieces >= 1, num_pieces, " pieces");
  int64_t end = 0;
  for (const int64_t size : sizes) {
    VRLT_CHECK(size >= 0, "a tensor of ", size, " elements");
    places_.push_back(end);
    end = rounded_up(end + size, kAlignment);
  }
  piece_size_ = rounded_up(end, num_pieces * kAlignment) / num_pieces;
}

std::vector<ShardLayout::Span> ShardLayout::spans(int64_t piece, int64_t from, int64_t to) const {
  VRLT_CHECK(piece >= 0 && piece < num_pieces_, "piece ", piece, " of ", num_pieces_);
  VRLT_CHECK(from >= 0 && from % kAlignment == 0, "a span from element ", from, " of a piece");
  const int64_t start = piece * piece_size_;
  const int64_t first = start + from, last = start + std::min(to, piece_size_);
  // the last tensor that begins at `first` or before
  auto tensor = static_cast<size_t>(
      std::max<std::ptrdiff_t>(
          1, std::upper_bound(places_.begin(), places_.end(), first) - places_.begin()) -
      1);
  std::vector<Span> spans;
  for (; tensor < sizes_.size() && places_[tensor] < last; ++tensor) {
    const int64_t begin = std::max(first, places_[tensor]),
                  end = std::min(last, places_[tensor] + sizes_[tensor]);
    if (begin < end) spans.push_back({tensor, begin - places_[tensor], end - begin, begin - start});
  }
  return spans;
}

}  // namespace vrlt::distributed
