#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/ne.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "checkpoint/dtype_names.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

using Entry = SafetensorsFile::Entry;

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000;
constexpr size_t kMaxDimensions = 64;
constexpr auto kMaxInt64 = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());

[[noreturn]] void fail(const std::string& where, const std::string& what) {
  throw CheckpointError(where + ": " + what);
}

std::shared_ptr<const io::MappedFile> map_file(const fs::path& path) {
  try {
    return std::make_shared<const io::MappedFile>(path);
  } catch (const DataError& error) {
    throw CheckpointError(error.what());
  }
}

uint64_t read_little_endian(const std::byte* bytes) {
  uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | std::to_integer<uint64_t>(bytes[i]);
  return value;
}

/// The text of the header, its bounds checked.
std::string_view header_text(const io::MappedFile& file, const std::string& where) {
  if (file.size() < kLengthBytes)
    fail(where, concat(file.size(), " bytes, too short for a safetensors file"));
  const uint64_t length = read_little_endian(file.data());
  if (length > kMaxHeaderBytes)
    fail(where, concat("header of ", length, " bytes, expected at most ", kMaxHeaderBytes));
  if (length > file.size() - kLengthBytes)
    fail(where, concat("header of ", length, " bytes does not fit into a file of ", file.size(),
                       " bytes; truncated?"));
  const std::string_view text(reinterpret_cast<const char*>(file.data() + kLengthBytes), length);
  if (text.empty() || text.front() != '{')
    fail(where, "header does not begin with '{' at byte 9; not a safetensors file");
  return text;
}

io::Json parse_header(std::string_view text, const std::string& where) {
  try {
    return io::parse_json(text, where + ": header", {.max_bytes = kMaxHeaderBytes, .max_depth = 8});
  } catch (const DataError& error) {
    throw CheckpointError(error.what());
  }
}

std::string known_dtypes() {
  std::string names;
  for (const auto& [name, dtype] : kDtypes) names += concat(names.empty() ? "" : ", ", name);
  return names;
}

const io::Json& field(const io::Json& value, const char* name, const std::string& where) {
  const auto found = value.find(name);
  if (found == value.end()) fail(where, concat("no \"", name, "\""));
  return *found;
}

std::vector<int64_t> read_shape(const io::Json& value, const std::string& where) {
  if (!value.is_array() || value.size() > kMaxDimensions)
    fail(where, concat("shape is not an array of at most ", kMaxDimensions, " numbers"));
  std::vector<int64_t> shape;
  for (const io::Json& size : value) {
    if (!size.is_number_unsigned() || size.get<uint64_t>() > kMaxInt64)
      fail(where, concat("shape has the size ", io::excerpt(size),
                         ", expected an integer from 0 to 2^63 - 1"));
    shape.push_back(static_cast<int64_t>(size.get<uint64_t>()));
  }
  return shape;
}

/// Bytes of a tensor. Refuses strides that overflow too, as of [0, 2^40, 2^40].
uint64_t checked_bytes(const Entry& entry, const std::string& where) {
  int64_t stride = static_cast<int64_t>(c10::elementSize(entry.dtype));
  bool empty = false;
  for (const int64_t size : entry.shape) {
    empty = empty || size == 0;
    if (__builtin_mul_overflow(stride, std::max<int64_t>(size, 1), &stride))
      fail(where, "shape overflows: its bytes do not fit into 64 bits");
  }
  return empty ? 0 : static_cast<uint64_t>(stride);
}

Entry read_entry(const io::Json& value, const std::string& where) {
  if (!value.is_object())
    fail(where, concat("expected an object with dtype, shape and data_offsets, found ",
                       io::excerpt(value)));
  const io::Json& dtype = field(value, "dtype", where);
  const auto known =
      dtype.is_string() ? dtype_from_name(dtype.get_ref<const std::string&>()) : std::nullopt;
  if (!known)
    fail(where, concat("unknown dtype ", io::excerpt(dtype), "; known: ", known_dtypes()));

  Entry entry{*known, read_shape(field(value, "shape", where), where), 0, 0};
  const io::Json& offsets = field(value, "data_offsets", where);
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() ||
      !offsets[1].is_number_unsigned())
    fail(where, concat("data_offsets is not [begin, end] in bytes but ", io::excerpt(offsets)));
  entry.begin = offsets[0].get<uint64_t>();
  entry.end = offsets[1].get<uint64_t>();
  if (entry.begin > entry.end)
    fail(where, concat("data_offsets ", entry.begin, "..", entry.end, " run backwards"));
  const uint64_t expected = checked_bytes(entry, where);
  if (entry.end - entry.begin != expected)
    fail(where, concat("data_offsets hold ", entry.end - entry.begin,
                       " bytes, dtype and shape need ", expected));
  return entry;
}

