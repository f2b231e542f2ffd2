#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "vrlt/io/files.h"

namespace vrlt::checkpoint {

using NamedTensors = std::vector<std::pair<std::string, at::Tensor>>;

/// A safetensors file, mapped read-only. The whole header is validated on opening: size of at most
/// 100 MB, no duplicate names, known dtypes, sizes that cannot overflow, and spans that tile the
/// data without gap or overlap. Source: https://github.com/huggingface/safetensors, "Format".
class SafetensorsFile {
 public:
  struct Entry {
    at::ScalarType dtype;
    std::vector<int64_t> shape;
    uint64_t begin;  ///< In bytes from the start of the data.
    uint64_t end;
  };

  /// @throws MissingInputError; CheckpointError naming the file and, where it is about one, the
  /// tensor.
  explicit SafetensorsFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  std::vector<std::string> names() const;  ///< In alphabetical order.
  bool contains(const std::string& name) const { return entries_.count(name) != 0; }
  const Entry& entry(const std::string& name) const;  ///< @throws CheckpointError if there is none.

  /// On the CPU. Usually a view that keeps the map alive: read-only memory, clone before changing
  /// it in place. A copy where the file does not align the data, and for BOOL, where a hostile byte
  /// could be neither 0 nor 1.
  at::Tensor tensor(const std::string& name) const;

  const std::map<std::string, std::string>& metadata() const { return metadata_; }

 private:
  std::filesystem::path path_;
  std::shared_ptr<const io::MappedFile> map_;
  const std::byte* data_ = nullptr;
  std::map<std::string, Entry> entries_;
  std::map<std::string, std::string> metadata_;
};

/// Writes the tensors (any device, any strides) to a new file that then replaces `path`: readers
/// see the old or the new one. One tensor at a time is copied to the CPU. Larger items come first,
/// so that every tensor is aligned; otherwise the given order is kept. `metadata` gets "format":
/// "pt" unless it has a format, because transformers insists on it.
/// @throws CheckpointError for a duplicate name or a dtype the format lacks; DiskError.
void write_safetensors(const std::filesystem::path& path, const NamedTensors& tensors,
                       std::map<std::string, std::string> metadata = {});

/// The weights of a model folder: model.safetensors.index.json with its shards, else
/// model.safetensors; or other tensors under another stem of these names.
class SafetensorsFolder {
 public:
  /// @throws MissingInputError; CheckpointError also if the index names a file outside the folder
  /// or a tensor its shard lacks.
  explicit SafetensorsFolder(const std::filesystem::path& folder,
                             const std::string& stem = "model");

  std::vector<std::string> names() const;  ///< In alphabetical order.
  bool contains(const std::string& name) const { return file_of_.count(name) != 0; }
  const SafetensorsFile::Entry& entry(const std::string& name) const {
    return file(name).entry(name);
  }
  /// As SafetensorsFile::tensor.
  at::Tensor tensor(const std::string& name) const { return file(name).tensor(name); }

 private:
  const SafetensorsFile& file(const std::string& name) const;

  std::filesystem::path folder_;
  std::map<std::string, SafetensorsFile> files_;
  std::map<std::string, const SafetensorsFile*> file_of_;
};

/// All tensors of a model folder, in alphabetical order; views as of SafetensorsFile::tensor.
NamedTensors load_sharded(const std::filesystem::path& folder);

/// Writes model.safetensors if everything fits into `max_shard_bytes`, else shards and
/// model.safetensors.index.json. A tensor is never split: one larger than the limit gets a shard of
/// its own.
void save_sharded(const std::filesystem::path& folder, const NamedTensors& tensors,
                  uint64_t max_shard_bytes = 5'000'000'000);

}  // namespace vrlt::checkpoint
