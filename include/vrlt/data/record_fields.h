#pragma once

#include <span>
#include <string>
#include <string_view>

#include "vrlt/io/json.h"

namespace vrlt::data {

/// Every name that a record may have and that some program of ours reads. Other names are kept and
/// have no effect.
std::span<const char* const> record_fields();

bool is_record_field(std::string_view name);

/// The field that is meant by an unknown name of a record: spelt nearly so, and missing there.
/// Empty for known names and for names of the user's own.
std::string meant_field(const std::string& name, const io::Json& record);

}  // namespace vrlt::data
