#include "vrlt/distributed/sharded_blocks.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <algorithm>

#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

/// One that computes and one that is on its way.
constexpr size_t kBuffers = 2;

c10::Storage storage_without_memory(size_t bytes, at::Device device) {
  return c10::Storage(c10::Storage::use_byte_size_t(), bytes, at::DataPtr(nullptr, device),
                      /*allocator=*/nullptr, /*resizable=*/false);
}

}  // namespace

ShardedBlocks::ShardedBlocks(std::vector<Block> blocks, const at::TensorOptions& options,
                             std::shared_ptr<const ShardRanks> ranks)
    : ranks_(std::move(ranks)) {
  for (const auto& block : blocks) {
    for (size_t i = 0; i < block.tensors.size(); ++i)
      VRLT_CHECK(places_.emplace(block.tensors[i].name, Place{blocks_.size(), i}).second,
                 "two tensors named ", block.tensors[i].name);
    blocks_.push_back(hold(block, options, *ranks_));
    point(blocks_.back(), nullptr);
    const auto& layout = blocks_.back().layout;
    largest_ = std::max(largest_, layout.num_pieces() * layout.piece_size());
  }
  for (size_t i = 0; i < std::min(kBuffers, blocks_.size()); ++i)
    buffers_.push_back({.memory = at::empty({largest_}, options)});
}

ShardedBlocks::~ShardedBlocks() = default;

ShardedBlocks::Held ShardedBlocks::hold(const Block& block, const at::TensorOptions& options,
                                        const ShardRanks& ranks) {
  std::vector<int64_t> elements;
  for (const auto& tensor : block.tensors) {
    elements.push_back(1);
    for (const int64_t size : tensor.sizes) elements.back() *= size;
  }
  const ShardLayout layout(elements, ranks.all().world_size());
  const auto pieces = at::zeros({ranks.outer().world_size(), layout.piece_size()}, options);
  const auto bytes =
      static_cast<size_t>(layout.num_pieces() * layout.piece_size()) * pieces.itemsize();
  Held held{block.name,
            layout,
            {},
            storage_without_memory(bytes, pieces.device()),
            storage_without_memory(bytes, pieces.device()),
            pieces};
  held.absent.unsafeGetStorageImpl()->release_data_and_set_meta_custom_data_ptr_error_msg_(
      concat("the weights of ", block.name, "* are not on this rank now"));
  for (size_t i = 0; i < block.tensors.size(); ++i) {
    std::vector<int64_t> strides(block.tensors[i].sizes.size(), 1);
    for (size_t axis = strides.size(); axis-- > 1;)
      strides[axis - 1] = strides[axis] * block.tensors[i].sizes[axis];
    held.tensors.push_back(
        at::empty({0}, options)
            .set_(held.present, layout.begin_of(i), block.tensors[i].sizes, strides));
  }
  return held;
}

ShardedBlocks::Place ShardedBlocks::place_of(const std::string& name) const {
  const auto found = places_.find(name);
  VRLT_CHECK(found != places_.end(), name, " is in no block");
  return found->second;
}

const at::Tensor& ShardedBlocks::tensor(const std::string& name) const {
  const auto place = place_of(name);
  return blocks_[place.block].tensors[place.tensor];
}

std::optional<size_t> ShardedBlocks::block_of(const std::string& name) const {
  const auto found = places_.find(name);
  return found == places_.end() ? std::nullopt : std::optional(found->second.block);
}

/// @param first_piece, end_piece  of those of the whole block that this rank holds.
std::vector<ShardedBlocks::Part> ShardedBlocks::parts(const Place& place, int64_t first_piece,
                                                      int64_t end_piece) const {
  const auto& block = blocks_[place.block];
  const int64_t first_held = ranks_->inner().rank() * ranks_->outer().world_size();
  std::vector<Part> parts;
  for (int64_t piece = first_piece; piece < end_piece; ++piece)
    for (const auto& span : block.layout.spans(piece))
      if (span.tensor == place.tensor)
        parts.push_back(
            {span.begin, block.pieces[piece - first_held].narrow(0, span.offset, span.count)});
  return parts;
}

std::vector<ShardedBlocks::Part> ShardedBlocks::held(const std::string& name) const {
  const int64_t outer = ranks_->outer().world_size(), first = ranks_->inner().rank() * outer;
  return parts(place_of(name), first, first + outer);
}

std::vector<ShardedBlocks::Part> ShardedBlocks::own(const std::string& name) const {
  const int64_t piece = ranks_->own_piece();
  return parts(place_of(name), piece, piece + 1);
}

at::Tensor ShardedBlocks::own_piece(size_t block) const {
  return blocks_.at(block).pieces[ranks_->outer().rank()];
}

