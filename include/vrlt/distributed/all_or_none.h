#pragma once

#include <functional>

#include "vrlt/distributed/process_group.h"

namespace vrlt::distributed {

/// Does work in which each rank has its part, without calls between ranks, and tells all of them
/// how it went: if it failed anywhere, every rank throws the error of the first one that failed, so
/// that all end with the same code. All ranks call it.
/// @throws what `work` throws on this rank if that is the first to fail; else Error with the exit
/// code there, its message behind the number of the rank; CommError for errors that are not ours.
void all_or_none(ProcessGroup& group, const std::function<void()>& work);

}  // namespace vrlt::distributed
