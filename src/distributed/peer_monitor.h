#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "distributed/socket.h"
#include "vrlt/distributed/rank_loss.h"

namespace vrlt::distributed {

/// Notices within moments that another process of the run has ended, whatever this one is doing:
/// rank 0 holds a connection to every other rank, which the system closes when either end dies.
/// What rank 0 learns it passes on. Both ends say all the time that they are alive and to which
/// call they have come: one that is stopped, or whose machine is gone, is silent.
class PeerMonitor {
 public:
  using Milliseconds = std::chrono::milliseconds;

  /// How long a process has to end by itself after a loss before `on_loss` is called; less when the
  /// loss itself was waited for.
  static constexpr Milliseconds kGrace{3000}, kShortGrace{500};

  /// @param connections  by rank; of rank 0 to all others, of another rank to rank 0. @param
  /// silence  of a rank that counts as its loss.
  PeerMonitor(int rank, std::map<int, Socket> connections, Milliseconds silence,
              LossAction on_loss);
  ~PeerMonitor();
  PeerMonitor(const PeerMonitor&) = delete;
  PeerMonitor& operator=(const PeerMonitor&) = delete;

  /// Why another rank has ended, as soon as that is known.
  std::optional<Loss> wait_for_loss(Milliseconds timeout);

  /// This rank waits in a call that others may not have come to. @param name  a literal.
  void enter(const char* name);
  void exit();

  /// See ProcessGroup.
  void fail(const std::string& reason) noexcept;
  void leave() noexcept;
  void tell_stop(const std::string& who, bool ends_now) noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  struct Peer {
    Socket socket;
    std::string received;
    bool left = false;
    /// While this process ran: one that was itself stopped for hours has heard nothing either.
    Milliseconds silent_for{0};
    int64_t calls = 0;  ///< That it had come to when it last said so.
  };

  void watch();
  void wait_for_peers(Milliseconds patience);
  void read_from(int rank, Peer& peer);
  void handle_line(Peer& peer, const std::string& line);
  /// Says that this rank is alive and looks for peers that do not. @param passed  since the last
  /// time.
  void beat(Milliseconds passed);
  void note_long_wait();
  /// What is left of the grace after a loss; calls the handler when it is over.
  Milliseconds grace_left(Milliseconds at_most);
  void record_loss(Loss loss);
  void tell_peers(const std::string& line) noexcept;
  void wake() noexcept;

  int rank_;
  Milliseconds silence_, interval_;
  LossAction on_loss_;
  std::map<int, Peer> peers_;
  Pipe wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_:
  std::optional<Loss> loss_;
  Clock::time_point deadline_, entered_;
  const char* call_ = nullptr;  // that this rank waits in
  int64_t calls_ = 0;
  Milliseconds noted_wait_;
  bool done_ = false;  // no loss counts any more
  bool stopping_ = false;
  std::thread thread_;
};

/// The error by which a rank ends after the loss of another.
[[noreturn]] void throw_loss(const Loss& loss);

/// What ranks tell each other when one ends: the line, with its line feed, and what it means;
/// nothing if it is another line.
std::string to_line(const Loss& loss);
std::optional<Loss> parse_loss(const std::string& line);

/// What a rank says all the time: that it is alive, and how many calls it has come to.
std::string alive_line(int64_t calls);

}  // namespace vrlt::distributed
