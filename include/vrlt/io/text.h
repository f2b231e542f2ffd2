#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace vrlt::io {

/// What a file is that holds no text of ours, known by its first bytes, and what to do: "a Parquet
/// file; ...". The text of a message behind the path and a colon. Nothing if the bytes may be text.
/// @param head  the first bytes of the file; 512 are enough.
std::optional<std::string> foreign_container(std::string_view head);

/// The text behind a mark of UTF-8 at its start. Every reader of text files begins with this.
/// @throws DataError for another encoding (UTF-16 or UTF-32, with a mark or told by its NULs) and
/// for a container as above.
std::string_view without_mark(std::string_view bytes, const std::string& origin);

/// The text of a whole file as readers of lines want it: no mark, and every line ends in "\n",
/// whether it ended in CR LF, LF or CR.
/// @throws MissingInputError; DataError above `max_bytes`, as without_mark, and with path:line for
/// a NUL.
std::string read_text(const std::filesystem::path& path, uint64_t max_bytes);

/// As read_text, of bytes that were read already.
std::string clean_text(std::string_view bytes, const std::string& origin);

/// The name of a file, or any other word, in quotes for a shell where it needs them.
std::string shell_word(const std::string& text);

}  // namespace vrlt::io
