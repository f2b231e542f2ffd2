#include "vrlt/io/line_reader.h"

#include "vrlt/io/text.h"

namespace vrlt::io {
namespace {

constexpr size_t kBlockBytes = 1 << 20;

}  // namespace

LineReader::LineReader(std::filesystem::path path) : file_(std::move(path)) {
  fill();
  begin_ = buffer_.size() - without_mark(buffer_, file_.path().string()).size();
  end_offset_ = begin_;
}

/// Reads a further block behind what has not been given yet; false at the end of the file.
bool LineReader::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const size_t size = buffer_.size();
  buffer_.resize(size + kBlockBytes);
  buffer_.resize(size + file_.read(buffer_.data() + size, kBlockBytes));
  return buffer_.size() > size;
}

bool LineReader::next() {
  size_t looked_at = 0;  // of the line
  for (;;) {
    const size_t end = buffer_.find('\n', begin_ + looked_at);
    has_line_feed_ = end != std::string::npos;
    const size_t size = (has_line_feed_ ? end : buffer_.size()) - begin_;
    if (!has_line_feed_) {
      looked_at = size;
      if (fill()) continue;
      if (size == 0) return false;
    }
    line_ = std::string_view(buffer_).substr(begin_, size);
    begin_ += size + (has_line_feed_ ? 1 : 0);
    end_offset_ += size + (has_line_feed_ ? 1 : 0);
    ++number_;
    return true;
  }
}

}  // namespace vrlt::io
