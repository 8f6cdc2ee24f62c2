// Runs one attempt: drives the machine with a guard, pipes and a timer, and performs its actions.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "match/masks.hpp"
#include "model/event.hpp"
#include "model/failure.hpp"
#include "model/run_spec.hpp"
#include "os/signals.hpp"
#include "run/attempt_machine.hpp"
#include "run/callers_terminal.hpp"
#include "run/command_output.hpp"
#include "run/guard_link.hpp"
#include "run/notice_machine.hpp"
#include "run/orphan_killer.hpp"
#include "run/stop_evidence.hpp"
#include "run/terminal_link.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

struct AttemptPlan {
  const model::RunSpec* spec;
  int number = 1;
  std::string run_id;
  int input = 0;                              // the command's standard input
  bool capture = true;                        // read its output through pipes; else it inherits our 1 and 2
  bool shares_group = false;                  // it stays in our process group, to share the terminal
  bool pty = false;                           // it gets its own terminal; its output is one stream, `out`
  int slot = -1;                              // the descriptor that holds the run's slot; -1: none
  const CallersTerminal* terminal = nullptr;  // the caller's terminal; null: none
  const match::Masks* masks = nullptr;        // for the published texts; null: none
  os::SignalState caller_signals;
};

class Attempt {
 public:
  using Publish = std::function<void(const model::Event&, const model::Reading&)>;

  struct Callbacks {
    Publish publish;
    std::function<void()> on_done;  // once, when the result is final
    // Called before the leader's exit is judged: a key's signal that killed the leader reached us at the same time, and
    // must be handled first.
    std::function<void()> before_exit;
    // Called for a key at the command's own terminal and for a signal to the guard.
    std::function<void(const CancelRequested&)> on_cancel;
    std::function<void()> on_guard_gone;  // once a guard has been reaped; before or after on_done
  };

  Attempt(uv::Loop& loop, AttemptPlan plan, Callbacks callbacks);

  // Makes the pipes and starts the guard, which takes most of the start time: the caller can prepare other parts
  // meanwhile.
  model::Result<void> prepare();

  // Makes the guard start the command in this environment. The whole run ends at total_end.
  void begin(const model::RunInfo& info, const std::vector<std::string>& environment,
             std::optional<model::Instant> total_end);

  void cancel(const CancelRequested& request);
  void signal_leader(model::Signal signal) { link_.send(guard::SignalLeader{signal}); }
  void signal_group(model::Signal signal) { link_.send(guard::SignalGroup{signal}); }
  void signal_tree(model::Signal signal) { link_.send(guard::SignalTree{signal}); }
  void continue_tree() { signal_tree(SIGCONT); }
  // Whether the command handles the signal; false if /proc does not show it.
  bool catches(model::Signal signal) const;
  void suspended();
  void resumed();

  // With a pty: passes on a new size of the user's terminal.
  void resize();

  // The sequences that the guard writes to the caller's terminal if we are killed.
  void hold_screen(const std::string& undo);

  // The attempt has ended and another follows: gives the user's terminal back meanwhile.
  void leave_terminal();

  // All output is shown, or the next attempt has begun: gives the user's terminal back, and lets the guard end, which
  // would otherwise finish the record.
  void let_go();

  // Flow control, used by the sinks that show the output.
  void pause(model::Stream stream) { output_.pause(stream); }
  void resume(model::Stream stream) { output_.resume(stream); }
  // The reader of our output is gone: the command gets a broken pipe, as it would without us.
  void abandon(model::Stream stream) { output_.abandon(stream); }

  bool started() const { return started_; }
  // Whether a limit or a cancel stops it.
  bool stopped() const { return machine_.stopping_for().has_value(); }
  bool leader_stopped() const { return leader_stopped_; }
  // Called when the leader stops or continues.
  std::function<void()> on_leader_stopped;

  int guard_pid() const { return link_.pid(); }
  const model::AttemptResult& result() const { return result_; }
  bool guard_gone() const { return !link_.running() && (!evidence_ || evidence_->guard_gone()); }
  // The deadline of --timeout; kept after the end; none if there is no limit.
  std::optional<model::Instant> wall_deadline() const { return wall_deadline_; }

 private:
  model::Result<void> open_output();
  model::Result<void> open_terminal();
  model::Result<os::UniqueFd> users_terminal() const;
  void hold_terminal(const std::string& modes);
  void reported(const guard::Report& report);
  void mask(std::string& text) const;
  void output(model::Stream stream, std::string_view bytes);
  bool output_waits() const;
  bool guard_starves();
  void tell_notices();
  void watch_for_evidence(pid_t leader);
  void post(AttemptEvent event);
  void keep_deadline();
  std::optional<model::Stopping> stopping_by(const AttemptAction& action) const;
  void perform(const AttemptAction& action);
  void kill_orphans();
  void orphans_gone();
  void finish(const model::Reading& at);

  uv::Loop& loop_;
  AttemptPlan plan_;
  Callbacks callbacks_;
  GuardLink link_;
  uv::Timer timer_;
  CommandOutput output_;
  bool output_limit_passed_ = false;
  std::unique_ptr<TerminalLink> terminal_;
  AttemptMachine machine_;
  NoticeMachine notices_;
  uv::Timer notice_timer_;
  std::unique_ptr<StopEvidence> evidence_;
  std::unique_ptr<OrphanKiller> orphans_;  // once the guard is gone
  std::vector<std::string> environment_;   // for the --on-timeout hook
  std::optional<model::Instant> suspended_since_;
  std::deque<AttemptEvent> queue_;  // events that arrive while another is handled
  bool stepping_ = false;
  model::Reading step_at_{};
  bool requested_ = false;       // the guard has the StartCommand
  guard::KeepDeadline kept_;     // the guard's present copy
  model::Duration guard_ran_{};  // the guard's processor time at the last check
  bool started_ = false;
  int command_ = 0;  // the leader's pid, once started
  bool leader_stopped_ = false;
  std::string cgroup_;  // the path of the command's cgroup; empty: none
  bool by_cgroup_ = false;
  model::ProcView proc_ = model::ProcView::all;
  std::optional<model::Instant> wall_deadline_;
  model::AttemptResult result_;
};

}  // namespace oversee::run
