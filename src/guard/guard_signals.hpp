// The signals that reach the guard itself: noted by handlers, which run only while it waits in ppoll.
#pragma once

#include <csignal>
#include <optional>

#include "guard/protocol.hpp"
#include "os/signals.hpp"

namespace oversee::guard {

void install_handlers();

// All that this process may have handlers for: what a child must reset before its exec, as a handler would run in the
// memory that it shares with the guard.
os::SignalSet handled_signals();

// What is blocked during the wait: all but those that end it.
sigset_t blocked_while_waiting();

// Whether the command's terminal is gone since the last call; the kernel says so to its session's leader, which passes
// it on as a shell does.
bool take_hang_up();

// A signal to end that came and is not taken yet, and who sent it; each is told of, INT as well as a TERM soon after.
std::optional<CancelAsked> take_cancel();

}  // namespace oversee::guard
