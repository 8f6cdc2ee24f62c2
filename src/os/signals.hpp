// Signal state: what the caller had, what we watch, how we die. Nothing here decides what a signal means.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "model/failure.hpp"
#include "model/signal_name.hpp"
#include "os/descriptor.hpp"

namespace oversee::os {

// A set of signals: bit N-1 is signal N, as in /proc/PID/status.
using SignalSet = std::uint64_t;
constexpr SignalSet signal_bit(model::Signal signal) { return SignalSet{1} << (signal - 1); }

// What a process hands on over exec.
struct SignalState {
  SignalSet ignored = 0;
  SignalSet blocked = 0;

  bool operator==(const SignalState&) const = default;
};

// This process's state; to be read before anything changes it.
SignalState signal_state();

// Ignores, resets to the default and blocks exactly so. Async-signal-safe: for use between fork and exec. Only the
// signals in `handled` are reset: the fewer calls between fork and exec, the faster the start.
void apply_signal_state(const SignalState& state, SignalSet handled = ~SignalSet{0});

// What this process needs for itself, whatever the caller had: the signals that a write of ours can raise (PIPE, XFSZ)
// are errors of that write; CHLD, by which libuv learns of a child's end, gets through.
void set_own_signals();

void block_all_signals();

struct ReceivedSignal {
  model::Signal number = 0;
  bool from_terminal = false;  // the kernel's own: a key at the terminal, a hang-up
  pid_t sender = 0;            // 0 where the kernel sent it
  bool is_cancel = false;      // send_cancel() sent it: a cancel, whatever the signal means otherwise
};

// As kill(2), or pidfd_send_signal(2) where the pidfd is not -1; but marked as a cancel. False with errno.
bool send_cancel(pid_t pid, int pidfd, model::Signal signal);

// Sends the signal to another process of oversee, with its mark.
void pass_on(pid_t pid, const ReceivedSignal& signal);

// Whether HUP from a program means "reload" to this process, as to a server: it has no terminal that could be hung up,
// or is process 1 of a container (docs/decisions/005-what-a-cancel-is.md).
bool hup_is_reload(bool has_terminal);

// Whether the signal is such a HUP; one that the kernel sent, or that is marked as a cancel, is a cancel everywhere.
bool asks_for_reload(const ReceivedSignal& signal, bool hup_is_reload);

// Signals as readable events with their origin, which a handler that only gets a number cannot tell. They are blocked
// from its making on, so that none is lost before the first read, in PID 1 neither (signal(7), signalfd(2)).
class SignalWatch {
 public:
  // Watches those of the set that are neither ignored nor blocked in the caller's state.
  static model::Result<SignalWatch> open(SignalSet wanted, const SignalState& caller);

  int fd() const { return fd_.get(); }
  std::optional<ReceivedSignal> next();

 private:
  explicit SignalWatch(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

// All signals that a supervisor passes on or acts on: the standard ones but for those about the supervisor itself, and
// the real-time ones.
SignalSet supervised_signals();

// Ends this process by the signal, without a core file; by _exit(128+N) where the signal cannot kill (PID 1).
[[noreturn]] void die_of(model::Signal signal);

// Stops this process until somebody continues it, by TSTP or STOP. The kernel drops TSTP where nobody is there to
// continue it (an orphaned process group, setpgid(2)): then this returns at once.
void stop_self(model::Signal signal);

}  // namespace oversee::os
