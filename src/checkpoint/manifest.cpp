#include "checkpoint/manifest.h"

#include <set>
#include <string>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/own_fields.h"
#include "vrlt/io/own_json.h"

namespace vrlt::checkpoint {
namespace fs = std::filesystem;
namespace {

bool is_below(const fs::path& path) {
  bool escapes = path.empty() || path.is_absolute();
  for (const auto& part : path) escapes = escapes || part == "..";
  return !escapes;
}

struct Entry {
  std::string path;
  uint64_t bytes = 0;
  std::string sha256;
};

Entry parse_entry(const io::OwnFields& fields) {
  Entry entry{fields.text("path"), static_cast<uint64_t>(fields.integer("bytes")),
              fields.text("sha256")};
  if (!is_below(entry.path)) fields.fail("path", "a path in the checkpoint");
  return entry;
}

std::vector<Entry> parse_manifest(const std::string& text, const std::string& origin,
                                  int64_t step) {
  const auto manifest = io::parse_json(text, origin, io::kOwnJson);
  const io::OwnFields fields(manifest, origin);
  if (fields.integer("step") != step) fields.fail("step", concat(step, ", as its folder says"));
  std::vector<Entry> entries;
  for (const auto& entry : fields.list("files"))
    entries.push_back(parse_entry({entry, concat(origin, ": file ", entries.size() + 1)}));
  if (entries.empty()) fields.fail("files", "the files of the checkpoint");
  return entries;
}

void check_file(const fs::path& path, const Entry& entry) {
  if (!io::exists(path)) throw CheckpointError(concat(path.string(), " is missing"));
  if (io::file_size(path) != entry.bytes)
    throw CheckpointError(concat(path.string(), " has another size than its manifest says"));
  if (io::sha256_file(path) != entry.sha256)
    throw CheckpointError(concat(path.string(), " has another hash than its manifest says"));
}

/// State and tensors are never there by chance; somebody's notes may be.
bool must_be_named(const fs::path& file) {
  return file == "state.json" || file.extension() == ".safetensors";
}

}  // namespace

io::Json describe_files(const fs::path& folder, int64_t step) {
  io::Json files = io::Json::array();
  for (const auto& file : io::list_files_below(folder))
    files.push_back({{"path", file.string()},
                     {"bytes", io::file_size(folder / file)},
                     {"sha256", io::sha256_file(folder / file)}});
  return {{"step", step}, {"files", files}};
}

void check_files(const fs::path& folder, int64_t step) {
  const auto path = folder / "manifest.json";
  if (!io::exists(path)) throw CheckpointError(concat(path.string(), " is missing"));
  const auto text = io::read_file(path, UINT64_MAX);
  std::vector<Entry> entries;
  try {
    entries = parse_manifest(text, path.string(), step);
  } catch (const DataError& error) {
    throw CheckpointError(error.what());
  }
  std::set<std::string> named;
  for (const auto& entry : entries) {
    check_file(folder / entry.path, entry);
    named.insert(entry.path);
  }
  for (const auto& file : io::list_files_below(folder))
    if (must_be_named(file) && !named.contains(file.string()))
      throw CheckpointError(concat((folder / file).string(), " is not in its manifest"));
}

}  // namespace vrlt::checkpoint
