// The mechanisms behind oversee's promises, by name, so that a test can disable one and see the promise break.
// docs/reliability.md maps promises to mechanisms.
#pragma once

#include <cstdint>
#include <string_view>

namespace oversee::model {

enum class Mechanism : std::uint8_t {
  guard_adopts,          // orphans of the tree become the guard's children
  front_adopts,          // if the guard dies, the front adopts the guard's children
  front_is_watched,      // the guard kills the tree when the front has died
  guard_is_watched,      // the front kills the tree when the guard has died
  guard_session,         // a kill of the caller's process group does not reach the guard
  death_signal,          // the command dies with the guard even if no other process is left to kill it
  whole_tree,            // the run waits for every descendant of the leader, to the last (ECHILD)
  reap_orphans,          // adopted zombies are reaped while the command lives
  stop_first,            // the whole tree is stopped before the first process is killed
  kill_at_a_stroke,      // killing does not pause: a process that was not stopped may run in every gap
  frozen_are_killed,     // if the killer is killed between STOP and KILL, the stopped processes are killed
  kill_again,            // killing is repeated until no process is left
  all_threads,           // children of every thread are found
  parent_check,          // a pid that was reused for another process is not signalled
  continue_stopped,      // a stopped process is continued, so that it can act on a signal
  kill_is_patient,       // a kill goes on while processes die
  bounded_wait,          // oversee waits a bounded time for processes that cannot be killed
  reader_loss,           // when a reader of the output leaves, the command meets a broken pipe
  reader_error,          // output that could not be shown fails the run
  write_aside,           // writing the shown output delays no deadline
  lines_aside,           // an unread stderr delays no deadline
  look_before_idle,      // silence is judged only after polling for unread output
  idle_stands_still,     // the idle timeout is paused while a slow reader blocks the command
  open_streams,          // closed standard streams are opened, so that oversee's own files do not get their numbers
  callers_signals,       // the command starts with the signal state that oversee was started with
  own_signals,           // signals that the caller ignores or blocks do not hide a child's end from oversee
  guard_holds_slot,      // if the front is killed, its slot stays taken until the tree is gone
  start_aside,           // a start that hangs in the kernel does not block the guard
  guard_is_continued,    // a guard that was stopped from outside is continued
  guard_keeps_deadline,  // the guard enforces the deadline even if the front is blocked
  input_is_awaited,      // with --pty the caller's input is read only when the command waits for it
  terminal_is_put_back,  // after a stop the caller's terminal gets its modes and screen back
  leave_at_once,         // a suspended reader does not delay the end
  proc_is_ours,          // /proc is used only if it shows this PID namespace
  cancel_until_verdict,  // a signal after the command's exit cancels the run as long as the run waits for something
  each_cancel_goes_on,   // a new cancel signal is forwarded to the command and does not climb the ladder
  hup_is_reload,         // without a terminal HUP is forwarded to the command and does not cancel
  leaks_are_asked,       // leaked processes get TERM before KILL
  stop_is_asked,         // TSTP to oversee reaches the command's handler before STOP
  terminal_stops,        // TTIN and TTOU to oversee stop the command as well
  life_lock,             // processes in other namespaces can see that a run lives
  masks_wait,            // the possible beginning of a masked text is buffered until more output arrives
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
    case Mechanism::frozen_are_killed: return "frozen-are-killed";
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
    case Mechanism::cancel_until_verdict: return "cancel-until-verdict";
    case Mechanism::each_cancel_goes_on: return "each-cancel-goes-on";
    case Mechanism::hup_is_reload: return "hup-is-reload";
    case Mechanism::leaks_are_asked: return "leaks-are-asked";
    case Mechanism::stop_is_asked: return "stop-is-asked";
    case Mechanism::terminal_stops: return "terminal-stops";
    case Mechanism::life_lock: return "life-lock";
    case Mechanism::masks_wait: return "masks-wait";
  }
  return "?";
}

// Always true in oversee. The tests link another definition (tests/without) that reads a variable. Async-signal-safe,
// for use between fork and exec.
bool works(Mechanism mechanism) noexcept;

}  // namespace oversee::model
