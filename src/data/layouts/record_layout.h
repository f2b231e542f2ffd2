#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace vrlt::data {

/// What a text is that holds no records one a line, and what to do, in one line; empty where its
/// first line may be a record, however broken.
/// @param text  of the whole file, without a mark at its start. Only its first object or line is
/// looked at.
/// @param file  for the commands of the message.
std::string foreign_layout(std::string_view text, const std::filesystem::path& file);

/// The part of it that keeps rows of any layout from being read line by line: objects over several
/// lines, Python dictionaries, tables, YAML, ...
std::string broken_lines(std::string_view text, const std::filesystem::path& file);

}  // namespace vrlt::data
