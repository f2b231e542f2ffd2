#include "trainer/log/earlier_lines.h"

#include <vector>

#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/io/files.h"
#include "vrlt/io/folders.h"

namespace vrlt::trainer {
namespace fs = std::filesystem;
namespace {

constexpr const char* kLogs[] = {"metrics.jsonl", "timing.jsonl", "rollouts.jsonl",
                                 "updates.jsonl", "alarms.jsonl", "validations.jsonl",
                                 "tensorboard"};

bool has_content(const fs::path& path) {
  return io::exists(path) && (io::is_folder(path) || io::file_size(path) > 0);
}

/// Metrics have a line for each step: without them nothing was done.
bool has_steps(const fs::path& run_folder) {
  return has_content(run_folder / "metrics.jsonl") || has_content(run_folder / "rollouts.jsonl");
}

fs::path new_folder(const fs::path& run_folder) {
  int number = 1;
  while (io::exists(run_folder / concat("set-aside-", number))) ++number;
  const auto folder = run_folder / concat("set-aside-", number);
  io::create_folders(folder);
  return folder;
}

}  // namespace

void set_aside_earlier_lines(const fs::path& run_folder, bool must_resume) {
  const auto damaged = checkpoint::list_checkpoints(run_folder);
  if (must_resume && damaged.empty())
    throw MissingInputError(
        concat(run_folder.string(),
               ": no checkpoint to go on from (--resume must); --resume auto starts at step 0"));
  if (must_resume)
    throw CheckpointError(concat(run_folder.string(), ": none of its ", damaged.size(),
                                 " checkpoints is sound (--resume must), the warnings say why; put "
                                 "a sound copy back, or start at step 0 with "
                                 "--resume auto, which keeps what is there"));
  if (damaged.empty() && !has_steps(run_folder)) return;
  const auto aside = new_folder(run_folder);
  for (const char* log : kLogs)
    if (io::exists(run_folder / log)) io::rename(run_folder / log, aside / log);
  if (!damaged.empty()) io::create_folders(aside / "checkpoints");
  for (const auto& checkpoint : damaged)
    io::rename(checkpoint.folder, aside / "checkpoints" / checkpoint.folder.filename());
  log::warning(
      concat("no checkpoint to go on from: starting at step 0; the lines of the earlier start ",
             damaged.empty() ? "" : "and its checkpoints ", "are kept in ", aside.string()));
}

void warn_of_missing_lines(const fs::path& log, int64_t last_step, int64_t expected) {
  if (last_step >= expected) return;
  log::warning(concat(log.string(), " ends at step ", last_step, ", the checkpoint is of step ",
                      expected,
                      ": the lines between cannot be made again; stop the run, put a copy of the "
                      "file back and start it again, or let it go on "
                      "without them"));
}

}  // namespace vrlt::trainer
