#pragma once

#include "vrlt/optim/named_tensors.h"

namespace vrlt::optim {

/// The norm of all gradients of the parameters, before they are scaled down to `max_norm` (0: not
/// scaled); in float64.
double clip_gradients(const NamedTensors& parameters, double max_norm);

/// Forgets the gradients: an update that is left out changes nothing.
void clear_gradients(const NamedTensors& parameters);

}  // namespace vrlt::optim
