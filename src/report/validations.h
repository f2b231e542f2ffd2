#pragma once

#include <filesystem>
#include <string>

namespace vrlt::report {

/// The questions of validations.jsonl, each with what the model answered after which step: HTML.
/// Empty without such a file.
std::string validation_answers(const std::filesystem::path& run);

}  // namespace vrlt::report
