#include "vrlt/io/replacing_file.h"

#include <utility>

#include "vrlt/io/folders.h"

namespace vrlt::io {
namespace fs = std::filesystem;

ReplacingFile::ReplacingFile(fs::path path)
    : path_(std::move(path)), temporary_(path_.string() + ".tmp") {
  writer_.emplace(temporary_, FileWriter::Mode::kCreate);
}

ReplacingFile::~ReplacingFile() {
  std::error_code ignored;
  if (writer_) fs::remove(temporary_, ignored);
}

void ReplacingFile::write(std::string_view bytes) {
  constexpr size_t kBlockBytes = 1 << 20;
  block_ += bytes;
  if (block_.size() >= kBlockBytes) flush();
}

void ReplacingFile::flush() {
  writer_->write(block_);
  block_.clear();
}

void ReplacingFile::replace() {
  flush();
  writer_->close();
  io::rename(temporary_, path_);
  writer_.reset();
}

}  // namespace vrlt::io
