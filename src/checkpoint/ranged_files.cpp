#include "vrlt/checkpoint/ranged_files.h"

#include <algorithm>
#include <iterator>
#include <tuple>
#include <utility>

#include "checkpoint/hashed_writer.h"
#include "checkpoint/safetensors_layout.h"
#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/range_writer.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

/// Hands over the bytes of a tensor of one dimension, wherever it is, part by part.
void for_each_part(const at::Tensor& values, int64_t max_bytes, const auto& take) {
  const int64_t step = max_bytes / values.element_size();
  for (int64_t begin = 0; begin < values.size(0); begin += step) {
    const auto part =
        values.slice(0, begin, std::min(begin + step, values.size(0))).cpu().contiguous();
    take(std::string_view(static_cast<const char*>(part.const_data_ptr()), part.nbytes()));
  }
}

}  // namespace

/// Bytes for a range of a file: a piece of a tensor, or a header.
struct RangedFiles::Source {
  size_t file = 0;
  uint64_t offset = 0;
  const at::Tensor* values = nullptr;  ///< Null: the header.

  auto place() const { return std::tuple(file, offset); }
};

RangedFiles::RangedFiles(const fs::path& stem, std::vector<TensorSpec> tensors,
                         uint64_t max_shard_bytes) {
  const auto folder = stem.parent_path();
  const auto name = stem.filename().string();
  check_storable(stem.string(), tensors);
  const auto shards = cut_into_shards(name, tensors, max_shard_bytes);
  if (shards.size() > 1) {
    index_path_ = folder / index_file_name(name);
    index_ = make_index(shards, tensors);
  }
  for (const auto& shard : shards) {
    const auto first = tensors.begin() + static_cast<std::ptrdiff_t>(shard.first);
    add_file(folder / shard.file_name, {first, first + static_cast<std::ptrdiff_t>(shard.count)});
  }
}

void RangedFiles::add_file(const fs::path& path, std::vector<TensorSpec> tensors) {
  std::vector<TensorSpec> ordered;
  for (const size_t place : aligned_order(tensors)) ordered.push_back(std::move(tensors[place]));
  File file{path, make_header(ordered)};
  file.bytes = file.header.size();
  for (auto& spec : ordered) {
    const uint64_t begin = std::exchange(file.bytes, file.bytes + spec.bytes());
    auto name = spec.name;
    places_.emplace(std::move(name), Place{files_.size(), begin, std::move(spec)});
  }
  files_.push_back(std::move(file));
}

void RangedFiles::reserve(const fs::path& root) const {
  io::create_folders((root / files_.front().path).parent_path());
  for (const auto& file : files_) io::reserve_file(root / file.path, file.bytes);
  if (!index_path_.empty()) io::write_file_atomic(root / index_path_, index_);
}

RangedFiles::Source RangedFiles::source_of(const TensorPiece& piece) const {
  const auto found = places_.find(piece.name);
  VRLT_CHECK(found != places_.end(), "a piece of ", piece.name, ", which no file holds");
  const auto& [file, begin, spec] = found->second;
  const auto& values = piece.values;
  VRLT_CHECK(piece.shape == spec.shape && values.scalar_type() == spec.dtype && values.dim() == 1,
             "a piece of ", piece.name, " is of another tensor: ", values.scalar_type(), " of ",
             at::IntArrayRef(piece.shape), ", expected ", spec.dtype, " of ",
             at::IntArrayRef(spec.shape));
  VRLT_CHECK(piece.begin >= 0 && values.size(0) <= spec.num_elements() - piece.begin, "elements ",
             piece.begin, " to ", piece.begin + values.size(0), " of ", piece.name, ", which has ",
             spec.num_elements());
  return {file, begin + static_cast<uint64_t>(piece.begin) * c10::elementSize(spec.dtype), &values};
}

std::vector<FilePiece> RangedFiles::write(const fs::path& root,
                                          const std::vector<TensorPiece>& pieces,
                                          bool with_headers) const {
  std::vector<Source> sources;
  for (const auto& piece : pieces)
    if (piece.values.numel() > 0) sources.push_back(source_of(piece));
  for (size_t file = 0; with_headers && file < files_.size(); ++file)
    sources.push_back({.file = file});
  std::sort(sources.begin(), sources.end(),
            [](const Source& a, const Source& b) { return a.place() < b.place(); });

  HashedWriter writer(root, kMaxPieceBytes);
  for (const auto& source : sources) {
    const auto& file = files_[source.file];
    if (source.values == nullptr) {
      writer.write(file.path, 0, file.header);
      continue;
    }
    uint64_t offset = source.offset;
    for_each_part(*source.values, kStagingBytes, [&](std::string_view bytes) {
      writer.write(file.path, std::exchange(offset, offset + bytes.size()), bytes);
    });
  }
  return writer.finish();
}

}  // namespace vrlt::checkpoint
