#pragma once

#include <functional>
#include <memory>
#include <string>

#include "vrlt/core/error.h"
#include "vrlt/distributed/launch.h"
#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

/// What ended another rank.
struct Loss {
  std::string reason;
  /// What this rank ends with: kPeerHangs for one that is silent, kStopped when a stop was asked
  /// for.
  ExitCode code = ExitCode::kPeerGone;
};

/// Called from a thread of the group when another rank ended and this one has not followed within a
/// few seconds (it computes, or waits for the device): it must end the process.
using LossAction = std::function<void(const Loss& loss)>;

/// Meets the other ranks of a launch. With `device` cuda, tensors on the GPU `local_rank` go
/// through NCCL, and that GPU becomes the current one; everything else goes through Gloo. Says
/// within seconds for whom it waits. A rank that is asked to stop (request_stop) asks the others
/// from then on; one that is silent for Launch::timeout_seconds, rank 0 like any other, is lost.
/// @throws ConfigError for a device that is not there or names one GPU for several ranks; CommError
/// when a rank does not come, or ended before; StopRequested when a stop is asked for meanwhile,
/// here or there.
std::unique_ptr<ProcessGroup> meet_ranks(const Launch& launch, const std::string& device,
                                         const LossAction& on_loss);

/// Tells the other ranks of a launch, if they can be reached within a second, that this one ends
/// before it has met them.
void say_farewell(const Launch& launch, const Loss& loss) noexcept;

}  // namespace vrlt::distributed
