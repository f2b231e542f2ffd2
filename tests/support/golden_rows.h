#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>
#include <string>

#include "tests/support/test_folders.h"
#include "vrlt/io/jsonl.h"

namespace vrlt::test {

/// Text as an ASCII JSON string: what a test may print of arbitrary bytes.
inline std::string printable(const std::string& text) {
  return io::Json(text).dump(-1, ' ', true, io::Json::error_handler_t::replace);
}

/// Calls `check(row)` for every line of a file below `folder`; a failure names the line. A file
/// without rows fails.
inline void check_golden_rows(const std::filesystem::path& file,
                              const std::function<void(const io::Json& row)>& check,
                              const std::filesystem::path& folder = golden_dir()) {
  int rows = 0;
  io::for_each_jsonl(folder / file, /*tolerate_torn_tail=*/false,
                     [&](int64_t line, const io::Json& row) {
                       SCOPED_TRACE(file.string() + ":" + std::to_string(line) + " " +
                                    row.dump(-1, ' ', true).substr(0, 300));
                       check(row);
                       ++rows;
                     });
  EXPECT_GT(rows, 0) << file << " holds nothing to check";
  std::printf("%s: %d rows\n", file.c_str(), rows);
}

}  // namespace vrlt::test