void ShardedBlocks::acquire(size_t block, Direction direction) {
  is_moving_ = true;
  auto& buffer = bring(block);
  finish(buffer);
  buffer.last_use = ++calls_;
  if (blocks_[block].users++ == 0) point(blocks_[block], &buffer);
  if (!keeps_all_) {
    if (direction == Direction::kForward && block + 1 < size()) bring(block + 1);
    if (direction == Direction::kBackward && block > 0) bring(block - 1);
  }
  reached_ = {direction, block};
  is_moving_ = false;
}

void ShardedBlocks::release(size_t block) {
  auto& held = blocks_.at(block);
  VRLT_CHECK(held.users > 0, held.name, " is released more often than it was acquired");
  if (--held.users == 0) point(held, nullptr);
}

/// In the place of those that a broken pass has left without a release().
void ShardedBlocks::release_all() {
  if (keeps_all_) return;
  for (auto& block : blocks_) {
    block.users = 0;
    point(block, nullptr);
  }
}

/// Starts the transfer of a block that is neither here nor on its way.
ShardedBlocks::Buffer& ShardedBlocks::bring(size_t block) {
  for (auto& buffer : buffers_)
    if (buffer.block == block) return buffer;
  auto& buffer = free_buffer();
  finish(buffer);
  const auto& held = blocks_.at(block);
  const int64_t elements = held.layout.num_pieces() * held.layout.piece_size();
  buffer.block = block;
  buffer.transfer =
      ranks_->inner().start_all_gather(buffer.memory.narrow(0, 0, elements), held.pieces);
  return buffer;
}

/// The one whose block was used longest ago.
ShardedBlocks::Buffer& ShardedBlocks::free_buffer() {
  Buffer* oldest = nullptr;
  for (auto& buffer : buffers_) {
    if (!buffer.block) return buffer;
    if (blocks_[*buffer.block].users == 0 &&
        (oldest == nullptr || buffer.last_use < oldest->last_use))
      oldest = &buffer;
  }
  VRLT_CHECK(oldest != nullptr, "more than ", buffers_.size(), " blocks are used at once");
  return *oldest;
}

void ShardedBlocks::finish(Buffer& buffer) {
  if (const auto transfer = std::exchange(buffer.transfer, nullptr)) transfer->wait();
}

/// @param buffer  null: the numbers are not here.
void ShardedBlocks::point(Held& block, const Buffer* buffer) {
  auto* const memory = buffer == nullptr ? nullptr : buffer->memory.data_ptr();
  block.present.unsafeGetStorageImpl()->set_data_ptr_noswap(
      at::DataPtr(memory, block.pieces.device()));
  for (const auto& tensor : block.tensors)
    tensor.unsafeGetTensorImpl()->set_storage_keep_dtype(memory == nullptr ? block.absent
                                                                           : block.present);
}

void ShardedBlocks::forget() {
  for (auto& buffer : buffers_) {
    finish(buffer);
    VRLT_CHECK(!buffer.block || blocks_[*buffer.block].users == 0, blocks_[*buffer.block].name,
               " is still used");
    buffer.block.reset();
  }
}

void ShardedBlocks::share() {
  const at::NoGradGuard no_grad;
  forget();
  auto& outer = ranks_->outer();
  if (outer.world_size() == 1) return;
  for (const auto& block : blocks_) outer.all_gather_into(block.pieces, block.pieces[outer.rank()]);
}

void ShardedBlocks::gather_all() {
  VRLT_CHECK(!keeps_all_, "all blocks are here already");
  const auto options = blocks_.empty() ? at::TensorOptions() : blocks_.front().pieces.options();
  while (buffers_.size() < size()) buffers_.push_back({.memory = at::empty({largest_}, options)});
  for (size_t block = 0; block < size(); ++block) {
    auto& buffer = bring(block);
    if (block > 0) finish(bring(block - 1));
    buffer.last_use = ++calls_;
    ++blocks_[block].users;
  }
  for (size_t block = 0; block < size(); ++block) {
    auto& buffer = bring(block);
    finish(buffer);
    point(blocks_[block], &buffer);
  }
  keeps_all_ = true;
}

void ShardedBlocks::drop_all() {
  VRLT_CHECK(keeps_all_, "all blocks are dropped already");
  keeps_all_ = false;
  for (size_t block = 0; block < size(); ++block) release(block);
  buffers_.resize(std::min(kBuffers, size()));
}

int64_t ShardedBlocks::whole_bytes() const {
  return blocks_.empty() ? 0
                         : largest_ * static_cast<int64_t>(size()) *
                               static_cast<int64_t>(blocks_.front().pieces.itemsize());
}

void ShardedBlocks::end_lockstep() {
  while (in_lockstep_ && ranks_->inner().any(false)) pass_forward();
  in_lockstep_ = false;
}

void ShardedBlocks::begin_pass() {
  if (in_lockstep_ && !keeps_all_) ranks_->inner().any(true);
}

void ShardedBlocks::pass_forward(size_t first) {
  for (size_t block = first; block < size(); ++block) {
    acquire(block, Direction::kForward);
    release(block);
  }
}

}  // namespace vrlt::distributed
