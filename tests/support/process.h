#pragma once

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

extern char** environ;

namespace vrlt::test {

/// How a child process ended and what it wrote.
struct ProcessResult {
  int exit_code = -1;  ///< -1: ended by a signal.
  int signal = 0;
  std::string out, err;
};

struct ProcessOptions {
  std::filesystem::path working_folder = ".";
  std::map<std::string, std::string> environment = {};  ///< Over the parent's.
  std::filesystem::path standard_output = {};           ///< Empty: collected in ProcessResult::out.
  std::optional<uint64_t> max_file_bytes = {};          ///< RLIMIT_FSIZE of the child.
  std::chrono::seconds timeout{300};                    ///< Then it is killed and wait() throws.
};

/// A program of ours as a child process. Its end is awaited through a pidfd, so that nothing here
/// sleeps or races.
class Process {
 public:
  /// @throws std::runtime_error if it cannot be started.
  Process(const std::filesystem::path& program, const std::vector<std::string>& arguments,
          ProcessOptions options = {})
      : options_(std::move(options)), deadline_(Clock::now() + options_.timeout) {
    std::vector<std::string> words = {program.string()};
    words.insert(words.end(), arguments.begin(), arguments.end());
    for (const auto& word : words) command_ += word + " ";
    const auto environment = child_environment();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    out_ = temporary_file();
    err_ = temporary_file();
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    const auto& out = options_.standard_output.empty() ? out_ : options_.standard_output;
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out.c_str(), O_WRONLY | O_APPEND, 0);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err_.c_str(), O_WRONLY | O_APPEND, 0);
    posix_spawn_file_actions_addchdir_np(&actions, options_.working_folder.c_str());
    struct rlimit before {};
    ::getrlimit(RLIMIT_FSIZE, &before);
    if (options_.max_file_bytes) {  // inherited; ours again below
      const struct rlimit limit { *options_.max_file_bytes, before.rlim_max };
      ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    const int code = ::posix_spawn(&pid_, program.c_str(), &actions, nullptr,
                                   pointers(words).data(), pointers(environment).data());
    ::setrlimit(RLIMIT_FSIZE, &before);
    posix_spawn_file_actions_destroy(&actions);
    if (code != 0) throw std::runtime_error(command_ + ": cannot start: " + std::strerror(code));
    pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (pidfd_ < 0) throw std::runtime_error(command_ + ": no pidfd: " + std::strerror(errno));
  }
  ~Process() {
    if (pidfd_ >= 0) {
      send(SIGKILL);
      ::waitpid(pid_, nullptr, 0);
      ::close(pidfd_);
    }
    std::error_code ignored;
    for (const auto& file : {out_, err_}) std::filesystem::remove(file, ignored);
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) { ::kill(pid_, signal); }

  /// Asks again and again until `condition` holds. @return false if the process ended before.
  bool wait_until(const std::function<bool()>& condition) {
    while (!condition())
      if (ended(std::chrono::milliseconds(1))) return false;
    return true;
  }

  /// Lets it run for so many polls. @return false if it ended before.
  bool run_for(int64_t polls) {
    return wait_until([&] { return polls-- <= 0; });
  }

  /// What it has written to standard error so far.
  std::string error_output() const { return contents(err_); }

  ProcessResult wait() {
    while (!ended(std::chrono::milliseconds(1000))) continue;
    int status = 0;
    ::waitpid(pid_, &status, 0);
    ::close(std::exchange(pidfd_, -1));
    ProcessResult result;
    if (WIFEXITED(status))
      result.exit_code = WEXITSTATUS(status);
    else
      result.signal = WTERMSIG(status);
    result.out = contents(out_);
    result.err = contents(err_);
    return result;
  }

 private:
  using Clock = std::chrono::steady_clock;

  bool ended(std::chrono::milliseconds patience) {
    struct pollfd descriptor {
      pidfd_, POLLIN, 0
    };
    if (::poll(&descriptor, 1, static_cast<int>(patience.count())) > 0) return true;
    if (Clock::now() > deadline_)
      throw std::runtime_error(command_ + ": still running after the timeout; it wrote\n" +
                               contents(err_));
    return false;
  }

  std::vector<std::string> child_environment() const {
    std::vector<std::string> list;
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string text = *entry;
      if (options_.environment.count(text.substr(0, text.find('='))) == 0) list.push_back(text);
    }
    for (const auto& [name, value] : options_.environment) list.push_back(name + "=" + value);
    return list;
  }

  static std::vector<char*> pointers(const std::vector<std::string>& texts) {
    std::vector<char*> list;
    for (const auto& text : texts) list.push_back(const_cast<char*>(text.c_str()));
    list.push_back(nullptr);
    return list;
  }

  static std::filesystem::path temporary_file() {
    std::string name = (std::filesystem::temp_directory_path() / "vrlt-output-XXXXXX").string();
    const int descriptor = ::mkstemp(name.data());
    if (descriptor < 0) throw std::runtime_error("cannot make " + name);
    ::close(descriptor);
    return name;
  }

  static std::string contents(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  ProcessOptions options_;
  Clock::time_point deadline_;
  std::string command_;
  std::filesystem::path out_, err_;
  pid_t pid_ = -1;
  int pidfd_ = -1;
};

}  // namespace vrlt::test
