#include "vrlt/io/file_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "io/open_file.h"
#include "vrlt/core/error.h"

namespace vrlt::io {

FileReader::FileReader(std::filesystem::path path)
    : path_(std::move(path)), descriptor_(open_regular(path_, &size_)) {}

FileReader::~FileReader() { ::close(descriptor_); }

size_t FileReader::read(char* bytes, size_t size) {
  size_t count = 0;
  while (count < size) {
    const ssize_t part = ::read(descriptor_, bytes + count, size - count);
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) throw DiskError(concat(path_.string(), ": cannot read: ", std::strerror(errno)));
    if (part == 0) break;
    count += static_cast<size_t>(part);
  }
  done_ += count;
  if (count < size && done_ < size_)
    throw DataError(concat(path_.string(), ": became shorter while it was read, from ", size_,
                           " to ", done_, " bytes"));
  return count;
}

std::string FileReader::read_at(uint64_t offset, size_t size) const {
  std::string bytes(size, '\0');
  for (size_t count = 0; count < size;) {
    const ssize_t part = ::pread(descriptor_, bytes.data() + count, size - count,
                                 static_cast<off_t>(offset + count));
    if (part < 0 && errno == EINTR) continue;
    if (part < 0) throw DiskError(concat(path_.string(), ": cannot read: ", std::strerror(errno)));
    if (part == 0)
      throw DataError(concat(path_.string(), ": became shorter while it was in use, than ",
                             offset + size, " bytes"));
    count += static_cast<size_t>(part);
  }
  return bytes;
}

}  // namespace vrlt::io
