#include "model/kept_files.h"

#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::model {
namespace {

constexpr const char* kNames[] = {"generation_config.json",
                                  "preprocessor_config.json",
                                  "video_preprocessor_config.json",
                                  "processor_config.json",
                                  "chat_template.json",
                                  "chat_template.jinja",
                                  "tokenizer.json",
                                  "tokenizer_config.json",
                                  "vocab.json",
                                  "merges.txt",
                                  "tokenizer.model",
                                  "added_tokens.json",
                                  "special_tokens_map.json"};

}  // namespace

KeptFiles::KeptFiles(const std::filesystem::path& folder) {
  constexpr uint64_t kMaxFileBytes = 64ULL << 20;
  for (const char* name : kNames)
    if (io::exists(folder / name))
      files_.emplace_back(name, io::read_file(folder / name, kMaxFileBytes));
}

void KeptFiles::write_to(const std::filesystem::path& folder) const {
  for (const auto& [name, content] : files_) io::write_file_atomic(folder / name, content);
}

}  // namespace vrlt::model
