#include "distributed/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <memory>

#include "vrlt/core/error.h"

namespace vrlt::distributed {
namespace {

using Clock = std::chrono::steady_clock;

CommError system_error(const std::string& what) {
  return CommError(concat(what, ": ", std::strerror(errno)));
}

/// A host that vanishes without closing its connections is noticed after some 20 seconds.
void watch_liveness(const Socket& socket) {
  const auto set = [&](int level, int option, int value) {
    ::setsockopt(socket.descriptor(), level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 3);
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
}

using AddressList = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

AddressList resolve(const std::string& host, int port, int type) {
  addrinfo hints{};
  hints.ai_socktype = type;
  addrinfo* found = nullptr;
  if (const int code = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
      code != 0)
    throw CommError(concat("cannot find the host \"", host, "\": ", ::gai_strerror(code)));
  return {found, &::freeaddrinfo};
}

/// A socket connected to one of the host's addresses.
Socket connect_to(const std::string& host, int port, int type) {
  const auto addresses = resolve(host, port, type);
  for (const auto* address = addresses.get(); address != nullptr; address = address->ai_next) {
    Socket socket(
        ::socket(address->ai_family, address->ai_socktype | SOCK_CLOEXEC, address->ai_protocol));
    if (socket.descriptor() >= 0 &&
        ::connect(socket.descriptor(), address->ai_addr, address->ai_addrlen) == 0)
      return socket;
  }
  throw system_error(concat("cannot connect to ", host, " port ", port));
}

bool readable_before(const Socket& socket, Clock::time_point deadline) {
  pollfd waiting{socket.descriptor(), POLLIN, 0};
  const auto left =
      std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return left > 0 && ::poll(&waiting, 1, static_cast<int>(left)) > 0;
}

/// What comes before a line feed; empty if none comes in time.
std::string read_line(const Socket& socket, Clock::time_point deadline) {
  constexpr size_t kLongest = 256;
  std::string line;
  char byte = 0;
  while (line.size() < kLongest && readable_before(socket, deadline) &&
         ::recv(socket.descriptor(), &byte, 1, 0) == 1) {
    if (byte == '\n') return line;
    line += byte;
  }
  return {};
}

/// What has arrived and was not read yet.
std::string read_pending(const Socket& socket) {
  std::string bytes;
  std::array<char, 4096> buffer;
  for (ssize_t count;
       (count = ::recv(socket.descriptor(), buffer.data(), buffer.size(), MSG_DONTWAIT)) > 0;)
    bytes.append(buffer.data(), static_cast<size_t>(count));
  return bytes;
}

}  // namespace

void Socket::close() noexcept {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Pipe::Pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error("cannot make a pipe");
  read_end = Socket(ends[0]);
  write_end = Socket(ends[1]);
}

void send_bytes(const Socket& socket, const std::string& bytes) noexcept {
  size_t sent = 0;
  while (sent < bytes.size()) {
    const auto count =
        ::send(socket.descriptor(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    sent += static_cast<size_t>(count);
  }
}

void send_if_room(const Socket& socket, const std::string& line) noexcept {
  [[maybe_unused]] const auto sent =
      ::send(socket.descriptor(), line.data(), line.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

Listener::Listener() : socket_(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  int off = 0;
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  socklen_t length = sizeof any;
  ::setsockopt(socket_.descriptor(), IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
  bool ready = socket_.descriptor() >= 0 &&
               ::bind(socket_.descriptor(), reinterpret_cast<sockaddr*>(&any), sizeof any) == 0;
  if (!ready) {  // a machine without IPv6
    sockaddr_in any4{};
    any4.sin_family = AF_INET;
    socket_ = Socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ready = socket_.descriptor() >= 0 &&
            ::bind(socket_.descriptor(), reinterpret_cast<sockaddr*>(&any4), sizeof any4) == 0;
  }
  if (!ready || ::listen(socket_.descriptor(), SOMAXCONN) != 0)
    throw system_error("cannot listen for the other ranks");
  ::getsockname(socket_.descriptor(), reinterpret_cast<sockaddr*>(&any), &length);
  port_ = ntohs(any.sin6_port);  // sin_port lies at the same place
}

std::optional<RankReception::Gone> RankReception::receive(std::chrono::milliseconds patience) {
  std::vector<pollfd> waiting = {{listener_.socket().descriptor(), POLLIN, 0}};
  std::vector<int> ranks = {0};
  for (const auto& [rank, socket] : ranks_) {
    waiting.push_back({socket.descriptor(), POLLRDHUP, 0});
    ranks.push_back(rank);
  }
  if (::poll(waiting.data(), waiting.size(), static_cast<int>(patience.count())) <= 0) return {};
  for (size_t i = 1; i < waiting.size(); ++i)
    if (waiting[i].revents != 0) return Gone{ranks[i], read_pending(ranks_.at(ranks[i]))};
  if (waiting[0].revents != 0) accept_one();
  return {};
}

void RankReception::accept_one() {
  Socket connection(::accept4(listener_.socket().descriptor(), nullptr, nullptr, SOCK_CLOEXEC));
  if (connection.descriptor() < 0) return;
  const auto hello = read_line(connection, Clock::now() + std::chrono::seconds(5));
  if (hello.rfind(token_ + " ", 0) != 0) return;  // not one of ours
  int rank = 0;
  std::from_chars(hello.data() + token_.size() + 1, hello.data() + hello.size(), rank);
  if (rank < 1 || rank >= world_size_) return;
  watch_liveness(connection);
  ranks_[rank] = std::move(connection);
}

std::vector<int> RankReception::missing() const {
  std::vector<int> missing;
  for (int rank = 1; rank < world_size_; ++rank)
    if (ranks_.count(rank) == 0) missing.push_back(rank);
  return missing;
}

std::string RankReception::missing_names() const {
  std::string names;
  for (const int rank : missing()) names += concat(names.empty() ? "" : ", ", rank);
  return names;
}

void RankReception::tell(const std::string& line) noexcept {
  for (const auto& [rank, socket] : ranks_) send_bytes(socket, line);
}

void RankReception::tell_if_room(const std::string& line) noexcept {
  for (const auto& [rank, socket] : ranks_) send_if_room(socket, line);
}

Socket connect_as_rank(int rank, const std::string& address, int port, const std::string& token) {
  auto socket = connect_to(address, port, SOCK_STREAM);
  watch_liveness(socket);
  send_bytes(socket, concat(token, " ", rank, "\n"));
  return socket;
}

std::string local_address_towards(const std::string& host) {
  constexpr int kAnyPort = 9;  // nothing is sent: connecting a datagram socket only picks the route
  const auto socket = connect_to(host, kAnyPort, SOCK_DGRAM);
  sockaddr_storage own{};
  socklen_t length = sizeof own;
  std::array<char, NI_MAXHOST> text{};
  if (::getsockname(socket.descriptor(), reinterpret_cast<sockaddr*>(&own), &length) != 0 ||
      ::getnameinfo(reinterpret_cast<sockaddr*>(&own), length, text.data(), text.size(), nullptr, 0,
                    NI_NUMERICHOST) != 0)
    throw system_error(concat("cannot tell this machine's address towards ", host));
  return text.data();
}

}  // namespace vrlt::distributed
