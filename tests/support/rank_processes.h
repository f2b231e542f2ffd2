#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/support/process.h"

namespace vrlt::test {

/// A port of this machine that nobody else is handed while this object lives: bound, but not
/// listened to, so that a server may.
class ReservedPort {
 public:
  ReservedPort() : descriptor_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    const int on = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    socklen_t length = sizeof address;
    ::setsockopt(descriptor_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    ::bind(descriptor_, reinterpret_cast<sockaddr*>(&address), sizeof address);
    ::getsockname(descriptor_, reinterpret_cast<sockaddr*>(&address), &length);
    number_ = ntohs(address.sin_port);
  }
  ~ReservedPort() { ::close(descriptor_); }
  ReservedPort(const ReservedPort&) = delete;
  ReservedPort& operator=(const ReservedPort&) = delete;
  int number() const { return number_; }

 private:
  int descriptor_, number_ = 0;
};

/// The ranks of one launch, started as torchrun would without torchrun.
class RankProcesses {
 public:
  /// @param options  of every rank; the launcher's variables are added to its environment.
  explicit RankProcesses(int world_size, ProcessOptions options = {})
      : world_size_(world_size), options_(std::move(options)) {}

  /// Starts the next rank, in a folder of its own if one is given. @param max_file_bytes  that it
  /// alone may write into a file.
  void start(const std::filesystem::path& program, const std::vector<std::string>& arguments,
             const std::filesystem::path& working_folder = {},
             std::optional<uint64_t> max_file_bytes = {}) {
    const auto rank = std::to_string(processes_.size());
    auto options = options_;
    if (max_file_bytes) options.max_file_bytes = max_file_bytes;
    if (!working_folder.empty()) options.working_folder = working_folder;
    options.environment.insert({{"RANK", rank},
                                {"WORLD_SIZE", std::to_string(world_size_)},
                                {"LOCAL_RANK", rank},
                                {"MASTER_ADDR", "127.0.0.1"},
                                {"MASTER_PORT", std::to_string(port_.number())},
                                {"OMP_NUM_THREADS", "1"}});
    processes_.push_back(std::make_unique<Process>(program, arguments, options));
  }
  RankProcesses& start_all(const std::filesystem::path& program,
                           const std::vector<std::string>& arguments) {
    while (static_cast<int>(processes_.size()) < world_size_) start(program, arguments);
    return *this;
  }

  Process& operator[](int rank) { return *processes_.at(static_cast<size_t>(rank)); }

  std::vector<ProcessResult> wait() {
    std::vector<ProcessResult> results;
    for (auto& process : processes_) results.push_back(process->wait());
    return results;
  }

 private:
  int world_size_;
  ProcessOptions options_;
  ReservedPort port_;
  std::vector<std::unique_ptr<Process>> processes_;
};

}  // namespace vrlt::test
