#pragma once

#include <filesystem>
#include <vector>

#include "vrlt/doctor/finding.h"

namespace vrlt::doctor {

/// What a program that is linked with LibTorch prints with --libraries, as tell() does. That it
/// does not start, crashes or prints something else is a finding, with its last words.
std::vector<Finding> ask_about_libraries(const std::filesystem::path& program);

}  // namespace vrlt::doctor
