#include <utility>

#include "checkpoint/safetensors_layout.h"
#include "vrlt/checkpoint/safetensors.h"
#include "vrlt/core/error.h"

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

}  // namespace

void write_safetensors(const fs::path& path, const NamedTensors& tensors,
                       std::map<std::string, std::string> metadata) {
  for (const auto& [name, tensor] : tensors)
    if (!tensor.defined())
      throw CheckpointError(concat(path.string(), ": tensor \"", name, "\": is undefined"));
  const auto specs = specs_of(tensors);
  check_storable(path.string(), specs);
  const auto order = aligned_order(specs);
  std::vector<TensorSpec> ordered;
  for (const size_t place : order) ordered.push_back(specs[place]);

  fs::path temporary_path = path;
  temporary_path += ".tmp";
  const Temporary temporary{temporary_path};
  io::FileWriter writer(temporary_path, io::FileWriter::Mode::kCreate);
  writer.write(make_header(ordered, std::move(metadata)));
  for (const size_t place : order) {
    const at::Tensor values = tensors[place].second.detach().cpu().contiguous();
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
