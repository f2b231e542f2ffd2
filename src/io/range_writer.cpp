#include "vrlt/io/range_writer.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const char* what) {
  throw DiskError(concat(path.string(), ": cannot ", what, ": ", std::strerror(errno)));
}

/// Room for all bytes; a file system that cannot promise it gives the size alone. Not
/// posix_fallocate: there it would write a byte into every block.
bool allocate(int descriptor, off_t bytes) {
  if (bytes == 0) return true;
  while (::fallocate(descriptor, 0, 0, bytes) != 0) {
    if (errno == EINTR) continue;
    if (errno != EOPNOTSUPP && errno != ENOSYS) return false;
    return ::ftruncate(descriptor, bytes) == 0;
  }
  return true;
}

}  // namespace

void reserve_file(const std::filesystem::path& path, uint64_t bytes) {
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor < 0) fail(path, "open for writing");
  if (!allocate(descriptor, static_cast<off_t>(bytes))) {
    const int error = errno;
    ::close(descriptor);
    errno = error;
    fail(path, "write");
  }
  if (::close(descriptor) != 0) fail(path, "close");
}

// Opened for reading too: what is written through descriptors that cannot read, some network file
// systems are said not to merge with what other machines write into the same block.
RangeWriter::RangeWriter(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(::open(path_.c_str(), O_RDWR | O_CLOEXEC)) {
  if (descriptor_ < 0) fail(path_, "open for writing");
}

RangeWriter::~RangeWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RangeWriter::write(uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        ::pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path_, "write");
    bytes.remove_prefix(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
}

void RangeWriter::close() {
  if (::fdatasync(descriptor_) != 0) fail(path_, "sync");
  if (::close(std::exchange(descriptor_, -1)) != 0) fail(path_, "close");
}

}  // namespace vrlt::io
