#pragma once

#include <cctype>
#include <filesystem>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/test_folders.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::test {

/// What the manifest says of one file: its `media` row and its `sampling` rows.
struct MediaFile {
  std::string name;  ///< Letters, digits and underscores, unique; for the test's name.
  std::filesystem::path path;
  io::Json row;
  std::vector<io::Json> sampling;

  std::string text(const char* key) const {
    return row.contains(key) && row[key].is_string() ? row[key].get<std::string>() : "";
  }
  bool has(const char* key) const { return row.contains(key) && !row[key].is_null(); }
};

inline void PrintTo(const MediaFile& file, std::ostream* out) { *out << file.name; }

/// All files of the manifest in media_dir(), in its order; none if it is missing.
inline std::vector<MediaFile> media_files() {
  std::vector<MediaFile> files;
  if (!std::filesystem::exists(media_dir() / "manifest.jsonl")) return files;
  std::map<std::string, size_t> index, uses;
  io::for_each_jsonl(
      media_dir() / "manifest.jsonl", /*tolerate_torn_tail=*/false, [&](int64_t, io::Json row) {
        const auto kind = row["kind"].get<std::string>();
        if (kind == "media") {
          const auto file = row["file"].get<std::string>();
          std::string name;
          for (const char c : file)
            name +=
                std::isalnum(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 128
                    ? c
                    : '_';
          if (const auto n = ++uses[name]; n > 1) name += "_" + std::to_string(n);
          index[file] = files.size();
          files.push_back({name, media_dir() / std::filesystem::path(file), std::move(row), {}});
        } else if (kind == "sampling") {
          files.at(index.at(row["file"].get<std::string>())).sampling.push_back(std::move(row));
        }
      });
  return files;
}

}  // namespace vrlt::test
