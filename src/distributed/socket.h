#pragma once

#include <chrono>
#include <map>
#include <string>
#include <utility>

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

/// Sends everything or nothing worth mentioning: a closed connection is noticed by whoever reads it.
void send_bytes(const Socket& socket, const std::string& bytes) noexcept;

/// A listening socket on a free port.
class Listener {
 public:
  Listener();
  int port() const { return port_; }

  /// Waits until ranks 1 to world_size - 1 have connected with the token. @throws CommError naming who did not.
  std::map<int, Socket> accept_ranks(int world_size, const std::string& token, std::chrono::milliseconds timeout);

 private:
  Socket socket_;
  int port_ = 0;
};

/// Connects to the listener of rank 0. @throws CommError.
Socket connect_as_rank(int rank, const std::string& address, int port, const std::string& token);

/// The address of this machine on the way to `host`: what others on that network reach it by. @throws CommError for an unknown host.
std::string local_address_towards(const std::string& host);

}  // namespace vrlt::distributed
