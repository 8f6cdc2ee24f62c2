// The signals to the guard itself. Their handlers run only while the guard waits in ppoll(2).
#pragma once

#include <csignal>
#include <optional>

#include "guard/protocol.hpp"
#include "os/signals.hpp"

namespace oversee::guard {

void install_handlers();

// All signals that may have a handler in this process. A child must reset them before exec, because a handler would run
// in the memory that the child shares with the guard.
os::SignalSet handled_signals();

// The signals that are blocked during the wait: all except those that end it.
sigset_t blocked_while_waiting();

// Whether the command's terminal has hung up since the last call. The kernel notifies the session leader, the guard,
// which passes HUP on as a shell does.
bool take_hang_up();

// Takes the next recorded termination signal and its sender. Each signal is reported, also an INT that a TERM follows
// soon.
std::optional<CancelAsked> take_cancel();

}  // namespace oversee::guard
