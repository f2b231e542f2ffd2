#include "vrlt/io/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "io/mapped_ranges.h"
#include "io/open_file.h"
#include "vrlt/core/error.h"
#include "vrlt/io/file_reader.h"
#include "vrlt/io/folders.h"

namespace vrlt::io {
namespace fs = std::filesystem;
namespace {

/// Closes on scope exit; for reading, where close cannot lose anything.
struct Descriptor {
  int value;
  ~Descriptor() {
    if (value >= 0) ::close(value);
  }
};

DataError lfs_pointer_error(const fs::path& path) {
  return DataError(concat(path.string(), ": ", kLfsPointerHint));
}

std::string reason() { return std::strerror(errno); }

/// Whether an error of open() is about the file and its name; any other one is a failure of the
/// system that may be gone at the next try.
bool is_about_the_file(int error) {
  return error == EACCES || error == EPERM || error == ELOOP || error == ENAMETOOLONG ||
         error == EISDIR || error == EINVAL || error == ENXIO;
}

}  // namespace

int open_regular(const fs::path& path, uint64_t* size) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    const int error = errno;
    if (error == ENOENT || error == ENOTDIR)
      throw MissingInputError(concat(path.string(), ": no such file"));
    const auto message = concat(path.string(), ": cannot open: ", std::strerror(error));
    if (!is_about_the_file(error)) throw DiskError(message);
    throw DataError(message);
  }
  struct stat status {};
  if (::fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(descriptor);
    throw DataError(concat(path.string(), ": not a regular file"));
  }
  *size = static_cast<uint64_t>(status.st_size);
  return descriptor;
}

namespace {

/// A terminal, a pipe, /dev/null: written into, never replaced by a file.
bool is_device(const fs::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

void write_through(const fs::path& path, std::string_view bytes) {
  const Descriptor device{::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY)};
  if (device.value < 0)
    throw DiskError(concat(path.string(), ": cannot open for writing: ", reason()));
  while (!bytes.empty()) {
    const ssize_t count = ::write(device.value, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw DiskError(concat(path.string(), ": cannot write: ", reason()));
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

/// What a link stands for, so that the link stays one.
fs::path target_of_link(const fs::path& path) {
  std::error_code error;
  auto target = fs::canonical(path, error);
  if (error)
    throw DiskError(
        concat(path.string(), ": a link to something that is not there: ", error.message()));
  return target;
}

}  // namespace

bool is_lfs_pointer(std::string_view bytes) {
  constexpr size_t kMaxPointerBytes = 1024;  // the format's own limit
  return bytes.size() < kMaxPointerBytes &&
         bytes.starts_with("version https://git-lfs.github.com/spec/");
}

std::string read_file(const fs::path& path, uint64_t max_bytes) {
  FileReader file(path);
  if (file.size() > max_bytes)
    throw DataError(
        concat(path.string(), ": ", file.size(), " bytes, expected at most ", max_bytes));
  std::string bytes(file.size(), '\0');
  bytes.resize(file.read(bytes.data(), bytes.size()));
  if (is_lfs_pointer(bytes)) throw lfs_pointer_error(path);
  return bytes;
}

void create_folders(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw DiskError(concat(folder.string(), ": cannot create folder: ", error.message()));
}

void sync_folder(const fs::path& folder) {
  const Descriptor descriptor{
      ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (descriptor.value < 0 || ::fsync(descriptor.value) != 0)
    throw DiskError(concat(folder.string(), ": cannot sync folder: ", reason()));
}

void write_file_atomic(const fs::path& path, std::string_view bytes) {
  if (is_device(path)) return write_through(path, bytes);
  if (fs::is_symlink(path)) return write_file_atomic(target_of_link(path), bytes);
  fs::path temporary = path;
  temporary += ".tmp";
  try {
    FileWriter writer(temporary, FileWriter::Mode::kCreate);
    writer.write(bytes);
    writer.close();
    io::rename(temporary, path);
  } catch (const DiskError&) {
    std::error_code ignored;
    fs::remove(temporary, ignored);  // gives the space of a full disk back
    throw;
  }
}

FileWriter::FileWriter(fs::path path, Mode mode) : path_(std::move(path)) {
  const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (mode == Mode::kCreate ? O_TRUNC : O_APPEND);
  descriptor_ = ::open(path_.c_str(), flags, 0644);
  if (descriptor_ < 0)
    throw DiskError(concat(path_.string(), ": cannot open for writing: ", reason()));
}

FileWriter::~FileWriter() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

FileWriter::FileWriter(FileWriter&& other) noexcept
    : path_(std::move(other.path_)), descriptor_(std::exchange(other.descriptor_, -1)) {}

void FileWriter::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw DiskError(concat(path_.string(), ": cannot write: ", reason()));
    bytes.remove_prefix(static_cast<size_t>(count));
  }
}

void FileWriter::sync() {
  if (::fsync(descriptor_) != 0)
    throw DiskError(concat(path_.string(), ": cannot sync: ", reason()));
}

void FileWriter::close() {
  sync();
  if (::close(std::exchange(descriptor_, -1)) != 0)
    throw DiskError(concat(path_.string(), ": cannot close: ", reason()));
}

MappedFile::MappedFile(const fs::path& path) {
  const Descriptor file{open_regular(path, &size_)};
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.value, 0);
  if (address == MAP_FAILED) throw DataError(concat(path.string(), ": cannot map: ", reason()));
  watch_range(address, size_, path);
  data_ = static_cast<const std::byte*>(address);
  if (!is_lfs_pointer({static_cast<const char*>(address), size_})) return;
  forget_range(address);
  ::munmap(address, size_);
  throw lfs_pointer_error(path);
}

MappedFile::~MappedFile() {
  if (data_ == nullptr) return;
  forget_range(data_);
  ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace vrlt::io
