#pragma once

#include <string>
#include <utility>
#include <vector>

#include "vrlt/core/usable_processors.h"

namespace vrlt {

/// Variables that OpenMP's library reads once, before main, with what they should be where the user
/// has not said anything:
///   GOMP_SPINCOUNT     how long a thread of a team spins before it sleeps. The library's own
///                      300,000 rounds keep processors busy with waiting: beside other processes a
///                      step of two threads takes ten times as long as one of one thread.
///                      OMP_WAIT_POLICY goes before it.
///   OMP_NUM_THREADS    usable_threads()
/// @return  those that are missing.
std::vector<std::pair<std::string, std::string>> missing_thread_variables(
    const EnvironmentLookup& environment);

/// Sets them for this process and those it starts. @return whether any was missing.
bool set_thread_variables();

/// Sets them and, if any was missing, starts this program anew with the same arguments, so that the
/// library sees them. Call first thing in main. Where that is not possible, or the program has no
/// OpenMP, it goes on as it is.
void default_thread_environment();

}  // namespace vrlt
