#include "vrlt/io/text.h"

#include <algorithm>
#include <cctype>

#include "vrlt/core/error.h"
#include "vrlt/io/column_file.h"
#include "vrlt/io/files.h"

namespace vrlt::io {
namespace {

using namespace std::string_view_literals;

/// Bytes that a kind of file has at one place.
struct Container {
  std::string_view magic;
  const char* what;  ///< And what to do.
  size_t at = 0;
};

constexpr const char* kVideo =
    "a video, not the text that was expected here; records name videos, one JSON object a line";
constexpr const char* kPicture =
    "a picture, not the text that was expected here; records name pictures, one JSON object a line";
constexpr const char* kTar = "a tar archive; unpack it first: tar -xf FILE";
constexpr const char* kScript =
    "write its rows as JSON Lines first: python scripts/parquet_to_jsonl.py FILE ROWS.jsonl";

constexpr const char* kConvert =
    "convert it first: vrlt-data convert chat FILE --output RECORDS.jsonl (or its own format, or "
    "table with the names of its columns)";

/// Tables, stored by columns.
constexpr Container kRowContainers[] = {
    {"PAR1"sv, "a Parquet file"},
    {"PARE"sv, "an encrypted Parquet file"},
    {"ARROW1"sv, "an Arrow file"},
    {"\xFF\xFF\xFF\xFF"sv, "an Arrow stream, as the datasets library saves it"},
    {"FEA1"sv, "a Feather file"},
};

constexpr Container kContainers[] = {
    {"\x1F\x8B"sv, "compressed with gzip; unpack it first: gunzip FILE"},
    {"PK\x03\x04"sv,
     "a zip archive (or a table or checkpoint kept in one); unpack it first: unzip FILE"},
    {"PK\x05\x06"sv, "an empty zip archive"},
    {"\xFD\x37\x7A\x58\x5A"sv, "compressed with xz; unpack it first: unxz FILE"},
    {"1AY&SY"sv, "compressed with bzip2; unpack it first: bunzip2 FILE", 4},
    {"\x28\xB5\x2F\xFD"sv, "compressed with zstd; unpack it first: unzstd FILE"},
    {"\x04\x22\x4D\x18"sv, "compressed with lz4; unpack it first: unlz4 FILE"},
    {"7z\xBC\xAF\x27\x1C"sv, "a 7-Zip archive; unpack it first: 7z x FILE"},
    {"Rar!\x1A\x07"sv, "a RAR archive; unpack it first: unrar x FILE"},
    {"ustar\0"sv, kTar, 257},
    {"ustar  \0"sv, kTar, 257},
    {"SQLite format 3\0"sv,
     "an SQLite database; write a table as JSON Lines first: sqlite3 -json FILE 'select * from "
     "TABLE' | jq -c '.[]'"},
    {"\x89HDF\r\n"sv, "an HDF5 file; write its rows as JSON Lines with Python first"},
    {"\x93NUMPY"sv, "a NumPy array; write its rows as JSON Lines with Python first"},
    {"Obj\x01"sv, "an Avro file; write its rows as JSON Lines with Python first"},
    {"%PDF-"sv, "a PDF document, not the text that was expected here"},
    {"\x7F"
     "ELF"sv,
     "a program, not the text that was expected here"},
    {"ftyp"sv, kVideo, 4},
    {"\x1A\x45\xDF\xA3"sv, kVideo},
    {"AVI LIST"sv, kVideo, 8},
    {"\x89PNG"sv, kPicture},
    {"\xFF\xD8\xFF"sv, kPicture},
    {"GIF87a"sv, kPicture},
    {"GIF89a"sv, kPicture},
    {"WEBP"sv, kPicture, 8},
};

/// Texts that no list of ours begins with, whatever the case of their letters; blanks before them
/// do not count.
constexpr Container kMarkup[] = {
    {"<!doctype html"sv,
     "an HTML page: the download gave a page (a login, an error or a viewer) in place of the file; "
     "fetch the file itself"},
    {"<html"sv,
     "an HTML page: the download gave a page (a login, an error or a viewer) in place of the file; "
     "fetch the file itself"},
    {"<?xml"sv, "an XML document; write it as JSON first"},
};

bool holds_at(std::string_view bytes, size_t at, std::string_view magic) {
  return bytes.size() > at && bytes.substr(at).starts_with(magic);
}

/// Whether the bytes begin with the magic, and not with a longer word: PAR1 may begin the name of a
/// video.
bool begins_with(std::string_view bytes, std::string_view magic) {
  return bytes.starts_with(magic) &&
         (bytes.size() == magic.size() ||
          std::isalnum(static_cast<unsigned char>(bytes[magic.size()])) == 0);
}

/// Protocols 2 to 5 begin with \x80 and their number, then a frame, an empty list, dictionary or
/// tuple, or a memo.
bool is_pickle(std::string_view bytes) {
  return bytes.size() >= 3 && bytes[0] == '\x80' && bytes[1] >= 2 && bytes[1] <= 5 &&
         "\x95]}(c\x8C\x8AX)"sv.find(bytes[2]) != std::string_view::npos;
}

std::string lower_start(std::string_view bytes) {
  constexpr size_t kLongest = 32;
  const auto first = bytes.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  std::string start(bytes.substr(first, kLongest));
  for (auto& c : start)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return start;
}

constexpr std::string_view kUtf8Mark = "\xEF\xBB\xBF";

/// The name of an encoding that iconv knows, or nothing for UTF-8. Without a mark, a NUL beside a
/// byte that is none tells it: text of ours holds none.
const char* wide_encoding(std::string_view bytes) {
  if (bytes.starts_with("\xFF\xFE\0\0"sv) || bytes.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (bytes.starts_with("\xFF\xFE"sv) || bytes.starts_with("\xFE\xFF"sv)) return "UTF-16";
  if (bytes.size() < 4) return nullptr;
  const auto is_zero = [&](size_t i) { return bytes[i] == '\0'; };
  if (!is_zero(0) && is_zero(1) && !is_zero(2) && is_zero(3)) return "UTF-16LE";
  if (is_zero(0) && !is_zero(1) && is_zero(2) && !is_zero(3)) return "UTF-16BE";
  return nullptr;
}

}  // namespace

std::optional<std::string> foreign_container(std::string_view head) {
  if (is_lfs_pointer(head)) return kLfsPointerHint;
  for (const auto& row : kRowContainers)
    if (begins_with(head, row.magic))
      return concat(row.what, "; ",
                    is_column_file(head) && reads_column_files() ? kConvert : kScript);
  for (const auto& row : kContainers)
    if (holds_at(head, row.at, row.magic)) return row.what;
  if (is_pickle(head))
    return "a Python pickle, which is not read here; write its rows as JSON Lines with Python "
           "first (json.dumps of each)";
  const auto start = lower_start(head.substr(0, 512));
  for (const auto& row : kMarkup)
    if (start.starts_with(row.magic)) return row.what;
  return {};
}

std::string_view without_mark(std::string_view bytes, const std::string& origin) {
  if (bytes.starts_with(kUtf8Mark)) return bytes.substr(kUtf8Mark.size());
  if (const auto* encoding = wide_encoding(bytes))
    throw DataError(concat(origin, ": the text is ", encoding,
                           ", expected UTF-8; write it anew: iconv -f ", encoding, " -t UTF-8 ",
                           shell_word(origin), " > NEW"));
  if (const auto container = foreign_container(bytes.substr(0, 1024)))
    throw DataError(concat(origin, ": ", *container));
  return bytes;
}

std::string clean_text(std::string_view bytes, const std::string& origin) {
  bytes = without_mark(bytes, origin);
  std::string text;
  text.reserve(bytes.size());
  int64_t line = 1;
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    if (c == '\0') throw DataError(concat(origin, ":", line, ": a NUL, expected text"));
    if (c == '\r' && i + 1 < bytes.size() && bytes[i + 1] == '\n') continue;
    text += c == '\r' ? '\n' : c;
    line += text.back() == '\n';
  }
  return text;
}

std::string read_text(const std::filesystem::path& path, uint64_t max_bytes) {
  return clean_text(read_file(path, max_bytes), path.string());
}

std::string shell_word(const std::string& text) {
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-./=:,@%+").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace vrlt::io
