#include "vrlt/run_folder/shared_folder.h"

#include <random>
#include <string>

#include "vrlt/core/error.h"
#include "vrlt/distributed/all_or_none.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"
#include "vrlt/io/removed_at_end.h"

namespace vrlt::run_folder {
namespace fs = std::filesystem;
namespace {

/// Another one at each start: a file of an earlier one, or what a file system remembers of it, must
/// not answer.
std::string new_token() {
  std::random_device random;
  return concat(std::hex, random(), random());
}

}  // namespace

void check_shared_folder(const fs::path& folder, distributed::ProcessGroup& group) {
  if (group.world_size() == 1) return;
  const auto token = group.broadcast(group.is_first() ? new_token() : std::string());
  const auto path = folder / concat("seen-by-all-", token, ".tmp");
  const io::RemovedAtEnd removed{group.is_first() ? path : fs::path()};
  distributed::all_or_none(group, [&] {
    if (group.is_first()) io::write_file_atomic(path, token);
  });
  distributed::all_or_none(group, [&] {
    if (group.is_first() || (io::exists(path) && io::read_file(path, 1024) == token)) return;
    throw ConfigError(
        concat(folder.string(),
               ": this rank does not see what rank 0 writes into its run folder; all ranks write "
               "checkpoints together: set output to a folder on a file system that they share"));
  });
}

}  // namespace vrlt::run_folder
