#pragma once

namespace vrlt {

/// From now on SIGINT and SIGTERM ask for a stop at the next safe point; a second one ends the program at once.
/// A write beyond the file size limit (ulimit -f) fails like one on a full disk instead of ending the program.
void install_stop_handlers();

bool stop_requested();

}  // namespace vrlt
