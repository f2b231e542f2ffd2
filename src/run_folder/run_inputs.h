#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "vrlt/io/json.h"

namespace vrlt::run_folder {

/// What a run read, as inputs.json has it: a row per file with its path, size and hash; of a model
/// folder, of the files in it.
class RunInputs {
 public:
  RunInputs() = default;
  /// @throws MissingInputError, DataError, DiskError.
  static RunInputs describe(const std::vector<std::filesystem::path>& inputs);
  /// @throws DataError naming the field; MissingInputError; DiskError.
  static RunInputs read(const std::filesystem::path& file);
  io::Json to_json() const;

  bool names(const std::filesystem::path& path) const { return !named(path).empty(); }
  /// Whether everything that a path names in `there` is here too, under whatever path.
  bool has_content_of(const std::filesystem::path& path, const RunInputs& there) const;

  /// Whether what `before` names here has the same names and content as what `after` names there;
  /// false if nothing is known of either.
  bool same_content(const std::filesystem::path& before, const RunInputs& there,
                    const std::filesystem::path& after) const;

  /// Everything that one of `paths` names is taken from `moved`, under its new paths.
  void move(const std::vector<std::filesystem::path>& paths, const RunInputs& moved);

  /// Why a run that read these may not go on from `now`, or empty: something that one of `among`
  /// names is gone or another. A file that was added to a model folder since is not missed.
  std::string change(const RunInputs& now, const std::vector<std::filesystem::path>& among) const;

 private:
  struct File {
    std::filesystem::path path;
    uint64_t bytes = 0;
    std::string sha256;
    bool operator==(const File&) const = default;
  };

  std::vector<File> named(const std::filesystem::path& path) const;

  std::vector<File> files_;
};

}  // namespace vrlt::run_folder
