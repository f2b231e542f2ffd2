#pragma once

#include <functional>
#include <string>

namespace vrlt {

/// Takes over the signals that ask a process to stop. One thread of its own receives every signal;
/// all other threads, those that are started later included, block them: generated code of oneDNN
/// keeps its stack pointer in the heap while it multiplies, and a handler's frame would be written
/// there. Call before any other thread is started; further calls do nothing.
///   SIGINT, SIGTERM     ask for a stop; a second one ends the program at once, by the signal
///   SIGUSR1, SIGUSR2    ask for a stop, as batch systems send them before the time is up;
///                       further ones change nothing
///   SIGXCPU             the same
///   SIGHUP              the same on a terminal; without one the program goes on
/// Other signals keep what the system does with them.
void take_signals();

/// Ends what take_signals began, before another program takes over in this process: what comes from
/// now on waits for it.
void leave_signals();

/// Blocks, in this thread and those that it starts, every signal that can wait. They also wait
/// through execve: what comes while a program is being loaded is received when it has begun.
void block_signals();

/// Whether a signal or another rank has asked for a stop.
bool stop_requested();

/// Asks for a stop as a signal does. Outside of every StopScope it ends the program at once with
/// ExitCode::kStopped: nothing is lost there.
/// @param who  asks, for the log: "SIGTERM", "rank 1".
void request_stop(const std::string& who);

/// Work that looks at stop_requested() and comes to a safe point by itself, from the construction
/// of this object to its end.
class StopScope {
 public:
  /// @param kept  what would be there if the program ended at once: "the newest checkpoint is ...".
  explicit StopScope(std::string kept);
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

  void set_kept(std::string kept);
};

/// Is told of the first request of this process, before anything ends. @param ends_now  no
/// StopScope is open. Called from any thread.
using StopListener = std::function<void(const std::string& who, bool ends_now)>;

/// Registers the listener while it lives, in place of the one before.
class StopListening {
 public:
  explicit StopListening(StopListener listener);
  ~StopListening();
  StopListening(const StopListening&) = delete;
  StopListening& operator=(const StopListening&) = delete;
};

}  // namespace vrlt
