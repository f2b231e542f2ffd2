#pragma once

#include <map>
#include <torch/csrc/distributed/c10d/Store.hpp>

#include "distributed/socket.h"
#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {

/// What ranks have when they have met.
struct Meeting {
  c10::intrusive_ptr<c10d::Store> store;
  /// By rank; of rank 0 to all others, of another rank to rank 0.
  std::map<int, Socket> connections;
};

/// Meets the other ranks in the store of the launch. @throws as meet_ranks.
Meeting meet(const Launch& launch, const LossAction& on_loss);

/// The address by which the others reach this machine. @throws CommError.
std::string own_address(const Launch& launch);

}  // namespace vrlt::distributed
