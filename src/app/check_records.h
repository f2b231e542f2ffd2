#pragma once

#include <filesystem>
#include <vector>

#include "app/findings.h"
#include "vrlt/data/sample.h"

namespace vrlt::app {

/// Reads every line that can be read; each that cannot is a finding. @throws MissingInputError.
std::vector<data::Sample> read_records(const std::vector<std::filesystem::path>& files, std::vector<Finding>& findings);

/// Findings that need no other file: ids and questions used twice, unusual numbers of options, spans beyond the annotated duration or outside the
/// clip, file names that stand in several folders (and would overwrite each other in one), sizes that differ from the published ones.
void check_records(const std::vector<data::Sample>& samples, std::vector<Finding>& findings);

}  // namespace vrlt::app
