// The mechanisms that what oversee promises rests on, by name, so that a test can do without one and see the promise
// fail. docs/reliability.md says which promise rests on which.
#pragma once

#include <cstdint>
#include <string_view>

namespace oversee::model {

enum class Mechanism : std::uint8_t {
  guard_adopts,          // orphans of the tree become the guard's children
  front_adopts,          // what the guard held becomes the front's, should the guard die
  front_is_watched,      // the guard kills the tree when the front is gone
  guard_is_watched,      // the front kills the tree when the guard is gone
  guard_session,         // a kill of the caller's process group does not reach the guard
  death_signal,          // the command dies with the guard, whoever else is there
  whole_tree,            // what outlives the leader is held until it is gone as well, to the last (ECHILD)
  reap_orphans,          // adopted zombies are reaped while the command lives
  stop_first,            // nothing runs any more when the first is killed
  kill_at_a_stroke,      // killing does not pause: what is not stopped first has a processor by luck alone meanwhile
  kill_again,            // killing goes on until nothing is left
  all_threads,           // children of every thread are found
  parent_check,          // a pid that is somebody else's by now is not signalled
  continue_stopped,      // a stopped process is continued, so that it can act on a signal
  kill_is_patient,       // a kill goes on while processes die
  bounded_wait,          // what cannot be killed is waited for no longer than that
  reader_loss,           // when a reader of the output leaves, the command meets a broken pipe
  reader_error,          // output that could not be shown is no success
  write_aside,           // who shows the output holds up no deadline
  lines_aside,           // oversee's own lines hold up no deadline where stderr is not read
  look_before_idle,      // silence is judged only after a look for what waits unread
  idle_stands_still,     // silence does not count while a slow reader holds the command up
  open_streams,          // closed standard streams are opened, so that nothing of ours takes their numbers
  callers_signals,       // the command gets the signal state that oversee was started with
  own_signals,           // what the caller ignores or blocks keeps no end of a child from us
  guard_holds_slot,      // the slot of a killed front is taken until its tree is gone
  start_aside,           // a start that hangs in the kernel keeps the guard from nothing
  guard_is_continued,    // a guard that somebody has stopped goes on
  guard_keeps_deadline,  // a front that is held up holds up no deadline
  input_is_awaited,      // with --pty a line of the caller's input is read only when the command waits for it
  terminal_is_put_back,  // after a stop the caller's terminal has the modes and the screen that it had
  leave_at_once,         // a reader that sleeps does not hold up the end
  proc_is_ours,          // /proc is believed only where it shows this PID namespace
  life_lock,             // a run proves to other namespaces that it lives
  masks_wait,            // what may be the beginning of a masked text is held back until more has come
};

inline constexpr int kMechanisms = static_cast<int>(Mechanism::masks_wait) + 1;

constexpr std::string_view to_string(Mechanism mechanism) {
  switch (mechanism) {
    case Mechanism::guard_adopts: return "guard-adopts";
    case Mechanism::front_adopts: return "front-adopts";
    case Mechanism::front_is_watched: return "front-is-watched";
    case Mechanism::guard_is_watched: return "guard-is-watched";
    case Mechanism::guard_session: return "guard-session";
    case Mechanism::death_signal: return "death-signal";
    case Mechanism::whole_tree: return "whole-tree";
    case Mechanism::reap_orphans: return "reap-orphans";
    case Mechanism::stop_first: return "stop-first";
    case Mechanism::kill_at_a_stroke: return "kill-at-a-stroke";
    case Mechanism::kill_again: return "kill-again";
    case Mechanism::all_threads: return "all-threads";
    case Mechanism::parent_check: return "parent-check";
    case Mechanism::continue_stopped: return "continue-stopped";
    case Mechanism::kill_is_patient: return "kill-is-patient";
    case Mechanism::bounded_wait: return "bounded-wait";
    case Mechanism::reader_loss: return "reader-loss";
    case Mechanism::reader_error: return "reader-error";
    case Mechanism::write_aside: return "write-aside";
    case Mechanism::lines_aside: return "lines-aside";
    case Mechanism::look_before_idle: return "look-before-idle";
    case Mechanism::idle_stands_still: return "idle-stands-still";
    case Mechanism::open_streams: return "open-streams";
    case Mechanism::callers_signals: return "callers-signals";
    case Mechanism::own_signals: return "own-signals";
    case Mechanism::guard_holds_slot: return "guard-holds-slot";
    case Mechanism::start_aside: return "start-aside";
    case Mechanism::guard_keeps_deadline: return "guard-keeps-deadline";
    case Mechanism::guard_is_continued: return "guard-is-continued";
    case Mechanism::input_is_awaited: return "input-is-awaited";
    case Mechanism::terminal_is_put_back: return "terminal-is-put-back";
    case Mechanism::leave_at_once: return "leave-at-once";
    case Mechanism::proc_is_ours: return "proc-is-ours";
    case Mechanism::life_lock: return "life-lock";
    case Mechanism::masks_wait: return "masks-wait";
  }
  return "?";
}

// Always true in oversee, where link-time optimization makes a constant of it. The tests link another definition
// (tests/without), which asks a variable. Async-signal-safe: for use between fork and exec.
bool works(Mechanism mechanism) noexcept;

}  // namespace oversee::model
