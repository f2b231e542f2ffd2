#include "vrlt/distributed/run_on_ranks.h"

#include <algorithm>
#include <cstdlib>

#include "vrlt/config/load.h"
#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/stop_request.h"
#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {
namespace {

void end_process(const Loss& loss) {
  log::error(loss.reason + "; ending this rank");
  std::_Exit(static_cast<int>(loss.code));
}

void check_same_settings(ProcessGroup& group, const std::string& settings) {
  const auto all = group.all_gather(settings);
  for (size_t rank = 1; rank < all.size(); ++rank) {
    if (all[rank] == all[0]) continue;
    const auto found = config::differences(all[0], all[rank]);
    std::string difference;
    if (!found.empty())
      difference = concat(": ", found.front().key, " is ", found.front().after.value_or("not set"),
                          " there and ", found.front().before.value_or("not set"), " on rank 0");
    throw ConfigError(concat("rank ", rank, " runs another config than rank 0", difference,
                             "; give all ranks the same file and overrides"));
  }
}

int end_in_order(ProcessGroup& group, int code) {
  group.barrier();
  group.leave();
  return code;
}

/// Whether the ranks of this process have met: from then on the group tells them how one ends.
bool have_met = false;

std::unique_ptr<ProcessGroup> meet(const Launch& launch, const std::string& device) {
  const StopListening listening([&](const std::string& who, bool ends_now) {
    if (ends_now)
      say_farewell(launch,
                   {concat("rank ", launch.rank, " was stopped (", who, ")"), ExitCode::kStopped});
  });
  auto group = meet_ranks(launch, device, end_process);
  have_met = true;
  return group;
}

void tell_of_end(const Error& error) {
  try {
    const auto launch = detect_launch();
    say_farewell(launch,
                 {concat("rank ", launch.rank, " failed: ", error.what()), ExitCode::kPeerGone});
  } catch (const ConfigError&) {
    return;  // the launcher's variables are the error itself: nobody to tell
  }
}

}  // namespace

int run_on_ranks(const std::string& device, const std::string& settings,
                 const std::function<int(ProcessGroup& group)>& body) {
  const auto launch = detect_launch();
  log::setup(launch.rank, launch.world_size);
  const auto group = meet(launch, device);
  try {
    check_same_settings(*group, settings);
    return end_in_order(*group, body(*group));
  } catch (const StopRequested&) {
    try {
      end_in_order(*group, 0);
    } catch (const Error&) {
      // Another rank ended first, for the same reason.
    }
    throw;
  } catch (const IncompleteError&) {
    end_in_order(*group, 0);
    throw;
  } catch (const std::exception& error) {
    group->fail(error.what());
    throw;
  }
}

int told_to_ranks(const std::function<int()>& body) {
  try {
    return body();
  } catch (const Error& error) {
    const auto code = error.exit_code();
    const bool is_own =
        code != ExitCode::kStopped && code != ExitCode::kPeerGone && code != ExitCode::kPeerHangs;
    if (!have_met && is_own) tell_of_end(error);
    throw;
  }
}

}  // namespace vrlt::distributed
