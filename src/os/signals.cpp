// Thin wrappers around system calls on signal state.
#include "os/signals.hpp"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

namespace oversee::os {
namespace {

constexpr int kLastSignal = 64;
constexpr int kFirstAboveStandard = 32;  // the C library reserves some from here on

// Signals that cannot be caught, or that report the supervisor's own actions. SEGV and the like are not listed: a real
// fault kills us even if the signal is blocked, so one that can be read was sent by a process (signal(7)).
constexpr int kAboutOurselves[] = {SIGKILL, SIGSTOP, SIGCHLD, SIGPIPE, SIGTTIN, SIGTTOU, SIGXCPU, SIGXFSZ};

sigset_t to_sigset(SignalSet set) {
  sigset_t signals;
  sigemptyset(&signals);
  for (int signal = 1; signal <= kLastSignal; ++signal) {
    if ((set & signal_bit(signal)) != 0) sigaddset(&signals, signal);
  }
  return signals;
}

}  // namespace

SignalState signal_state() {
  SignalState state;
  sigset_t blocked;
  sigemptyset(&blocked);
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (int signal = 1; signal <= kLastSignal; ++signal) {
    struct sigaction action {};
    if (sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN) state.ignored |= signal_bit(signal);
    if (sigismember(&blocked, signal) == 1) state.blocked |= signal_bit(signal);
  }
  return state;
}

void apply_signal_state(const SignalState& state, SignalSet handled) {
  for (int signal = 1; signal <= kLastSignal; ++signal) {
    const bool ignored = (state.ignored & signal_bit(signal)) != 0;
    if (signal == SIGKILL || signal == SIGSTOP || (!ignored && (handled & signal_bit(signal)) == 0)) continue;
    struct sigaction action {};
    action.sa_handler = ignored ? SIG_IGN : SIG_DFL;
    sigaction(signal, &action, nullptr);
  }
  const sigset_t blocked = to_sigset(state.blocked);
  sigprocmask(SIG_SETMASK, &blocked, nullptr);
}

void set_own_signals() {
  struct sigaction ignore {};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, nullptr);
  sigaction(SIGXFSZ, &ignore, nullptr);
  const sigset_t child = to_sigset(signal_bit(SIGCHLD));
  sigprocmask(SIG_UNBLOCK, &child, nullptr);
}

void block_all_signals() {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, nullptr);
}

model::Result<SignalWatch> SignalWatch::open(SignalSet wanted, const SignalState& caller) {
  const sigset_t signals = to_sigset(wanted & ~caller.ignored & ~caller.blocked);
  sigprocmask(SIG_BLOCK, &signals, nullptr);
  UniqueFd fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return std::unexpected(model::Failure{"watch signals", errno, {}, {}});
  return SignalWatch(std::move(fd));
}

std::optional<ReceivedSignal> SignalWatch::next() {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return {};
  const bool from_kernel = info.ssi_code == SI_KERNEL;
  return ReceivedSignal{static_cast<int>(info.ssi_signo), from_kernel,
                        from_kernel ? 0 : static_cast<pid_t>(info.ssi_pid)};
}

SignalSet supervised_signals() {
  SignalSet set = 0;
  for (int signal = 1; signal < kFirstAboveStandard; ++signal) set |= signal_bit(signal);
  for (int signal = SIGRTMIN; signal <= SIGRTMAX; ++signal) set |= signal_bit(signal);
  for (const int signal : kAboutOurselves) set &= ~signal_bit(signal);
  return set;
}

void die_of(model::Signal signal) {
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  ::prctl(PR_SET_DUMPABLE, 0);  // a core_pattern that is a pipe ignores RLIMIT_CORE (core(5))
  if (::getpid() != 1) {
    struct sigaction action {};
    action.sa_handler = SIG_DFL;
    sigaction(signal, &action, nullptr);
    ::kill(::getpid(), signal);
    const sigset_t set = to_sigset(signal_bit(signal));
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
  }
  ::_exit(128 + signal);
}

void stop_self(model::Signal signal) {
  const sigset_t stop = to_sigset(signal_bit(SIGTSTP));
  ::kill(::getpid(), signal);
  sigprocmask(SIG_UNBLOCK, &stop, nullptr);  // the process stops and continues here
  sigprocmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace oversee::os
