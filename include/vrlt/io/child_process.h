#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace vrlt::io {

/// A program that runs beside ours and is talked to: its standard input and output are one end of a
/// pair of sockets, its standard error is the writing end of a pipe. It is started without a shell,
/// found as execvp does, in a process group of its own, with default signals and with no descriptor
/// of ours but these. It ends with us: the destructor kills its group, and the kernel kills the
/// program itself when the thread that started it is gone, however that came.
class ChildProcess {
 public:
  /// @param words  the program and its arguments; not empty. Not to be called by a thread that ends
  /// before the program shall.
  /// @throws MissingInputError if there is no such program, ConfigError if it cannot be run.
  explicit ChildProcess(const std::vector<std::string>& words);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Our end of its standard input and output; reading and writing never wait.
  int channel() const { return channel_; }
  /// What it writes to standard error; reading never waits.
  int errors() const { return errors_; }

  /// Says that nothing more will be written, and waits for it to end. @return whether it did in
  /// time.
  bool finish(std::chrono::milliseconds patience);

  /// Kills the group if the program has not ended by itself in that time. @return how it ended:
  /// "ended with exit code 1", "was killed by signal 9 (Killed)" or, by us, "was ended".
  std::string end(std::chrono::milliseconds patience);

  pid_t id() const { return id_; }

 private:
  bool wait_for_end(std::chrono::milliseconds patience);

  pid_t id_ = -1;
  int channel_ = -1, errors_ = -1;
  std::string ended_;  ///< Not empty once it was waited for.
};

}  // namespace vrlt::io
