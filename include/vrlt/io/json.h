#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace vrlt::io {

/// Keeps the order of keys, so that files we rewrite stay readable and byte-stable.
using Json = nlohmann::ordered_json;

struct JsonLimits {
  uint64_t max_bytes = 64ULL << 20;
  int max_depth = 64;
  /// A value takes up to 200 bytes in memory, an empty one 2 in the text.
  int64_t max_values = 1 << 19;
};

/// Strict JSON: no comments, NaN, duplicate keys or trailing bytes; depth and number of values are
/// bounded while reading.
/// @param origin  named in the error: a path, or "path:line".
/// @throws DataError naming the byte.
Json parse_json(std::string_view text, const std::string& origin, const JsonLimits& limits = {});

/// @throws MissingInputError; DataError, also for a file that is no text in UTF-8 (see io/text.h).
Json read_json(const std::filesystem::path& path, const JsonLimits& limits = {});

/// One line, keys in the order of insertion, shortest decimal form that reads back as the same
/// number; invalid UTF-8 becomes U+FFFD.
std::string to_line(const Json& value);

/// A value found in a file, or a name (in quotes), for a message: as to_line, cut after 100 bytes.
std::string excerpt(const Json& value);

}  // namespace vrlt::io
