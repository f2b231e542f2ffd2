#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace vrlt::report {

/// The answers that evaluations gave to the same samples, side by side: which became right and
/// which wrong from the first run of a task to the last, those that changed most first. Of one run
/// its answers. HTML; empty if no run was evaluated.
std::string answers_side_by_side(const std::vector<std::filesystem::path>& runs);

}  // namespace vrlt::report
