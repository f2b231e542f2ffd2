#include "distributed/peer_monitor.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using Clock = std::chrono::steady_clock;

// What ranks tell each other, a line each: that one leaves in order, or why one ended.
constexpr const char* kLeave = "leave";
constexpr const char* kEnded = "ended ";
constexpr size_t kLongestReason = 2000;

/// The first line, shortened.
std::string one_line(const std::string& text) { return text.substr(0, std::min(text.find('\n'), kLongestReason)); }

}  // namespace

PeerMonitor::PeerMonitor(int rank, std::map<int, Socket> connections, LossHandler on_loss) : rank_(rank), on_loss_(std::move(on_loss)) {
  for (auto& [peer_rank, socket] : connections) peers_[peer_rank].socket = std::move(socket);
  thread_ = std::thread([this] { watch(); });
}

PeerMonitor::~PeerMonitor() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake();
  thread_.join();
}

std::optional<std::string> PeerMonitor::wait_for_loss(Milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return loss_.has_value(); });
  return loss_;
}

void PeerMonitor::fail(const std::string& reason) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (done_ || loss_) return;  // a loss was passed on already
    done_ = true;
  }
  tell_peers(concat(kEnded, "rank ", rank_, " failed: ", one_line(reason), "\n"));
}

void PeerMonitor::leave() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (done_) return;
    done_ = true;
  }
  tell_peers(concat(kLeave, "\n"));
}

void PeerMonitor::tell_peers(const std::string& line) noexcept {
  for (const auto& [rank, peer] : peers_) send_bytes(peer.socket, line);
}

void PeerMonitor::wake() noexcept {
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(wake_.write_end.descriptor(), &byte, 1);
}

void PeerMonitor::record_loss(const std::string& reason) {
  {
    const std::lock_guard lock(mutex_);
    if (done_ || loss_) return;
    loss_ = reason;
    deadline_ = Clock::now() + kGrace;
  }
  changed_.notify_all();
  if (rank_ == 0) tell_peers(concat(kEnded, reason, "\n"));
}

void PeerMonitor::handle_line(Peer& peer, const std::string& line) {
  if (line == kLeave)
    peer.left = true;
  else if (line.rfind(kEnded, 0) == 0)
    record_loss(line.substr(std::string(kEnded).size()));
}

void PeerMonitor::read_from(int rank, Peer& peer) {
  std::array<char, 4096> buffer;
  const auto count = ::recv(peer.socket.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    // The descriptor stays open, as another thread may be sending; it is only watched no more.
    if (!std::exchange(peer.left, true)) record_loss(concat("rank ", rank, " is gone without a word: it was killed, or its machine was"));
    return;
  }
  peer.received.append(buffer.data(), static_cast<size_t>(count));
  for (auto end = peer.received.find('\n'); end != std::string::npos; end = peer.received.find('\n')) {
    const auto line = peer.received.substr(0, end);
    peer.received.erase(0, end + 1);
    handle_line(peer, line);
  }
}

void PeerMonitor::watch() {
  for (;;) {
    int timeout = -1;
    std::string overdue;
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
      if (loss_ && !done_) {
        const auto left = std::chrono::duration_cast<Milliseconds>(deadline_ - Clock::now()).count();
        timeout = static_cast<int>(std::max<int64_t>(left, 0));
        if (left <= 0) {
          overdue = *loss_;
          done_ = true;
        }
      }
    }
    if (!overdue.empty()) {
      on_loss_(overdue);
      continue;
    }
    std::vector<pollfd> waiting = {{wake_.read_end.descriptor(), POLLIN, 0}};
    std::vector<int> ranks = {-1};
    for (const auto& [rank, peer] : peers_)
      if (!peer.left) {
        waiting.push_back({peer.socket.descriptor(), POLLIN, 0});
        ranks.push_back(rank);
      }
    if (::poll(waiting.data(), waiting.size(), timeout) <= 0) continue;
    for (size_t i = 1; i < waiting.size(); ++i)
      if (waiting[i].revents != 0) read_from(ranks[i], peers_.at(ranks[i]));
  }
}

}  // namespace vrlt::distributed
