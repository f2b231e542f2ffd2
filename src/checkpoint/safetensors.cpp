#include "vrlt/checkpoint/safetensors.h"

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kMaxHeaderBytes = 100'000'000;

struct Dtype {
  const char* name;
  at::ScalarType type;
};
constexpr Dtype kDtypes[] = {{"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
                             {"I32", at::kInt},    {"I16", at::kShort}, {"I8", at::kChar},  {"U8", at::kByte},       {"BOOL", at::kBool}};

const Dtype* find_dtype(const std::string& name) {
  const auto* found = std::find_if(std::begin(kDtypes), std::end(kDtypes), [&](const Dtype& d) { return name == d.name; });
  return found == std::end(kDtypes) ? nullptr : found;
}

const char* dtype_name(at::ScalarType type) {
  for (const auto& dtype : kDtypes)
    if (dtype.type == type) return dtype.name;
  throw ContractError(concat("safetensors has no dtype for ", type));
}

/// A non-negative integer of the header.
bool read_uint(const io::Json& value, uint64_t* out) {
  if (!value.is_number_unsigned()) return false;
  *out = value.get<uint64_t>();
  return true;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const fs::path& path) : path_(path), file_(std::make_shared<io::MappedFile>(path)) {
  parse_header();
  check_tiling();
}

void SafetensorsFile::parse_header() {
  const auto fail = [&](const std::string& what) { throw CheckpointError(concat(path_.string(), ": not a sound safetensors file: ", what)); };
  uint64_t header_bytes = 0;
  if (file_->size() < sizeof header_bytes) fail(concat("only ", file_->size(), " bytes long"));
  std::memcpy(&header_bytes, file_->data(), sizeof header_bytes);
  if (header_bytes > kMaxHeaderBytes || header_bytes > file_->size() - sizeof header_bytes)
    fail(concat("header of ", header_bytes, " bytes in a file of ", file_->size()));
  data_begin_ = sizeof header_bytes + header_bytes;

  const std::string_view text(reinterpret_cast<const char*>(file_->data()) + sizeof header_bytes, header_bytes);
  io::Json header;
  try {
    header = io::parse_json(text, path_.string(), {.max_bytes = kMaxHeaderBytes, .max_depth = 4});
  } catch (const DataError& error) {
    throw CheckpointError(error.what());
  }
  if (!header.is_object()) fail("the header is not a JSON object");
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      if (!value.is_object()) fail("__metadata__ is not an object");
      for (const auto& [key, text_value] : value.items()) {
        if (!text_value.is_string()) fail("__metadata__ holds something else than text");
        metadata_[key] = text_value.get<std::string>();
      }
      continue;
    }
    const auto bad = [&](const std::string& what) { fail(concat("tensor \"", name, "\": ", what)); };
    if (!value.is_object() || !value.contains("dtype") || !value.contains("shape") || !value.contains("data_offsets")) bad("expected dtype, shape and data_offsets");
    Entry entry{};
    const auto* dtype = value["dtype"].is_string() ? find_dtype(value["dtype"].get<std::string>()) : nullptr;
    if (dtype == nullptr) bad(concat("dtype ", value["dtype"].dump(), " is not supported"));
    entry.dtype = dtype->type;
    const auto& offsets = value["data_offsets"];
    if (!offsets.is_array() || offsets.size() != 2 || !read_uint(offsets[0], &entry.begin) || !read_uint(offsets[1], &entry.end) ||
        entry.begin > entry.end || entry.end > file_->size() - data_begin_)
      bad(concat("data_offsets ", offsets.dump(), " outside the ", file_->size() - data_begin_, " bytes of data"));
    if (!value["shape"].is_array() || value["shape"].size() > 16) bad("shape is not a list of at most 16 sizes");
    uint64_t bytes = c10::elementSize(entry.dtype);
    for (const auto& item : value["shape"]) {
      uint64_t size = 0;
      if (!read_uint(item, &size) || size > INT64_MAX || __builtin_mul_overflow(bytes, size, &bytes)) bad(concat("shape ", value["shape"].dump(), " is impossible"));
      entry.shape.push_back(static_cast<int64_t>(size));
    }
    if (bytes != entry.end - entry.begin) bad(concat("shape ", value["shape"].dump(), " needs ", bytes, " bytes, data_offsets span ", entry.end - entry.begin));
    entries_.emplace(name, std::move(entry));
  }
}

void SafetensorsFile::check_tiling() const {
  std::vector<std::pair<uint64_t, std::pair<uint64_t, const std::string*>>> spans;
  for (const auto& [name, entry] : entries_) spans.push_back({entry.begin, {entry.end, &name}});
  std::sort(spans.begin(), spans.end(), [](const auto& a, const auto& b) { return std::pair(a.first, a.second.first) < std::pair(b.first, b.second.first); });
  uint64_t expected = 0;
  for (const auto& [begin, rest] : spans) {
    if (begin != expected)
      throw CheckpointError(concat(path_.string(), ": tensor \"", *rest.second, "\" begins at ", begin, ", expected ", expected, " (a gap or an overlap)"));
    expected = rest.first;
  }
  if (expected != file_->size() - data_begin_)
    throw CheckpointError(concat(path_.string(), ": the tensors end at ", expected, " of ", file_->size() - data_begin_, " bytes (truncated or with bytes to spare)"));
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> result;
  for (const auto& [name, entry] : entries_) result.push_back(name);
  return result;
}

