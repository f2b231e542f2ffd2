#include <algorithm>
#include <cstring>
#include <numeric>
#include <set>

#include "checkpoint/dtype_names.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

/// Removes the file on scope exit unless it was renamed before.
struct Temporary {
  fs::path path;
  ~Temporary() {
    std::error_code ignored;
    fs::remove(path, ignored);
  }
};

void check(const fs::path& path, const NamedTensors& tensors) {
  std::set<std::string> names{"__metadata__"};
  for (const auto& [name, tensor] : tensors) {
    const auto refuse = [&, &name = name](const auto&... what) {
      throw CheckpointError(concat(path.string(), ": tensor \"", name, "\": ", what...));
    };
    if (!names.insert(name).second) refuse("name is given twice or reserved");
    if (!tensor.defined()) refuse("is undefined");
    if (name_of_dtype(tensor.scalar_type()).empty())
      refuse("safetensors has no dtype for ", tensor.scalar_type());
  }
}

/// Larger items first: then every offset is a multiple of the size of its tensor's items.
NamedTensors aligned_order(NamedTensors tensors) {
  std::stable_sort(tensors.begin(), tensors.end(), [](const auto& a, const auto& b) {
    return a.second.element_size() > b.second.element_size();
  });
  return tensors;
}

/// The length and the header, padded with spaces so that the data begin at a multiple of 8.
std::string make_header(const NamedTensors& tensors,
                        const std::map<std::string, std::string>& metadata) {
  io::Json header;
  header["__metadata__"] = metadata;
  uint64_t begin = 0;
  for (const auto& [name, tensor] : tensors) {
    const uint64_t end = begin + tensor.nbytes();
    header[name] = {{"dtype", name_of_dtype(tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {begin, end}}};
    begin = end;
  }
  std::string text = io::to_line(header);
  text.append((8 - text.size() % 8) % 8, ' ');
  std::string length(8, '\0');
  for (size_t i = 0; i < 8; ++i) length[i] = static_cast<char>(text.size() >> (8 * i) & 0xff);
  return length + text;
}

}  // namespace

void write_safetensors(const fs::path& path, const NamedTensors& tensors,
                       std::map<std::string, std::string> metadata) {
  check(path, tensors);
  metadata.emplace("format", "pt");
  const NamedTensors ordered = aligned_order(tensors);

  fs::path temporary_path = path;
  temporary_path += ".tmp";
  const Temporary temporary{temporary_path};
  io::FileWriter writer(temporary_path, io::FileWriter::Mode::kCreate);
  writer.write(make_header(ordered, metadata));
  for (const auto& [name, tensor] : ordered) {
    const at::Tensor values = tensor.detach().cpu().contiguous();
    writer.write({static_cast<const char*>(values.const_data_ptr()), values.nbytes()});
  }
  writer.close();
  std::error_code error;
  fs::rename(temporary_path, path, error);
  if (error)
    throw DiskError(concat(path.string(), ": cannot rename from ", temporary_path.string(), ": ",
                           error.message()));
  io::sync_folder(path.parent_path());
}

}  // namespace vrlt::checkpoint
