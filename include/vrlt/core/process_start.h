#pragma once

namespace vrlt {

/// What every program does before anything else: standard descriptors, the environment of threads
/// (which may start the program anew), signals. A reader of the log that goes away and a file size
/// limit (ulimit -f) make writes fail instead of ending the program.
void begin_process();

}  // namespace vrlt
