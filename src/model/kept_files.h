#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

namespace vrlt::model {

/// The files of a model folder besides config and weights: tokenizer, chat template, processor and
/// generation settings. A checkpoint needs them too, and the folder that a run starts from may be
/// gone by then: they are held from the start.
class KeptFiles {
 public:
  /// @throws DataError, DiskError. A file that is not there is left out: folders have some of them
  /// each.
  explicit KeptFiles(const std::filesystem::path& folder);

  /// @throws DiskError.
  void write_to(const std::filesystem::path& folder) const;

 private:
  std::vector<std::pair<std::string, std::string>> files_;  ///< Name, content.
};

}  // namespace vrlt::model
