#include "vrlt/core/error.h"
#include "vrlt/io/column_file.h"

namespace vrlt::io {

bool reads_column_files() { return false; }

void for_each_column_row(const std::filesystem::path& path,
                         const std::function<void(int64_t index, const Json& row)>&) {
  throw ConfigError(concat(path.string(),
                           ": this build reads no Parquet; run scripts/bootstrap.sh --parquet and "
                           "build again, or write the rows as JSON Lines: python "
                           "scripts/parquet_to_jsonl.py FILE ROWS.jsonl"));
}

}  // namespace vrlt::io
