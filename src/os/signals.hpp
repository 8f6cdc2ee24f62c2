// Signal state: reads and sets it, watches signals, and ends this process by one. Other modules interpret the signals.
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

// Signal state that exec preserves.
struct SignalState {
  SignalSet ignored = 0;
  SignalSet blocked = 0;

  bool operator==(const SignalState&) const = default;
};

// The state of this process; must be read before anything changes it.
SignalState signal_state();

// Sets exactly this state. Async-signal-safe, for use between fork and exec. Resets only the signals in `handled` to
// the default, because every call between fork and exec delays the start.
void apply_signal_state(const SignalState& state, SignalSet handled = ~SignalSet{0});

// Sets what this process needs, whatever the caller had: ignores PIPE and XFSZ, so that a failed write returns an
// error, and unblocks CHLD, which libuv needs.
void set_own_signals();

void block_all_signals();

struct ReceivedSignal {
  model::Signal number = 0;
  bool from_terminal = false;  // sent by the kernel: a key at the terminal, a hang-up
  pid_t sender = 0;            // 0: the kernel
};

// Delivers signals as readable events with their sender, which a plain handler does not learn. They are blocked from
// construction on, so that none is lost before the first read, even as PID 1 (signal(7), signalfd(2)).
class SignalWatch {
 public:
  // Watches the signals of the set that the caller neither ignores nor blocks.
  static model::Result<SignalWatch> open(SignalSet wanted, const SignalState& caller);

  int fd() const { return fd_.get(); }
  std::optional<ReceivedSignal> next();

 private:
  explicit SignalWatch(UniqueFd fd) : fd_(std::move(fd)) {}

  UniqueFd fd_;
};

// All signals that a supervisor forwards or acts on: the standard ones, except those about the supervisor itself, and
// the real-time ones.
SignalSet supervised_signals();

// Ends this process by the signal, without a core file; by _exit(128+N) if the signal cannot kill it (PID 1).
[[noreturn]] void die_of(model::Signal signal);

// Stops this process by TSTP or STOP until it is continued. The kernel drops TSTP in an orphaned process group, which
// no shell could continue (setpgid(2)); then this returns immediately.
void stop_self(model::Signal signal);

}  // namespace oversee::os
