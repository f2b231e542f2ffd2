#include "distributed/peer_monitor.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"
#include "vrlt/core/stop_request.h"

namespace vrlt::distributed {
namespace {

// What ranks tell each other, a line each: that one leaves in order, why one ended, who asked for a
// stop, and that one is alive with its calls.
constexpr const char *kLeave = "leave", *kEnded = "ended ", *kStop = "stop ", *kAlive = "alive ";
constexpr size_t kLongestReason = 2000;

constexpr PeerMonitor::Milliseconds kLongestInterval{1000}, kShortestInterval{50};
/// A wait that is worth a line. The next one must be twice as long: ranks that always differ would
/// fill the log.
constexpr PeerMonitor::Milliseconds kLongWait{4000};

/// The first line, shortened.
std::string one_line(const std::string& text) {
  return text.substr(0, std::min(text.find('\n'), kLongestReason));
}

/// What follows a word, if the line begins with it.
std::optional<std::string> behind(const char* word, const std::string& line) {
  const std::string start = word;
  if (line.rfind(start, 0) != 0) return {};
  return line.substr(start.size());
}

PeerMonitor::Milliseconds since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration_cast<PeerMonitor::Milliseconds>(std::chrono::steady_clock::now() -
                                                               start);
}

}  // namespace

std::string to_line(const Loss& loss) {
  return concat(kEnded, static_cast<int>(loss.code), " ", one_line(loss.reason), "\n");
}

std::optional<Loss> parse_loss(const std::string& line) {
  const auto text = behind(kEnded, line);
  if (!text) return {};
  int code = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), code);
  if (error != std::errc() || end == text->data() + text->size()) return {};
  const bool known = code == static_cast<int>(ExitCode::kPeerHangs) ||
                     code == static_cast<int>(ExitCode::kStopped);
  return Loss{std::string(end + 1, text->data() + text->size()),
              known ? static_cast<ExitCode>(code) : ExitCode::kPeerGone};
}

std::string alive_line(int64_t calls) { return concat(kAlive, calls, "\n"); }

void throw_loss(const Loss& loss) {
  if (loss.code == ExitCode::kStopped) throw StopRequested(loss.reason);
  if (loss.code == ExitCode::kPeerHangs) throw CommHangError(loss.reason);
  throw CommError(loss.reason);
}

PeerMonitor::PeerMonitor(int rank, std::map<int, Socket> connections, Milliseconds silence,
                         LossAction on_loss)
    : rank_(rank),
      silence_(silence),
      interval_(std::clamp(silence / 4, kShortestInterval, kLongestInterval)),
      on_loss_(std::move(on_loss)),
      noted_wait_(kLongWait) {
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

std::optional<Loss> PeerMonitor::wait_for_loss(Milliseconds timeout) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, timeout, [&] { return loss_.has_value(); });
  return loss_;
}

void PeerMonitor::enter(const char* name) {
  const std::lock_guard lock(mutex_);
  call_ = name;
  ++calls_;
  entered_ = Clock::now();
}

void PeerMonitor::exit() {
  const std::lock_guard lock(mutex_);
  call_ = nullptr;
}

void PeerMonitor::fail(const std::string& reason) noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (done_ || loss_) return;  // a loss was passed on already
    done_ = true;
  }
  tell_peers(to_line({concat("rank ", rank_, " failed: ", one_line(reason)), ExitCode::kPeerGone}));
}

void PeerMonitor::leave() noexcept {
  {
    const std::lock_guard lock(mutex_);
    if (done_) return;
    done_ = true;
  }
  tell_peers(concat(kLeave, "\n"));
}

void PeerMonitor::tell_stop(const std::string& who, bool ends_now) noexcept {
  tell_peers(concat(kStop, one_line(who), "\n"));
  if (ends_now)
    tell_peers(to_line(
        {concat("rank ", rank_, " was stopped (", one_line(who), ")"), ExitCode::kStopped}));
}

void PeerMonitor::tell_peers(const std::string& line) noexcept {
  for (const auto& [rank, peer] : peers_) send_bytes(peer.socket, line);
}

void PeerMonitor::wake() noexcept {
  const char byte = 0;
  [[maybe_unused]] const auto written = ::write(wake_.write_end.descriptor(), &byte, 1);
}

