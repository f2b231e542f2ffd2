#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace vrlt::distributed {

/// A file descriptor that closes itself.
class Socket {
 public:
  Socket() = default;
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket() { close(); }
  Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Socket& operator=(Socket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  int descriptor() const { return descriptor_; }
  void close() noexcept;

 private:
  int descriptor_ = -1;
};

struct Pipe {
  Pipe();
  Socket read_end, write_end;
};

/// Sends everything or nothing worth mentioning: a closed connection is noticed by whoever reads
/// it.
void send_bytes(const Socket& socket, const std::string& bytes) noexcept;

/// Sends the line, or nothing where a peer that is stopped has left no room: this never waits.
void send_if_room(const Socket& socket, const std::string& line) noexcept;

/// A listening socket on a free port.
class Listener {
 public:
  Listener();
  int port() const { return port_; }
  const Socket& socket() const { return socket_; }

 private:
  Socket socket_;
  int port_ = 0;
};

/// Rank 0 while the others come.
class RankReception {
 public:
  /// @param token  that a connection of this run begins with.
  RankReception(const Listener& listener, int world_size, std::string token)
      : listener_(listener), world_size_(world_size), token_(std::move(token)) {}

  /// A rank that came and has closed its connection.
  struct Gone {
    int rank = 0;
    std::string last_words;
  };

  /// Waits so long for the next one.
  std::optional<Gone> receive(std::chrono::milliseconds patience);

  bool complete() const { return static_cast<int>(ranks_.size()) == world_size_ - 1; }
  std::vector<int> missing() const;
  std::string missing_names() const;  ///< "1, 3"

  /// Sends a line to those who came.
  void tell(const std::string& line) noexcept;
  /// The same to those who read it, without waiting for the others.
  void tell_if_room(const std::string& line) noexcept;

  std::map<int, Socket> take() { return std::move(ranks_); }

 private:
  void accept_one();

  const Listener& listener_;
  int world_size_;
  std::string token_;
  std::map<int, Socket> ranks_;
};

/// Connects to the listener of rank 0. @throws CommError.
Socket connect_as_rank(int rank, const std::string& address, int port, const std::string& token);

/// The address of this machine on the way to `host`: what others on that network reach it by.
/// @throws CommError for an unknown host.
std::string local_address_towards(const std::string& host);

}  // namespace vrlt::distributed
