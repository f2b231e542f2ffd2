#pragma once

#include <filesystem>
#include <string>

namespace vrlt::app {

/// `vrlt-data convert`: an annotation file of another project to a records file; tells what was repaired or dropped.
int run_convert(const std::string& format, const std::filesystem::path& annotations, const std::string& split, const std::filesystem::path& output);

}  // namespace vrlt::app
