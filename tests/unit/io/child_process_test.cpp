#include "vrlt/io/child_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vrlt/core/error.h"

namespace vrlt::io {
namespace {

using ::testing::HasSubstr;
constexpr std::chrono::milliseconds kLong{60000}, kNoTime{0};

/// All that comes until the end.
std::string read_all(int descriptor) {
  std::string text;
  char buffer[4096];
  for (;;) {
    pollfd ready = {descriptor, POLLIN, 0};
    if (::poll(&ready, 1, static_cast<int>(kLong.count())) <= 0) return text + "(nothing came)";
    const auto count = ::read(descriptor, buffer, sizeof buffer);
    if (count <= 0) return text;
    text.append(buffer, static_cast<size_t>(count));
  }
}

/// Whether a process ends that somebody else waits for, or nobody.
bool comes_to_an_end(pid_t id) {
  const int process = static_cast<int>(::syscall(SYS_pidfd_open, id, 0));
  if (process < 0) return true;  // it is gone already
  pollfd ready = {process, POLLIN, 0};
  const int count = ::poll(&ready, 1, static_cast<int>(kLong.count()));
  ::close(process);
  return count == 1;
}

TEST(ChildProcess, IsTalkedToOverItsStandardInputAndOutput) {
  ChildProcess child({"cat"});
  ASSERT_EQ(::send(child.channel(), "hello\n", 6, 0), 6);
  ASSERT_TRUE(child.finish(kLong)) << "it reads the end of its input";
  EXPECT_EQ(read_all(child.channel()), "hello\n");
  EXPECT_EQ(child.end(kNoTime), "ended with exit code 0");
}

TEST(ChildProcess, WhatItWritesToStandardErrorComesByItself) {
  ChildProcess child({"sh", "-c", "echo out; echo err >&2; exit 3"});
  EXPECT_EQ(read_all(child.channel()), "out\n");
  EXPECT_EQ(read_all(child.errors()), "err\n");
  EXPECT_EQ(child.end(kLong), "ended with exit code 3");
}

TEST(ChildProcess, NoDescriptorOfOursIsInIt) {
  const int open = ::dup(STDERR_FILENO);  // without close-on-exec
  ChildProcess child({"ls", "/proc/self/fd"});
  ::close(open);
  EXPECT_EQ(read_all(child.channel()), "0\n1\n2\n3\n") << "3 is the folder that ls reads";
}

TEST(ChildProcess, SignalsAreAsAProgramExpectsThem) {
  const auto before = ::signal(SIGPIPE, SIG_IGN);
  ChildProcess child({"grep", "Sig[BI]", "/proc/self/status"});
  ::signal(SIGPIPE, before);
  EXPECT_EQ(read_all(child.channel()), "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST(ChildProcess, AProgramThatIsNotThereIsAMissingInput) {
  try {
    ChildProcess child({"no-such-program-of-vrlt"});
    FAIL() << "it was started";
  } catch (const MissingInputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("\"no-such-program-of-vrlt\" cannot be run: No such file"));
  }
  EXPECT_THROW(ChildProcess({"/etc/passwd"}), ConfigError) << "not executable";
}

TEST(ChildProcess, EndsWithWhatItStarted) {
  pid_t grandchild = 0;
  {
    ChildProcess child({"sh", "-c", "sleep 1000 & echo $!; wait"});
    char buffer[32] = {};
    pollfd ready = {child.channel(), POLLIN, 0};
    ASSERT_EQ(::poll(&ready, 1, static_cast<int>(kLong.count())), 1);
    ASSERT_GT(::read(child.channel(), buffer, sizeof buffer - 1), 0);
    grandchild = std::stoi(buffer);
    ASSERT_EQ(::kill(grandchild, 0), 0);
    EXPECT_FALSE(child.finish(std::chrono::milliseconds(1)));
    EXPECT_EQ(child.end(kNoTime), "was ended");
  }
  EXPECT_TRUE(comes_to_an_end(grandchild));
}

TEST(ChildProcess, EndsWhenWeAreKilled) {
  int pipes[2];
  ASSERT_EQ(::pipe(pipes), 0);
  const pid_t parent = ::fork();
  ASSERT_GE(parent, 0);
  if (parent == 0) {  // starts one, says its number, and is killed
    ChildProcess child({"sleep", "1000"});
    const pid_t id = child.id();
    if (::write(pipes[1], &id, sizeof id) != sizeof id) ::_exit(1);
    ::kill(::getpid(), SIGKILL);
  }
  pid_t child = 0;
  ASSERT_EQ(::read(pipes[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ::waitpid(parent, nullptr, 0);
  EXPECT_TRUE(comes_to_an_end(child));
  ::close(pipes[0]);
  ::close(pipes[1]);
}

}  // namespace
}  // namespace vrlt::io
