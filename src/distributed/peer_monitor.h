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

namespace vrlt::distributed {

/// Notices within moments that another process of the run has ended, whatever this one is doing: rank 0 holds a connection to
/// every other rank, which the system closes when either end dies. What rank 0 learns it passes on.
class PeerMonitor {
 public:
  using Milliseconds = std::chrono::milliseconds;
  using LossHandler = std::function<void(const std::string& reason)>;

  /// How long a process has to end by itself after a loss before `on_loss` is called.
  static constexpr Milliseconds kGrace{3000};

  /// @param connections  by rank; of rank 0 to all others, of another rank to rank 0.
  PeerMonitor(int rank, std::map<int, Socket> connections, LossHandler on_loss);
  ~PeerMonitor();
  PeerMonitor(const PeerMonitor&) = delete;
  PeerMonitor& operator=(const PeerMonitor&) = delete;

  /// Why another rank has ended, as soon as that is known.
  std::optional<std::string> wait_for_loss(Milliseconds timeout);

  void fail(const std::string& reason) noexcept;  ///< See ProcessGroup.
  void leave() noexcept;

 private:
  struct Peer {
    Socket socket;
    std::string received;
    bool left = false;
  };

  void watch();
  void read_from(int rank, Peer& peer);
  void handle_line(Peer& peer, const std::string& line);
  void record_loss(const std::string& reason);
  void tell_peers(const std::string& line) noexcept;
  void wake() noexcept;

  int rank_;
  LossHandler on_loss_;
  std::map<int, Peer> peers_;
  Pipe wake_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<std::string> loss_;                 // guarded by mutex_
  std::chrono::steady_clock::time_point deadline_;  // guarded by mutex_
  bool done_ = false;                               // guarded by mutex_: no loss counts any more
  bool stopping_ = false;                           // guarded by mutex_
  std::thread thread_;
};

}  // namespace vrlt::distributed
