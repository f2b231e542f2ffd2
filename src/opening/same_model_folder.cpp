#include "vrlt/opening/same_model_folder.h"

#include <algorithm>
#include <map>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/own_json.h"

namespace vrlt::opening {
namespace fs = std::filesystem;
namespace {

/// Of what decides how a question is asked: names and hashes.
io::Json describe(const fs::path& folder) {
  constexpr const char* kKinds[] = {".json", ".txt", ".jinja", ".model"};
  io::Json files = io::Json::object();
  for (const auto& path : io::list_folder(folder)) {
    const auto extension = path.extension().string();
    // Names of tensors and where they stand: the weights themselves are compared.
    if (path.filename().string().ends_with(".safetensors.index.json")) continue;
    if (std::find(std::begin(kKinds), std::end(kKinds), extension) != std::end(kKinds))
      files[path.filename().string()] = io::sha256_file(path);
  }
  return files;
}

/// The first name that only one of them has, or that stands for other bytes.
std::string first_difference(const io::Json& one, const io::Json& other) {
  for (const auto* files : {&one, &other})
    for (const auto& [name, hash] : files->items())
      if (one.value(name, io::Json()) != other.value(name, io::Json())) return name;
  return {};
}

}  // namespace

void check_same_model_folder(distributed::ProcessGroup& group, const fs::path& folder) {
  if (group.world_size() == 1) return;
  const auto own = describe(folder);
  const auto all = group.all_gather(io::to_line(own));
  const auto first = io::parse_json(all.front(), "files of rank 0", io::kOwnJson);
  for (size_t rank = 1; rank < all.size(); ++rank) {
    const auto files = io::parse_json(all[rank], "files of a rank", io::kOwnJson);
    if (const auto name = first_difference(first, files); !name.empty())
      throw DataError(concat("rank ", rank, " has another ", name, " than rank 0 in ",
                             folder.string(), ": give all ranks the same model folder"));
  }
}

}  // namespace vrlt::opening
