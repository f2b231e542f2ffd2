#include "vrlt/distributed/same_files.h"

#include <algorithm>
#include <iterator>
#include <optional>

#include "vrlt/core/error.h"
#include "vrlt/core/record_codec.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::distributed {
namespace fs = std::filesystem;
namespace {

/// Names and hashes, one behind the other.
using Described = std::vector<std::string>;

struct OtherFile {
  size_t rank = 0;
  std::string name;
};

Described from_bytes(const std::string& bytes) {
  Described files;
  RecordReader reader(bytes);
  reader(files);
  return files;
}

/// The first rank and file that are not as on rank 0. @param files  their names and paths.
std::optional<OtherFile> find_other(ProcessGroup& group, const std::vector<std::string>& names,
                                    const std::vector<fs::path>& paths) {
  Described own;
  for (size_t i = 0; i < names.size(); ++i) {
    own.push_back(names[i]);
    own.push_back(io::sha256_file(paths[i]));
  }
  RecordWriter writer;
  writer(own);
  const auto all = group.all_gather(writer.bytes());
  const auto first = from_bytes(all.front());
  for (size_t rank = 1; rank < all.size(); ++rank) {
    const auto files = from_bytes(all[rank]);
    const auto [here, there] =
        std::mismatch(first.begin(), first.end(), files.begin(), files.end());
    if (here == first.end() && there == files.end()) continue;
    const auto place = static_cast<size_t>(here - first.begin()) / 2 * 2;
    return OtherFile{rank, place < first.size() ? first[place] : files[place]};
  }
  return {};
}

}  // namespace

void check_same_records(ProcessGroup& group, const std::vector<std::string>& records) {
  if (group.world_size() == 1) return;
  if (const auto other = find_other(group, records, {records.begin(), records.end()}))
    throw DataError(
        concat("rank ", other->rank, " reads other records than rank 0: ", other->name,
               " differs, or its lines are in another order; give all ranks the same file"));
}

void check_same_model_folder(ProcessGroup& group, const fs::path& folder) {
  constexpr const char* kKinds[] = {".json", ".txt", ".jinja", ".model"};
  if (group.world_size() == 1) return;
  std::vector<std::string> names;
  std::vector<fs::path> paths;
  for (const auto& path : io::list_folder(folder)) {
    const auto name = path.filename().string();
    // Names of tensors and where they stand: the weights themselves are compared.
    if (name.ends_with(".safetensors.index.json") ||
        std::find(std::begin(kKinds), std::end(kKinds), path.extension().string()) ==
            std::end(kKinds))
      continue;
    names.push_back(name);
    paths.push_back(path);
  }
  if (const auto other = find_other(group, names, paths))
    throw DataError(concat("rank ", other->rank, " has another ", other->name, " than rank 0 in ",
                           folder.string(), ": give all ranks the same model folder"));
}

}  // namespace vrlt::distributed
