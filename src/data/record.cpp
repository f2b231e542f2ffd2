#include "vrlt/data/record.h"

#include "vrlt/core/error.h"
#include "vrlt/core/random.h"
#include "vrlt/io/file_reader.h"

namespace vrlt::data {

class RecordSource {
 public:
  explicit RecordSource(const std::filesystem::path& path) : reader_(path) {}

  std::string line_at(uint64_t offset, size_t size, uint64_t hash) const {
    auto line = reader_.read_at(offset, size);
    if (stable_hash(line) != hash)
      throw DataError(
          concat(reader_.path().string(), ": was changed while it was in use, at byte ", offset));
    return line;
  }

 private:
  io::FileReader reader_;
};

std::shared_ptr<const RecordSource> open_record_source(const std::filesystem::path& path) {
  return std::make_shared<const RecordSource>(path);
}

Record& Record::operator=(const io::Json& object) {
  *this = Record();
  if (!object.is_null()) own_text_ = std::make_shared<const std::string>(io::to_line(object));
  return *this;
}

Record Record::in_file(std::shared_ptr<const RecordSource> file, uint64_t offset,
                       std::string_view text) {
  Record record;
  record.file_ = std::move(file);
  record.offset_ = offset;
  record.hash_ = stable_hash(text);
  record.size_ = static_cast<uint32_t>(text.size());
  return record;
}

io::Json Record::json() const {
  if (own_text_) return io::parse_json(*own_text_, "a record");
  return file_ ? io::parse_json(file_->line_at(offset_, size_, hash_), "a record") : io::Json();
}

io::Json Record::operator[](const std::string& key) const {
  const auto object = json();
  return object.is_object() ? object.value(key, io::Json()) : io::Json();
}

std::string Record::text() const {
  if (own_text_) return *own_text_;
  return file_ ? io::to_line(json()) : std::string();
}

}  // namespace vrlt::data
