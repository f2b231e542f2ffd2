#include "run_folder/run_inputs.h"

#include <algorithm>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/own_fields.h"
#include "vrlt/io/own_json.h"

namespace vrlt::run_folder {
namespace fs = std::filesystem;
namespace {

/// A file, or one in a folder, that is named so.
bool is_named(const fs::path& file, const fs::path& name) {
  return file == name || file.parent_path() == (name / "file").parent_path();
}

}  // namespace

RunInputs RunInputs::describe(const std::vector<fs::path>& inputs) {
  RunInputs described;
  const auto add = [&](const fs::path& file) {
    described.files_.push_back({file, io::file_size(file), io::sha256_file(file)});
  };
  for (const auto& input : inputs) {
    if (!io::is_folder(input)) {
      add(input);
      continue;
    }
    for (const auto& entry : io::list_folder(input))
      if (fs::is_regular_file(entry)) add(entry);
  }
  return described;
}

RunInputs RunInputs::read(const fs::path& file) {
  RunInputs inputs;
  const auto rows = io::read_json(file, io::kOwnJson);
  if (!rows.is_array())
    throw DataError(
        concat(file.string(), ": is ", io::excerpt(rows), ", expected a list of files"));
  for (const auto& row : rows) {
    const io::OwnFields fields(row, concat(file.string(), ": file ", inputs.files_.size() + 1));
    inputs.files_.push_back({fields.text("path"), static_cast<uint64_t>(fields.integer("bytes")),
                             fields.text("sha256")});
  }
  return inputs;
}

io::Json RunInputs::to_json() const {
  io::Json rows = io::Json::array();
  for (const auto& file : files_)
    rows.push_back({{"path", file.path.string()}, {"bytes", file.bytes}, {"sha256", file.sha256}});
  return rows;
}

std::vector<RunInputs::File> RunInputs::named(const fs::path& path) const {
  std::vector<File> found;
  std::copy_if(files_.begin(), files_.end(), std::back_inserter(found),
               [&](const File& file) { return is_named(file.path, path); });
  return found;
}

bool RunInputs::has_content_of(const fs::path& path, const RunInputs& there) const {
  const auto wanted = there.named(path);
  return std::all_of(wanted.begin(), wanted.end(), [&](const File& file) {
    return std::any_of(files_.begin(), files_.end(), [&](const File& known) {
      return known.bytes == file.bytes && known.sha256 == file.sha256;
    });
  });
}

bool RunInputs::same_content(const fs::path& before, const RunInputs& there,
                             const fs::path& after) const {
  const auto of_before = named(before), of_after = there.named(after);
  const bool are_folders = !of_before.empty() && of_before.front().path != before;
  // A file may have another name; in a folder the names are part of what it is.
  const auto same = [&](const File& a, const File& b) {
    return a.bytes == b.bytes && a.sha256 == b.sha256 &&
           (!are_folders || a.path.filename() == b.path.filename());
  };
  return !of_before.empty() && std::all_of(of_before.begin(), of_before.end(), [&](const File& a) {
    return std::any_of(of_after.begin(), of_after.end(), [&](const File& b) { return same(a, b); });
  });
}

void RunInputs::move(const std::vector<fs::path>& paths, const RunInputs& moved) {
  std::erase_if(files_, [&](const File& file) {
    return std::any_of(paths.begin(), paths.end(),
                       [&](const auto& path) { return is_named(file.path, path); });
  });
  files_.insert(files_.end(), moved.files_.begin(), moved.files_.end());
}

std::string RunInputs::change(const RunInputs& now, const std::vector<fs::path>& among) const {
  for (const auto& before : files_) {
    if (std::none_of(among.begin(), among.end(),
                     [&](const auto& path) { return is_named(before.path, path); }))
      continue;
    const auto found = std::find_if(now.files_.begin(), now.files_.end(),
                                    [&](const File& file) { return file.path == before.path; });
    if (found == now.files_.end()) return before.path.string() + " is gone";
    if (!(*found == before)) return before.path.string() + " has changed";
  }
  return {};
}

}  // namespace vrlt::run_folder
