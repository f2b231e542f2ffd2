// posix_spawn has no way to have the kernel end a child with its parent, so that the steps between
// vfork and exec are written out here. The child of a vfork shares our memory until it executes,
// and we wait for that: it makes system calls only, and what it notes about them is ours to read.
#include "vrlt/io/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <utility>

#include "vrlt/core/error.h"
#include "vrlt/io/json.h"

namespace vrlt::io {
namespace {

/// A descriptor until somebody takes it.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  int get() const { return number_; }
  int take() { return std::exchange(number_, -1); }

 private:
  int number_;
};

void require_call(bool done, const char* call) {
  if (!done)
    throw Error(ExitCode::kBug, concat("a child process: ", call, ": ", std::strerror(errno)));
}

void never_wait(int descriptor) {
  const int flags = ::fcntl(descriptor, F_GETFL);
  require_call(flags >= 0 && ::fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) == 0, "fcntl");
}

/// What the child does after vfork. @return  never, unless the program cannot be run: errno.
int become_program(char* const* words, pid_t parent, int channel, int errors) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);  // it is gone already
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action = {};
    action.sa_handler = SIG_DFL;
    ::sigaction(number, &action, nullptr);  // some cannot be set
  }
  if (::dup2(channel, STDIN_FILENO) < 0 || ::dup2(channel, STDOUT_FILENO) < 0 ||
      ::dup2(errors, STDERR_FILENO) < 0 ||
      ::syscall(SYS_close_range, STDERR_FILENO + 1, UINT_MAX, 0) != 0)
    return errno;
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::execvp(words[0], words);
  return errno;
}

/// @return  the child, and in `failure` why it did not become the program: 0 if it did.
pid_t start(char* const* words, int channel, int errors, volatile int& failure) {
  const pid_t parent = ::getpid();
  sigset_t all, before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);  // no handler of ours runs in the child
  const pid_t child = ::vfork();
  if (child == 0) {
    failure = become_program(words, parent, channel, errors);
    ::_exit(127);
  }
  const int code = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = code;
  return child;
}

std::string ending(int status) {
  if (WIFEXITED(status)) return concat("ended with exit code ", WEXITSTATUS(status));
  const int number = WTERMSIG(status);
  return concat("was killed by signal ", number, " (", ::strsignal(number), ")");
}

}  // namespace

ChildProcess::ChildProcess(const std::vector<std::string>& words) {
  VRLT_CHECK(!words.empty(), "no program");
  std::vector<char*> pointers;
  for (const auto& word : words) pointers.push_back(const_cast<char*>(word.c_str()));
  pointers.push_back(nullptr);

  int sockets[2], pipes[2];
  require_call(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0, "socketpair");
  Descriptor own_channel(sockets[0]), its_channel(sockets[1]);
  require_call(::pipe2(pipes, O_CLOEXEC) == 0, "pipe");
  Descriptor own_errors(pipes[0]), its_errors(pipes[1]);
  never_wait(own_channel.get());
  never_wait(own_errors.get());

  volatile int failure = 0;
  id_ = start(pointers.data(), its_channel.get(), its_errors.get(), failure);
  require_call(id_ >= 0, "vfork");
  if (failure != 0) {
    ::waitpid(id_, nullptr, 0);
    const auto message = concat(excerpt(words[0]), " cannot be run: ", std::strerror(failure));
    if (failure == ENOENT || failure == ENOTDIR) throw MissingInputError(message);
    throw ConfigError(message);
  }
  channel_ = own_channel.take();
  errors_ = own_errors.take();
}

ChildProcess::~ChildProcess() {
  end(std::chrono::milliseconds(0));
  ::close(channel_);
  ::close(errors_);
}

bool ChildProcess::wait_for_end(std::chrono::milliseconds patience) {
  const Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, id_, 0)));
  if (process.get() < 0) return false;  // no more descriptors: it is killed then
  const auto end = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready = {process.get(), POLLIN, 0};
    const int count = ::poll(&ready, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
    if (count > 0) return true;
    if (count == 0 && left.count() <= 0) return false;
  }
}

bool ChildProcess::finish(std::chrono::milliseconds patience) {
  if (!ended_.empty()) return true;
  ::shutdown(channel_, SHUT_WR);
  return wait_for_end(patience);
}

std::string ChildProcess::end(std::chrono::milliseconds patience) {
  if (!ended_.empty()) return ended_;
  const bool by_itself = wait_for_end(patience);
  ::kill(-id_, SIGKILL);  // also what it has started; its number is its own until it is waited for
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) continue;
  ended_ = by_itself ? ending(status) : "was ended";
  return ended_;
}

}  // namespace vrlt::io
