// Records the guard's own signals in variables that only its handlers and its loop access.
#include "guard/guard_signals.hpp"

#include <array>
#include <utility>

namespace oversee::guard {
namespace {

// Written by the handlers, only during ppoll(2).
volatile std::sig_atomic_t hung_up = 0;

constexpr std::array kSignalsToEnd{SIGHUP, SIGINT, SIGQUIT, SIGTERM};

// For each of these signals: whether it arrived, and its sender.
volatile std::sig_atomic_t asked[kSignalsToEnd.size()];
volatile std::sig_atomic_t sender[kSignalsToEnd.size()];

void note_cancel(int signal, int from) {
  for (std::size_t i = 0; i < kSignalsToEnd.size(); ++i) {
    if (kSignalsToEnd[i] != signal) continue;
    asked[i] = 1;
    sender[i] = from;
  }
}

}  // namespace

void install_handlers() {
  // SIGCHLD must end the wait in ppoll(2). A signal that is ignored by default does not, so it needs a handler.
  struct sigaction wake {};
  wake.sa_handler = [](int) {};
  sigaction(SIGCHLD, &wake, nullptr);
  struct sigaction note {};
  note.sa_flags = SA_SIGINFO;
  note.sa_sigaction = [](int signal, siginfo_t* info, void*) {
    if (signal == SIGHUP && info->si_code == SI_KERNEL) {
      hung_up = 1;
      return;
    }
    note_cancel(signal, info->si_pid);
  };
  for (const int signal : kSignalsToEnd) sigaction(signal, &note, nullptr);
}

os::SignalSet handled_signals() {
  os::SignalSet handled = os::signal_bit(SIGCHLD) | os::signal_bit(SIGABRT);  // ABRT: os::say_last_words()
  for (const int signal : kSignalsToEnd) handled |= os::signal_bit(signal);
  return handled;
}

sigset_t blocked_while_waiting() {
  sigset_t blocked;
  sigfillset(&blocked);
  sigdelset(&blocked, SIGCHLD);
  for (const int signal : kSignalsToEnd) sigdelset(&blocked, signal);
  return blocked;
}

bool take_hang_up() {
  const bool was = hung_up != 0;
  hung_up = 0;
  return was;
}

std::optional<CancelAsked> take_cancel() {
  for (std::size_t i = 0; i < kSignalsToEnd.size(); ++i) {
    if (asked[i] == 0) continue;
    asked[i] = 0;
    return CancelAsked{kSignalsToEnd[i], static_cast<std::int32_t>(sender[i])};
  }
  return {};
}

}  // namespace oversee::guard