std::map<std::string, std::string> read_metadata(const io::Json& value, const std::string& where) {
  if (!value.is_object())
    fail(where, concat("__metadata__ is not an object of texts but ", io::excerpt(value)));
  std::map<std::string, std::string> metadata;
  for (const auto& [name, text] : value.items()) {
    if (!text.is_string())
      fail(where, concat("__metadata__: the value of ", io::excerpt(name), " is ",
                         io::excerpt(text), ", expected a text"));
    metadata[name] = text.get<std::string>();
  }
  return metadata;
}

std::string locate(const fs::path& path, const std::string& name) {
  return concat(path.string(), ": tensor ", io::excerpt(name));
}

/// The spans, in order, must cover all of the data exactly once.
void check_tiling(const std::map<std::string, Entry>& entries, uint64_t data_bytes,
                  const fs::path& path) {
  std::vector<const std::pair<const std::string, Entry>*> sorted;
  for (const auto& item : entries) sorted.push_back(&item);
  std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) {
    return std::pair(a->second.begin, a->second.end) < std::pair(b->second.begin, b->second.end);
  });
  uint64_t cursor = 0;
  for (const auto* item : sorted) {
    const auto& [name, entry] = *item;
    if (entry.begin < cursor)
      fail(locate(path, name),
           concat("begins at ", entry.begin, ", overlaps the tensor that ends at ", cursor));
    if (entry.begin > cursor)
      fail(locate(path, name), concat("begins at ", entry.begin, ", leaves a gap after ", cursor));
    if (entry.end > data_bytes)
      fail(locate(path, name), concat("ends at ", entry.end, ", the file holds ", data_bytes,
                                      " bytes of data; truncated?"));
    cursor = entry.end;
  }
  if (cursor != data_bytes)
    fail(path.string(),
         concat(data_bytes - cursor, " bytes after the last tensor, whose data end at ", cursor));
}

}  // namespace

SafetensorsFile::SafetensorsFile(const fs::path& path) : path_(path), map_(map_file(path)) {
  const std::string_view text = header_text(*map_, path.string());
  data_ = map_->data() + kLengthBytes + text.size();
  const io::Json header = parse_header(text, path.string());
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__")
      metadata_ = read_metadata(value, path.string());
    else
      entries_.emplace(name, read_entry(value, locate(path, name)));
  }
  check_tiling(entries_, map_->size() - kLengthBytes - text.size(), path);
}

std::vector<std::string> SafetensorsFile::names() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) names.push_back(name);
  return names;
}

const SafetensorsFile::Entry& SafetensorsFile::entry(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end()) fail(path_.string(), concat("no tensor ", io::excerpt(name)));
  return found->second;
}

at::Tensor SafetensorsFile::tensor(const std::string& name) const {
  const Entry& found = entry(name);
  if (found.begin == found.end) return at::empty(found.shape, found.dtype);
  auto* bytes = const_cast<std::byte*>(data_ + found.begin);
  const auto view = [&](at::ScalarType dtype) {
    return at::from_blob(
        bytes, found.shape, [map = map_](void*) {}, at::TensorOptions(dtype));
  };
  if (found.dtype == at::kBool) return view(at::kByte).ne(0);
  if (reinterpret_cast<uintptr_t>(bytes) % c10::elementSize(found.dtype) == 0)
    return view(found.dtype);
  at::Tensor copy = at::empty(found.shape, found.dtype);
  std::memcpy(copy.mutable_data_ptr(), bytes, found.end - found.begin);
  return copy;
}

}  // namespace vrlt::checkpoint
