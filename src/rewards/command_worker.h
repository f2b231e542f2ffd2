#pragma once

#include <poll.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "rewards/command_protocol.h"
#include "vrlt/io/child_process.h"

namespace vrlt::rewards {

/// One process of a command: a line in, a line out, within bounds of time and bytes.
class CommandWorker {
 public:
  using Clock = std::chrono::steady_clock;

  explicit CommandWorker(const std::vector<std::string>& words) : words_(words) {}

  /// Starts the program and says hello. @throws as io::ChildProcess.
  void start(double timeout_seconds);
  void send(std::string line, double timeout_seconds);
  bool is_running() const { return child_.has_value(); }

  /// When what was sent must be answered.
  Clock::time_point deadline() const { return deadline_; }
  /// Adds what to wait for.
  void watch(std::vector<pollfd>& descriptors) const;
  /// Writes and reads what can be without waiting. @return the line of the answer; nothing yet.
  /// @throws CommandFailure if there will be none; then only stop() is left to do.
  std::optional<std::string> exchange();

  /// Says that no more will be asked: the program may begin to end.
  void close_input();
  /// Ends the program, which gets the time to end by itself.
  void stop(std::chrono::milliseconds patience);
  /// The last lines that it wrote to standard error, for a message; "" if there were none.
  std::string last_words() const;

 private:
  void write();
  bool read();
  void read_errors();
  void keep_words(std::string_view text);

  const std::vector<std::string>& words_;
  std::optional<io::ChildProcess> child_;
  std::string to_send_, received_, error_line_;
  size_t sent_ = 0;
  bool errors_open_ = true;  ///< Whether it may still write to standard error.
  std::deque<std::string> error_lines_;
  double timeout_seconds_ = 0;
  Clock::time_point deadline_;
};

}  // namespace vrlt::rewards
