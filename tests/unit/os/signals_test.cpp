// Tests signal state: read and restored exactly, watched with the sender; and stopping or dying of a signal.
#include "os/signals.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <random>
#include <string>

#include "forked.hpp"

namespace oversee::os {
namespace {

// KILL and STOP can be neither ignored nor blocked; 32 and 33 belong to the C library (signal(7)).
constexpr SignalSet kSettable = ~(signal_bit(SIGKILL) | signal_bit(SIGSTOP) | signal_bit(32) | signal_bit(33));

// A mask in /proc/self/status, such as "SigIgn".
SignalSet kernel_set(const std::string& field) {
  const auto status = read_file("/proc/self/status");
  const std::size_t at = status ? status->find('\n' + field + ":\t") : std::string::npos;
  if (at == std::string::npos) return ~SignalSet{0};
  return std::strtoull(status->c_str() + at + field.size() + 3, nullptr, 16);
}

TEST_CASE("signal state: the applied state reads back, from us and from the kernel") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 50; ++round) {
    const SignalState state{.ignored = random() & random() & kSettable, .blocked = random() & random() & kSettable};
    CAPTURE(state.ignored);
    CAPTURE(state.blocked);
    CHECK(exit_of([&] {
            apply_signal_state(state);
            if (signal_state() != state) return 1;
            if (kernel_set("SigIgn") != state.ignored) return 2;
            if (kernel_set("SigBlk") != state.blocked) return 3;
            return (kernel_set("SigCgt") & kSettable) == 0 ? 0 : 4;
          }) == 0);
  }
}

TEST_CASE("signal state: earlier ignored, blocked or caught signals are reset") {
  CHECK(exit_of([] {
          struct sigaction action {};
          action.sa_handler = [](int) {};
          sigaction(SIGUSR1, &action, nullptr);
          action.sa_handler = SIG_IGN;
          sigaction(SIGINT, &action, nullptr);
          block_all_signals();
          apply_signal_state({});
          return signal_state() == SignalState{} && (kernel_set("SigCgt") & kSettable) == 0 ? 0 : 1;
        }) == 0);
}

TEST_CASE("signal state: survives an exec") {
  const SignalState state{.ignored = signal_bit(SIGHUP) | signal_bit(SIGRTMAX), .blocked = signal_bit(SIGUSR2)};
  auto pipe = make_pipe();
  REQUIRE(pipe.has_value());
  const pid_t pid = fork_child([&] {
    ::dup2(pipe->writer.get(), STDOUT_FILENO);
    apply_signal_state(state);
    ::execlp("cat", "cat", "/proc/self/status", nullptr);
    return 99;
  });
  pipe->writer.reset();
  std::string text;
  char buffer[4096];
  for (ssize_t count = 0; (count = ::read(pipe->reader.get(), buffer, sizeof buffer)) > 0;) {
    text.append(buffer, static_cast<std::size_t>(count));
  }
  CHECK(status_of(pid) == 0);
  CHECK(text.find("\nSigBlk:\t0000000000000800\n") != std::string::npos);
  CHECK(text.find("\nSigIgn:\t8000000000000001\n") != std::string::npos);
}

TEST_CASE("signal state: all signals can be blocked") {
  CHECK(exit_of([] {
          apply_signal_state({});
          block_all_signals();
          return (signal_state().blocked & kSettable) == kSettable ? 0 : 1;
        }) == 0);
}

TEST_CASE("own signals: a failing write is an error, and a child's end is reported") {
  CHECK(exit_of([] {
          apply_signal_state({.ignored = 0, .blocked = ~SignalSet{0}});
          set_own_signals();
          const SignalState state = signal_state();
          if (state.ignored != (signal_bit(SIGPIPE) | signal_bit(SIGXFSZ))) return 1;
          if ((state.blocked & signal_bit(SIGCHLD)) != 0) return 2;
          auto pipe = make_pipe();
          pipe->reader.reset();
          return ::write(pipe->writer.get(), "x", 1) == -1 && errno == EPIPE ? 0 : 3;
        }) == 0);
}

TEST_CASE("supervised signals: those for the command, and none of our own") {
  const SignalSet set = supervised_signals();
  SignalSet ours = 0;
  for (const int signal : {SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE, SIGTTIN, SIGTTOU, SIGXCPU, SIGXFSZ}) {
    ours |= signal_bit(signal);
  }
  for (int signal = 1; signal <= 31; ++signal) {
    CAPTURE(signal);
    CHECK(((set & signal_bit(signal)) != 0) == ((ours & signal_bit(signal)) == 0));
  }
  CHECK((set & signal_bit(SIGRTMIN)) != 0);
  CHECK((set & signal_bit(SIGRTMAX)) != 0);
}