at::Tensor SafetensorsFile::tensor(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) throw CheckpointError(concat(path_.string(), ": no tensor \"", name, "\""));
  const auto& entry = found->second;
  const auto options = at::TensorOptions().dtype(entry.dtype);
  if (entry.begin == entry.end) return at::empty(entry.shape, options);
  auto* bytes = const_cast<std::byte*>(file_->data()) + data_begin_ + entry.begin;
  if (reinterpret_cast<uintptr_t>(bytes) % c10::elementSize(entry.dtype) != 0) {  // legal in the format, not for typed reads
    auto copy = at::empty(entry.shape, options);
    std::memcpy(copy.mutable_data_ptr(), bytes, entry.end - entry.begin);
    return copy;
  }
  return at::from_blob(bytes, entry.shape, [keep = file_](void*) {}, options);
}

SafetensorsFolder::SafetensorsFolder(const fs::path& folder) {
  const auto add = [&](const fs::path& path) {
    files_.push_back(std::make_unique<SafetensorsFile>(path));
    return files_.back().get();
  };
  const auto index_path = folder / "model.safetensors.index.json";
  if (!fs::exists(index_path)) {
    const auto* file = add(folder / "model.safetensors");
    for (const auto& name : file->names()) file_of_[name] = file;
    return;
  }
  const auto index = io::read_json(index_path);
  const auto map = index.find("weight_map");
  if (map == index.end() || !map->is_object()) throw CheckpointError(concat(index_path.string(), ": \"weight_map\" is missing"));
  std::map<std::string, const SafetensorsFile*> opened;
  for (const auto& [name, shard] : map->items()) {
    const auto file_name = shard.is_string() ? shard.get<std::string>() : std::string();
    if (file_name.empty() || fs::path(file_name).filename() != file_name)
      throw CheckpointError(concat(index_path.string(), ": shard of \"", name, "\" is ", shard.dump(), ", expected a plain file name"));
    auto& file = opened[file_name];
    if (file == nullptr) file = add(folder / file_name);
    if (!file->contains(name)) throw CheckpointError(concat(index_path.string(), ": ", file_name, " does not hold \"", name, "\""));
    file_of_[name] = file;
  }
}

std::vector<std::string> SafetensorsFolder::names() const {
  std::vector<std::string> result;
  for (const auto& [name, file] : file_of_) result.push_back(name);
  return result;
}

at::Tensor SafetensorsFolder::tensor(const std::string& name) const {
  const auto found = file_of_.find(name);
  if (found == file_of_.end()) throw CheckpointError("no tensor \"" + name + "\"");
  return found->second->tensor(name);
}

void write_safetensors(const fs::path& path, const NamedTensors& tensors) {
  io::Json header = {{"__metadata__", {{"format", "pt"}}}};
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    VRLT_CHECK(!header.contains(name), "tensor ", name, " given twice");
    header[name] = {{"dtype", dtype_name(tensor.scalar_type())}, {"shape", tensor.sizes().vec()}, {"data_offsets", {offset, offset + tensor.nbytes()}}};
    offset += tensor.nbytes();
  }
  std::string text = header.dump();
  text.append((8 - text.size() % 8) % 8, ' ');
  const uint64_t header_bytes = text.size();

  const fs::path temporary = path.string() + ".tmp";
  io::FileWriter writer(temporary, io::FileWriter::Mode::kCreate);
  writer.write({reinterpret_cast<const char*>(&header_bytes), sizeof header_bytes});
  writer.write(text);
  for (const auto& [name, tensor] : tensors) {
    const auto host = tensor.detach().to(at::kCPU).contiguous();
    writer.write({static_cast<const char*>(host.const_data_ptr()), host.nbytes()});
  }
  writer.close();
  std::error_code error;
  fs::rename(temporary, path, error);
  if (error) throw DiskError(concat(path.string(), ": cannot rename: ", error.message()));
  io::sync_folder(path.parent_path());
}

void save_sharded(const fs::path& folder, const NamedTensors& tensors, int64_t max_shard_bytes) {
  std::vector<NamedTensors> shards(1);
  int64_t shard_bytes = 0, total_bytes = 0;
  for (const auto& item : tensors) {
    const auto bytes = static_cast<int64_t>(item.second.nbytes());
    if (shard_bytes > 0 && shard_bytes + bytes > max_shard_bytes) {
      shards.emplace_back();
      shard_bytes = 0;
    }
    shards.back().push_back(item);
    shard_bytes += bytes;
    total_bytes += bytes;
  }
  if (shards.size() == 1) return write_safetensors(folder / "model.safetensors", tensors);
  io::Json weight_map = io::Json::object();
  for (size_t i = 0; i < shards.size(); ++i) {
    char name[64];
    std::snprintf(name, sizeof name, "model-%05zu-of-%05zu.safetensors", i + 1, shards.size());
    write_safetensors(folder / name, shards[i]);
    for (const auto& item : shards[i]) weight_map[item.first] = name;
  }
  const io::Json index = {{"metadata", {{"total_size", total_bytes}}}, {"weight_map", weight_map}};
  io::write_file_atomic(folder / "model.safetensors.index.json", index.dump(2) + "\n");
}

}  // namespace vrlt::checkpoint
