#include "vrlt/core/stop_request.h"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include "vrlt/core/error.h"
#include "vrlt/core/logging.h"

namespace vrlt {
namespace {

struct StopSignal {
  int number;
  const char* name;
  bool again_ends_at_once;
};

constexpr StopSignal kStopSignals[] = {
    {SIGINT, "SIGINT", true},    {SIGTERM, "SIGTERM", true},  {SIGHUP, "SIGHUP", false},
    {SIGUSR1, "SIGUSR1", false}, {SIGUSR2, "SIGUSR2", false}, {SIGXCPU, "SIGXCPU", false},
};

/// What the running instruction itself causes: blocked, it would end the process without a word.
constexpr int kFaults[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGSYS, SIGTRAP};

struct State {
  std::mutex mutex;  ///< Guards what follows.
  std::vector<std::pair<const StopScope*, std::string>> scopes;
  StopListener listener;
  const StopListening* owner = nullptr;
};

/// Leaked on purpose: the thread of signals outlives every static.
State& state() {
  static State* const instance = new State;
  return *instance;
}

std::atomic<bool> requested = false;

void end_by(int signal) {
  std::signal(signal, SIG_DFL);
  sigset_t only;
  ::sigemptyset(&only);
  ::sigaddset(&only, signal);
  ::pthread_sigmask(SIG_UNBLOCK, &only, nullptr);
  ::kill(::getpid(), signal);
}

void receive(const StopSignal& signal, bool on_terminal) {
  if (signal.number == SIGHUP && !on_terminal)
    return log::info("SIGHUP: not on a terminal, going on");
  if (!stop_requested()) return request_stop(signal.name);
  if (!signal.again_ends_at_once) return;
  const std::lock_guard lock(state().mutex);
  log::warning(concat(signal.name, " again: ending at once", state().scopes.empty() ? "" : "; ",
                      state().scopes.empty() ? "" : state().scopes.back().second,
                      "; run the same command to go on from there"));
  end_by(signal.number);
}

std::thread* receiver = nullptr;

/// What leave_signals wakes the receiver by: queued by this process for that thread, which nobody
/// else does.
constexpr int kLeave = SIGUSR1;

void receive_all(const sigset_t& awaited, bool on_terminal) {
  for (;;) {
    siginfo_t info{};
    const int number = ::sigwaitinfo(&awaited, &info);
    if (number == kLeave && info.si_code == SI_QUEUE && info.si_pid == ::getpid()) return;
    for (const auto& signal : kStopSignals)
      if (signal.number == number) receive(signal, on_terminal);
  }
}

/// Those of the table, but for a SIGHUP that nohup has turned off.
sigset_t awaited_signals() {
  sigset_t awaited;
  ::sigemptyset(&awaited);
  for (const auto& signal : kStopSignals) {
    struct sigaction before {};
    ::sigaction(signal.number, nullptr, &before);
    if (signal.number == SIGHUP && before.sa_handler == SIG_IGN) continue;
    std::signal(signal.number, SIG_DFL);  // what is ignored would never be received
    ::sigaddset(&awaited, signal.number);
  }
  return awaited;
}

sigset_t all_but_faults() {
  sigset_t set;
  ::sigfillset(&set);
  for (const int fault : kFaults) ::sigdelset(&set, fault);
  return set;
}

bool has_terminal() {
  return ::isatty(STDIN_FILENO) == 1 || ::isatty(STDOUT_FILENO) == 1 ||
         ::isatty(STDERR_FILENO) == 1;
}

}  // namespace

void block_signals() {
  const auto blocked = all_but_faults();
  ::pthread_sigmask(SIG_BLOCK, &blocked, nullptr);
}

void take_signals() {
  static std::once_flag once;
  std::call_once(once, [] {
    const auto awaited = awaited_signals();
    const bool on_terminal = has_terminal();
    block_signals();
    receiver = new std::thread([awaited, on_terminal] {
      // What nobody awaits is delivered to this thread, which never computes: stopping and going
      // on, a handler of a profiler.
      ::pthread_sigmask(SIG_SETMASK, &awaited, nullptr);
      receive_all(awaited, on_terminal);
    });
  });
}

void leave_signals() {
  if (receiver == nullptr) return;
  ::pthread_sigqueue(receiver->native_handle(), kLeave, {});
  receiver->join();
}

bool stop_requested() { return requested; }

void request_stop(const std::string& who) {
  auto& shared = state();
  const std::lock_guard lock(shared.mutex);
  if (requested.exchange(true)) return;
  const bool ends_now = shared.scopes.empty();
  if (shared.listener) shared.listener(who, ends_now);
  if (!ends_now) return log::warning(who + ": stopping at the next safe point");
  log::warning(who + ": stopped as asked; run the same command to go on");
  std::_Exit(static_cast<int>(ExitCode::kStopped));
}

StopScope::StopScope(std::string kept) {
  const std::lock_guard lock(state().mutex);
  state().scopes.emplace_back(this, std::move(kept));
}

StopScope::~StopScope() {
  const std::lock_guard lock(state().mutex);
  std::erase_if(state().scopes, [&](const auto& scope) { return scope.first == this; });
}

void StopScope::set_kept(std::string kept) {
  const std::lock_guard lock(state().mutex);
  for (auto& scope : state().scopes)
    if (scope.first == this) scope.second = std::move(kept);
}

StopListening::StopListening(StopListener listener) {
  const std::lock_guard lock(state().mutex);
  state().listener = std::move(listener);
  state().owner = this;
}

StopListening::~StopListening() {
  const std::lock_guard lock(state().mutex);
  if (state().owner == this) state().listener = nullptr;
}

}  // namespace vrlt
