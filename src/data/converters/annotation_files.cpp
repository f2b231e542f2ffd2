#include "data/converters/annotation_files.h"

#include "vrlt/core/error.h"
#include "vrlt/io/files.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::data {
namespace {

/// The largest annotation file known has 490000 items of about ten values.
constexpr io::JsonLimits kLimits = {.max_bytes = 1ULL << 30, .max_values = 1 << 23};

constexpr std::string_view kParquetMagic = "PAR1";

/// The first byte that is no blank, or 0.
char first_byte(const io::MappedFile& file) {
  const std::string_view bytes(reinterpret_cast<const char*>(file.data()), file.size());
  const auto first = bytes.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? '\0' : bytes[first];
}

bool is_parquet(const io::MappedFile& file) {
  return std::string_view(reinterpret_cast<const char*>(file.data()), file.size()).starts_with(kParquetMagic);
}

}  // namespace

const std::filesystem::path& require_source(const std::filesystem::path& path, const char* what, Conversion& conversion) {
  if (!std::filesystem::exists(path)) throw MissingInputError(concat(path.string(), ": there is no such file; expected ", what));
  conversion.sources.push_back(path);
  return path;
}

io::Json read_annotation_json(const std::filesystem::path& path, const char* what, Conversion& conversion) {
  return io::read_json(require_source(path, what, conversion), kLimits);
}

void for_each_item(const std::filesystem::path& path, const char* what, Conversion& conversion,
                   const std::function<void(const std::string& place, const io::Json& item)>& visit) {
  require_source(path, what, conversion);
  char first = '\0';
  {
    const io::MappedFile file(path);
    if (is_parquet(file))
      throw DataError(concat(path.string(), ": a Parquet file; turn it into JSON Lines with scripts/parquet_to_jsonl.py and convert those"));
    first = first_byte(file);
  }
  if (first != '[') {
    io::for_each_jsonl(path, /*tolerate_torn_tail=*/false,
                       [&](int64_t line, const io::Json& item) { visit(concat(path.string(), ":", line), item); });
    return;
  }
  const auto items = io::read_json(path, kLimits);
  for (size_t i = 0; i < items.size(); ++i) visit(concat(path.string(), ": item ", i), items[i]);
}

}  // namespace vrlt::data
