#pragma once

#include <span>
#include <string>
#include <string_view>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// A name that a record may have, and what it holds.
struct RecordField {
  const char* name;
  const char* type;  ///< "text", "[[start, end], ...]", ...
  const char* help;
};

/// Every field that a program of ours reads in a record. Other names are kept and have no effect.
std::span<const RecordField> record_field_table();

/// What a task asks for, and the fields that it needs beside schema, id, task, question and media.
struct TaskFields {
  const char* name;
  const char* help;
  const char* needs;
};

/// Every task, in the order of the enumeration.
std::span<const TaskFields> task_table();

/// The names of record_field_table(), for looking for misspelt ones.
std::span<const char* const> record_fields();

bool is_record_field(std::string_view name);

/// The field that is meant by an unknown name of a record: spelt nearly so, and missing there.
/// Empty for known names and for names of the user's own.
std::string meant_field(const std::string& name, const io::Json& record);

/// Both tables as docs/data.md has them, in Markdown.
std::string record_reference();

}  // namespace vrlt::data
