#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// A records file that stays open, to read its lines again.
class RecordSource;

/// The line of a records file behind a sample, unknown keys included. It is rarely asked for and
/// would take more memory than all else of the sample: a line of a file is read again when it is.
class Record {
 public:
  /// Kept as text: for samples that are in no file.
  Record& operator=(const io::Json& object);
  static Record of(const io::Json& object) {
    Record record;
    record = object;
    return record;
  }

  /// A line of a file: where it stands, without its line feed. @param text  of the line, to notice
  /// later that the file has changed.
  static Record in_file(std::shared_ptr<const RecordSource> file, uint64_t offset,
                        std::string_view text);

  /// The whole line; null for a sample that was made without one.
  /// @throws DataError if the file has changed since; DiskError.
  io::Json json() const;

  /// The value of a key; null if there is none.
  io::Json operator[](const std::string& key) const;

  bool contains(const std::string& key) const { return json().contains(key); }

  /// As io::to_line writes it; empty for a sample that was made without one.
  std::string text() const;

 private:
  std::shared_ptr<const RecordSource> file_;
  std::shared_ptr<const std::string> own_text_;
  uint64_t offset_ = 0, hash_ = 0;
  uint32_t size_ = 0;
};

/// @throws MissingInputError, DataError, DiskError.
std::shared_ptr<const RecordSource> open_record_source(const std::filesystem::path& path);

}  // namespace vrlt::data