void PeerMonitor::record_loss(Loss loss) {
  // Ranks that were asked to stop may end one before the other.
  if (stop_requested() && loss.code == ExitCode::kPeerGone) loss.code = ExitCode::kStopped;
  {
    const std::lock_guard lock(mutex_);
    if (done_ || loss_) return;
    loss_ = loss;
    deadline_ = Clock::now() + (loss.code == ExitCode::kPeerGone ? kGrace : kShortGrace);
  }
  changed_.notify_all();
  if (rank_ == 0) tell_peers(to_line(loss));
}

void PeerMonitor::handle_line(Peer& peer, const std::string& line) {
  if (line == kLeave)
    peer.left = true;
  else if (const auto who = behind(kStop, line))
    request_stop(*who);
  else if (const auto calls = behind(kAlive, line))
    std::from_chars(calls->data(), calls->data() + calls->size(), peer.calls);
  else if (const auto loss = parse_loss(line))
    record_loss(*loss);
}

void PeerMonitor::read_from(int rank, Peer& peer) {
  std::array<char, 4096> buffer;
  const auto count = ::recv(peer.socket.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    // The descriptor stays open, as another thread may be sending; it is only watched no more.
    if (!std::exchange(peer.left, true))
      record_loss(
          {concat("rank ", rank, " is gone without a word: it was killed, or its machine was")});
    return;
  }
  peer.silent_for = Milliseconds(0);
  peer.received.append(buffer.data(), static_cast<size_t>(count));
  for (auto end = peer.received.find('\n'); end != std::string::npos;
       end = peer.received.find('\n')) {
    const auto line = peer.received.substr(0, end);
    peer.received.erase(0, end + 1);
    handle_line(peer, line);
  }
}

void PeerMonitor::beat(Milliseconds passed) {
  int64_t calls = 0;
  {
    const std::lock_guard lock(mutex_);
    calls = calls_;
  }
  const auto line = alive_line(calls);
  for (auto& [rank, peer] : peers_) {
    if (peer.left) continue;
    send_if_room(peer.socket, line);
    peer.silent_for += std::min(passed, 4 * interval_);
    if (peer.silent_for < silence_) continue;
    peer.left = true;
    record_loss({concat("rank ", rank, " has been silent for ", silence_.count() / 1000.0,
                        " s: it is stopped, or its machine or the network is stuck"),
                 ExitCode::kPeerHangs});
  }
}

void PeerMonitor::note_long_wait() {
  std::string call, behind;
  {
    const std::lock_guard lock(mutex_);
    if (call_ == nullptr || since(entered_) < noted_wait_) return;
    noted_wait_ *= 2;
    call = call_;
    for (const auto& [rank, peer] : peers_)
      if (peer.calls < calls_) behind += concat(behind.empty() ? "rank " : ", ", rank);
  }
  log::info(concat("waiting in ", call, " for ", behind.empty() ? "the other ranks" : behind,
                   ", for at most ", silence_.count() / 1000.0, " s"));
}

PeerMonitor::Milliseconds PeerMonitor::grace_left(Milliseconds at_most) {
  std::optional<Loss> overdue;
  {
    const std::lock_guard lock(mutex_);
    if (!loss_ || done_) return at_most;
    const auto left = std::chrono::duration_cast<Milliseconds>(deadline_ - Clock::now());
    if (left.count() > 0) return std::min(left + Milliseconds(1), at_most);
    overdue = loss_;
    done_ = true;
  }
  on_loss_(*overdue);
  return at_most;
}

void PeerMonitor::wait_for_peers(Milliseconds patience) {
  std::vector<pollfd> waiting = {{wake_.read_end.descriptor(), POLLIN, 0}};
  std::vector<int> ranks = {-1};
  for (const auto& [rank, peer] : peers_)
    if (!peer.left) {
      waiting.push_back({peer.socket.descriptor(), POLLIN, 0});
      ranks.push_back(rank);
    }
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count())) <= 0) return;
  for (size_t i = 1; i < waiting.size(); ++i)
    if (waiting[i].revents != 0) read_from(ranks[i], peers_.at(ranks[i]));
}

void PeerMonitor::watch() {
  auto last_beat = Clock::now();
  for (;;) {
    {
      const std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
    wait_for_peers(grace_left(std::max(interval_ - since(last_beat), Milliseconds(0))));
    const auto passed = since(last_beat);
    if (passed < interval_) continue;
    last_beat = Clock::now();
    beat(passed);
    note_long_wait();
  }
}

}  // namespace vrlt::distributed
