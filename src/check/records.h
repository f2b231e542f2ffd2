#pragma once

#include <filesystem>
#include <vector>

#include "vrlt/check/findings.h"
#include "vrlt/data/sample.h"

namespace vrlt::check {

/// Reads every line that can be read; each that cannot is a finding. @throws MissingInputError;
/// DataError for a file that is no text.
std::vector<data::Sample> read_records(const std::vector<std::filesystem::path>& files,
                                       std::vector<Finding>& findings);

/// Findings that need no other file: ids and questions used twice, options that are unusual in
/// number, equal or lettered, placeholders for media in texts, spans beyond the annotated duration
/// or outside the clip, file names that stand in several folders (and would overwrite each other in
/// one), sizes that differ from the published ones.
void check_records(const std::vector<data::Sample>& samples, std::vector<Finding>& findings);

}  // namespace vrlt::check
