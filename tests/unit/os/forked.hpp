// Child processes for tests: each ends in time in any case, reports through pipes, and is waited for without sleeping.
#pragma once

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

namespace oversee::os {

// Call first in each child, because fork does not pass the alarm on.
inline void bound_life() { ::alarm(30); }

// The test's own handlers would report a child's death as the test's.
inline void reset_signals() {
  for (int signal = 1; signal <= 64; ++signal) ::signal(signal, SIG_DFL);
}

[[noreturn]] inline void wait_to_be_killed() {
  for (;;) ::pause();
}

// Runs the function in a child, which exits with its result and runs no other code of the test.
template <class Run>
pid_t fork_child(Run run) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    reset_signals();
    bound_life();
    ::_exit(run());
  }
  REQUIRE(pid > 0);
  return pid;
}

// Sends and receives whole values through a pipe.
template <class Value>
void tell(int fd, Value value) {
  if (::write(fd, &value, sizeof value) != static_cast<ssize_t>(sizeof value)) ::_exit(99);
}
template <class Value>
Value hear(int fd) {
  Value value{};
  ssize_t count = 0;
  do count = ::read(fd, &value, sizeof value);
  while (count < 0 && errno == EINTR);
  REQUIRE(count == static_cast<ssize_t>(sizeof value));
  return value;
}

// Waits for the child's end; returns its wait status.
inline int status_of(pid_t pid) {
  int status = 0;
  REQUIRE(::waitpid(pid, &status, 0) == pid);
  return status;
}

// Runs the function in a child; returns its exit code, or 1000 plus the signal that killed it.
template <class Run>
int exit_of(Run run) {
  const int status = status_of(fork_child(std::move(run)));
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace oversee::os
