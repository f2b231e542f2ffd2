#include "vrlt/io/reading.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace fs = std::filesystem;
namespace {

constexpr size_t kPieceBytes = 1 << 20;

std::string reason() { return std::strerror(errno); }

/// A regular file opened for reading.
class OpenFile {
 public:
  explicit OpenFile(const fs::path& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
    if (descriptor_ < 0 && (errno == ENOENT || errno == ENOTDIR))
      throw MissingInputError(concat(path.string(), ": no such file"));
    if (descriptor_ < 0) throw DataError(concat(path.string(), ": cannot open: ", reason()));
    struct stat status {};
    if (::fstat(descriptor_, &status) == 0 && S_ISREG(status.st_mode)) {
      size_ = static_cast<uint64_t>(status.st_size);
      return;
    }
    ::close(descriptor_);
    throw DataError(concat(path.string(), ": not a regular file"));
  }
  ~OpenFile() { ::close(descriptor_); }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  uint64_t size() const { return size_; }
  /// The next bytes, into the memory given; none at the end.
  std::string_view read(std::string& memory) {
    while (true) {
      const ssize_t count = ::read(descriptor_, memory.data(), memory.size());
      if (count >= 0) return {memory.data(), static_cast<size_t>(count)};
      if (errno != EINTR) throw DataError(concat(path_.string(), ": cannot read: ", reason()));
    }
  }

 private:
  const fs::path& path_;
  int descriptor_;
  uint64_t size_ = 0;
};

}  // namespace

std::vector<fs::path> list_input_folder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  // The loop of the language would use an increment that throws another type of error.
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error))
    paths.push_back(entry->path());
  if (error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory)
    throw MissingInputError(concat(folder.string(), ": no such folder"));
  if (error) throw DataError(concat(folder.string(), ": cannot be listed: ", error.message()));
  return paths;
}

void read_pieces(const fs::path& path, const std::function<void(std::string_view)>& take) {
  OpenFile file(path);
  std::string memory(kPieceBytes, '\0');
  uint64_t done = 0;
  for (auto bytes = file.read(memory); !bytes.empty(); bytes = file.read(memory)) {
    if (done == 0 && bytes.size() == file.size() && is_lfs_pointer(bytes))
      throw DataError(concat(path.string(), ": ", kLfsPointerHint));
    take(bytes);
    done += bytes.size();
  }
  if (done != file.size())
    throw DataError(concat(path.string(), ": ", file.size(), " bytes when it was opened, ", done,
                           " when it was read: it is being changed"));
}

}  // namespace vrlt::io
