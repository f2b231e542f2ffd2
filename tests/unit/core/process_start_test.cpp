// What a program does first, each in a child process of its own: signals and descriptors are those
// of a whole process.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "core/standard_descriptors.h"
#include "vrlt/core/stop_request.h"

namespace vrlt {
namespace {

constexpr int kStopped = 75;

class InAChild : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

/// Waits for the thread of signals, for as long as the test may take.
[[noreturn]] void wait_for_the_end() {
  for (;;) ::pause();
}

void wait_for_stop() {
  while (!stop_requested()) std::this_thread::yield();
}

bool is_blocked(int signal) {
  sigset_t set;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &set);
  return ::sigismember(&set, signal) == 1;
}

/// As under a batch system.
void without_terminal() {
  const int null = ::open("/dev/null", O_RDWR);
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO}) ::dup2(null, descriptor);
  if (::isatty(STDERR_FILENO) == 1) ::dup2(null, STDERR_FILENO);
}

using TakeSignals = InAChild;

// Generated code of oneDNN has its stack pointer in the heap: no signal that can wait may be
// handled by a thread that computes.
TEST_F(TakeSignals, NoThreadThatComputesHandlesAny) {
  EXPECT_EXIT(
      {
        take_signals();
        int missed = 0;
        std::thread([&] {
          for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD,
                                   SIGALRM, SIGPROF, SIGVTALRM, SIGIO, SIGRTMIN, SIGRTMAX})
            missed += !is_blocked(signal);
          for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL}) missed += is_blocked(fault);
        }).join();
        std::_Exit(missed);
      },
      testing::ExitedWithCode(0), "");
}

TEST_F(TakeSignals, OneOfAnyKindEndsWhatHasNothingToSave) {
  for (const int signal : {SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU})
    EXPECT_EXIT(
        {
          take_signals();
          ::kill(::getpid(), signal);
          wait_for_the_end();
        },
        testing::ExitedWithCode(kStopped), "run the same command to go on")
        << signal;
}

TEST_F(TakeSignals, AScopeComesToItsSafePoint) {
  EXPECT_EXIT(
      {
        take_signals();
        const StopScope scope("");
        ::kill(::getpid(), SIGUSR1);
        wait_for_stop();
        std::_Exit(3);
      },
      testing::ExitedWithCode(3), "");
}

TEST_F(TakeSignals, ASecondTerminationSaysWhatIsKept) {
  EXPECT_EXIT(
      {
        take_signals();
        StopScope scope("no checkpoint was written yet");
        scope.set_kept("the newest checkpoint is that of step 7");
        ::kill(::getpid(), SIGTERM);
        wait_for_stop();
        ::kill(::getpid(), SIGINT);
        wait_for_the_end();
      },
      testing::KilledBySignal(SIGINT),
      "SIGINT again: ending at once; the newest checkpoint is that of step 7");
}

// A hangup that counted would make the termination behind it a second request.
TEST_F(TakeSignals, AHangupWithoutATerminalIsNoRequest) {
  EXPECT_EXIT(
      {
        without_terminal();
        take_signals();
        const StopScope scope("");
        ::kill(::getpid(), SIGHUP);
        ::kill(::getpid(), SIGTERM);
        wait_for_stop();
        std::_Exit(3);
      },
      testing::ExitedWithCode(3), "");
}

TEST_F(TakeSignals, TheListenerIsToldBeforeTheEnd) {
  EXPECT_EXIT(
      {
        take_signals();
        const StopListening listening([](const std::string& who, bool ends_now) {
          std::_Exit(who == "SIGTERM" && ends_now ? 4 : 5);
        });
        ::kill(::getpid(), SIGTERM);
        wait_for_the_end();
      },
      testing::ExitedWithCode(4), "");
}

// A program that becomes another one must not take what is meant for that.
TEST_F(TakeSignals, WhatComesAfterwardsWaits) {
  EXPECT_EXIT(
      {
        take_signals();
        leave_signals();
        ::kill(::getpid(), SIGTERM);
        sigset_t pending;
        ::sigpending(&pending);
        std::_Exit(::sigismember(&pending, SIGTERM) == 1 ? 3 : 1);
      },
      testing::ExitedWithCode(3), "");
}

using StandardDescriptors = InAChild;

TEST_F(StandardDescriptors, ClosedOnesAreNotHandedToFiles) {
  EXPECT_EXIT(
      {
        for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
          ::close(descriptor);
        open_standard_descriptors();
        const int file = ::open("/dev/zero", O_RDONLY);
        std::_Exit(file > STDERR_FILENO && ::write(STDOUT_FILENO, "x", 1) == 1 ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace vrlt
