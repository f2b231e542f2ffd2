#pragma once

#include <filesystem>
#include <string>

namespace vrlt::test {

/// Stored reference values: VRLT_GOLDEN_DIR, else the folder of the source tree.
std::filesystem::path golden_dir();

/// The same of Qwen3-VL: VRLT_GOLDEN3_DIR, else the folder of the source tree, which holds a part.
std::filesystem::path golden3_dir();

/// Video files and their manifest: VRLT_MEDIA_DIR, else the folder of the source tree.
std::filesystem::path media_dir();

/// The folder `tests` of the source tree.
std::filesystem::path tests_dir();

/// Where the build puts the programs.
std::filesystem::path bin_dir();

/// The program that configured the build; it unpacks archives.
std::string cmake_command();

}  // namespace vrlt::test
