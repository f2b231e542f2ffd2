#pragma once

#include <filesystem>
#include <string>

namespace vrlt::model {

/// The Jinja template of a model folder.
struct ChatTemplateFile {
  std::string file;  ///< That holds it.
  std::string text;  ///< Empty: there is none.
};

/// The one that transformers would take. @throws DataError for a file that cannot be read.
ChatTemplateFile read_chat_template(const std::filesystem::path& folder);

}  // namespace vrlt::model
