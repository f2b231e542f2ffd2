#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "vrlt/io/jsonl.h"

namespace vrlt::test {

/// The values of a whole JSON Lines file.
inline std::vector<io::Json> lines_of(const std::filesystem::path& path) {
  std::vector<io::Json> lines;
  io::for_each_jsonl(path, /*tolerate_torn_tail=*/false,
                     [&](int64_t, io::Json line) { lines.push_back(std::move(line)); });
  return lines;
}

}  // namespace vrlt::test
