#include "vrlt/run_folder/continued_run.h"

#include "vrlt/checkpoint/checkpoint.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/optim/schedule.h"

namespace vrlt::run_folder {
namespace {

/// Whether the rate of a step depends on how many steps the run has.
bool spans_the_run(const optim::ScheduleConfig& optim) { return optim.schedule != "constant"; }

}  // namespace

void tell_what_follows(const std::vector<config::Difference>& changes,
                       const settings::TrainConfig& config,
                       const std::filesystem::path& run_folder) {
  const auto checkpoints = checkpoint::list_checkpoints(run_folder);
  const int64_t done = checkpoints.empty() ? 0 : checkpoints.front().step;
  for (const auto& [key, before, after] : changes) {
    log::info(concat("from step ", done + 1, " on ", key, " is ", after.value_or("not set"),
                     ", before it was ", before.value_or("not set")));
    if (key != "steps" || done == 0 || !spans_the_run(config.optim)) continue;
    const int64_t updates = !config.is_sft() ? config.algorithm.num_updates() : 1;
    log::warning(concat("optim.schedule: ", config.optim.schedule, " spans all steps: from step ",
                        done + 1, " on the rate is that of a run of ", config.steps,
                        " steps at this place (",
                        optim::Schedule(config.optim, config.steps * updates).lr(done * updates),
                        "), the steps before had those of ", before.value_or("another number"),
                        "; only with schedule: constant does the run end as one of ", config.steps,
                        " steps from the start"));
  }
}

}  // namespace vrlt::run_folder
