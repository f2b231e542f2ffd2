#pragma once

namespace vrlt::processor {

/// From now on this thread computes without a team of its own: the first thing in every reader and
/// worker, of which there are several. OpenMP's number of threads is one of each thread, and each
/// new one begins with that of the machine.
void compute_alone();

}  // namespace vrlt::processor
