#include "vrlt/app/ranks.h"

#include <cstdlib>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt::app {
namespace {

void end_process(const std::string& reason) {
  log::error(reason + "; ending this rank");
  std::_Exit(static_cast<int>(ExitCode::kPeerGone));
}

void check_same_settings(distributed::ProcessGroup& group, const std::string& settings) {
  const auto all = group.all_gather(settings);
  for (size_t rank = 1; rank < all.size(); ++rank)
    if (all[rank] != all[0]) throw ConfigError(concat("rank ", rank, " runs another config than rank 0: give all ranks the same file and overrides"));
}

int end_in_order(distributed::ProcessGroup& group, int code) {
  group.barrier();
  group.leave();
  return code;
}

}  // namespace

int run_on_ranks(const std::string& device, const std::string& settings, const std::function<int(distributed::ProcessGroup& group)>& body) {
  const auto launch = distributed::detect_launch();
  log::setup(launch.rank, launch.world_size);
  const auto group = distributed::make_process_group(launch, device, end_process);
  try {
    check_same_settings(*group, settings);
    return end_in_order(*group, body(*group));
  } catch (const StopRequested&) {
    end_in_order(*group, 0);
    throw;
  } catch (const IncompleteError&) {
    end_in_order(*group, 0);
    throw;
  } catch (const std::exception& error) {
    group->fail(error.what());
    throw;
  }
}

}  // namespace vrlt::app
