#pragma once

#include "vrlt/distributed/process_group.h"
#include "vrlt/optim/named_tensors.h"

namespace vrlt::optim {

/// The norm of all gradients of the parameters, before they are scaled down to `max_norm` (0: not
/// scaled); in float64, without copies of more than a few megabytes. All ranks of `group` call it,
/// each with gradients that no other one has, and get the same number.
double clip_gradients(const NamedTensors& parameters, double max_norm,
                      distributed::ProcessGroup& group = distributed::single_process());

/// Forgets the gradients: an update that is left out changes nothing.
void clear_gradients(const NamedTensors& parameters);

}  // namespace vrlt::optim