// Causes the fault with all signals watched; returns the signal that killed the process.
template <class Fault>
int death_by(Fault fault) {
  return exit_of([&] {
           apply_signal_state({});
           auto watch = SignalWatch::open(supervised_signals(), signal_state());
           const rlimit no_core{0, 0};
           ::setrlimit(RLIMIT_CORE, &no_core);
           fault();
           return 0;
         }) -
         1000;
}

TEST_CASE("signal watch: a fault in oversee still kills it") {
  CHECK(death_by([] { std::abort(); }) == SIGABRT);
  CHECK(death_by([] {
          void* page = ::mmap(nullptr, 1, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          *static_cast<volatile char*>(page) = 1;
        }) == SIGSEGV);
}

TEST_CASE("signal watch: reports each signal and its sender once") {
  CHECK(exit_of([] {
          apply_signal_state({});
          auto watch = SignalWatch::open(supervised_signals(), signal_state());
          if (!watch) return 1;
          if (watch->next()) return 2;
          ::kill(::getpid(), SIGUSR1);
          const auto first = watch->next();
          if (!first || first->number != SIGUSR1 || first->from_terminal || first->sender != ::getpid()) return 3;
          if (watch->next()) return 4;
          ::kill(::getpid(), SIGTERM);
          ::kill(::getpid(), SIGRTMAX);
          SignalSet seen = 0;
          while (const auto each = watch->next()) seen |= signal_bit(each->number);
          return seen == (signal_bit(SIGTERM) | signal_bit(SIGRTMAX)) ? 0 : 5;
        }) == 0);
}

TEST_CASE("signal watch: the sender may be another process") {
  auto ready = make_pipe();
  REQUIRE(ready.has_value());
  const pid_t parent = ::getpid();
  const pid_t pid = fork_child([&] {
    apply_signal_state({});
    auto watch = SignalWatch::open(supervised_signals(), signal_state());
    if (!watch) return 1;
    tell(ready->writer.get(), 'r');
    pollfd readable{watch->fd(), POLLIN, 0};
    ::poll(&readable, 1, -1);
    const auto signal = watch->next();
    return signal && signal->number == SIGHUP && signal->sender == parent ? 0 : 2;
  });
  CHECK(hear<char>(ready->reader.get()) == 'r');
  REQUIRE(::kill(pid, SIGHUP) == 0);
  CHECK(status_of(pid) == 0);
}

TEST_CASE("signal watch: signals that the caller ignores or blocks are left alone") {
  CHECK(exit_of([] {
          apply_signal_state({.ignored = signal_bit(SIGHUP), .blocked = signal_bit(SIGUSR1)});
          auto watch = SignalWatch::open(supervised_signals(), signal_state());
          if (!watch) return 1;
          ::kill(::getpid(), SIGHUP);   // nohup
          ::kill(::getpid(), SIGUSR1);  // stays pending, as without oversee
          return watch->next() ? 2 : 0;
        }) == 0);
}

TEST_CASE("signal watch: is closed on exec") {
  CHECK(exit_of([] {
          auto watch = SignalWatch::open(supervised_signals(), {});
          return watch && ::fcntl(watch->fd(), F_GETFD) == FD_CLOEXEC ? 0 : 1;
        }) == 0);
}

TEST_CASE("death by a signal: as if it was sent, without a core, even if it was ignored or blocked") {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGABRT, SIGUSR1, SIGKILL, SIGRTMIN + 1}) {
    CAPTURE(signal);
    for (const SignalState& state : {SignalState{}, SignalState{.ignored = kSettable, .blocked = kSettable}}) {
      const int status = status_of(fork_child([&]() -> int {
        const rlimit cores{RLIM_INFINITY, RLIM_INFINITY};
        ::setrlimit(RLIMIT_CORE, &cores);
        apply_signal_state(state);
        die_of(signal);
      }));
      CHECK(WIFSIGNALED(status));
      CHECK(WTERMSIG(status) == signal);
      CHECK_FALSE(WCOREDUMP(status));
    }
  }
}

TEST_CASE("death by a signal that does not kill: its number is still reported") {
  CHECK(exit_of([]() -> int { die_of(SIGCHLD); }) == 128 + SIGCHLD);
}

TEST_CASE("stopping ourselves: lasts until we are continued") {
  for (const int signal : {SIGTSTP, SIGSTOP}) {
    CAPTURE(signal);
    const pid_t pid = fork_child([&] {
      ::setpgid(0, 0);  // a group that is not orphaned, so that TSTP takes effect
      apply_signal_state({.ignored = 0, .blocked = signal_bit(SIGTSTP)});
      stop_self(signal);
      return signal_state().blocked == signal_bit(SIGTSTP) ? 7 : 8;
    });
    int status = 0;
    REQUIRE(::waitpid(pid, &status, WUNTRACED) == pid);
    REQUIRE(WIFSTOPPED(status));
    CHECK(WSTOPSIG(status) == signal);
    REQUIRE(::kill(pid, SIGCONT) == 0);
    status = status_of(pid);
    REQUIRE(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == 7);
  }
}

}  // namespace
}  // namespace oversee::os
