// One run: its attempts one after the other, the signals to oversee, and the verdict.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "model/attempt_history.hpp"
#include "model/event.hpp"
#include "model/failure.hpp"
#include "model/run_spec.hpp"
#include "os/signals.hpp"
#include "run/attempt.hpp"
#include "run/callers_terminal.hpp"
#include "run/command_input.hpp"
#include "run/job_control.hpp"
#include "run/output_patterns.hpp"
#include "run/publisher.hpp"
#include "run/retry_machine.hpp"
#include "run/retry_pause.hpp"
#include "run/slot_wait.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

struct Caller {
  os::SignalState signals;  // as at oversee's start
  bool has_terminal = false;
  bool hup_is_reload = false;  // os::hup_is_reload()
};

class Supervisor {
 public:
  // The spec must outlive this object.
  Supervisor(uv::Loop& loop, const model::RunSpec& spec, Caller caller);

  // Sends all further events to this sink, after the sinks that were added before; it must outlive the run. The
  // audience selects the form of the output.
  void tell(model::EventSink& sink, Audience audience = Audience::kept) { events_.add(sink, audience); }

  // Masks output and events of the run; call before prepare(). The masks must outlive the run.
  void mask(MaskSettings& masks) { events_.mask(loop_, masks); }

  // Opens the command's standard input and starts the first guard, or later if the run waits for a slot. Runs nothing
  // yet.
  model::Result<void> prepare(const std::string& run_id, bool capture, const CommandInput::MakeScratch& make_scratch);

  // Runs to the end and returns oversee's way to exit. `slots` is set if the spec asks for a slot, else null.
  model::ExitAction run(const model::RunInfo& info, model::SlotQueue* slots = nullptr);

  // Flow control, used by the sinks that show the output.
  void pause(model::Stream stream);
  void resume(model::Stream stream);
  // A sink of shown output failed. If its reader left (EPIPE), the command gets a broken pipe; any other error is kept
  // and turns a success into a failure.
  void sink_failed(model::Stream stream, int error);
  // Output that had to be kept was lost: turns a success into a failure.
  void output_lost(int error);
  // Called when the last attempt has ended, before the wait for the readers of its output.
  std::function<void(const model::AttemptResult&)> on_last_end;
  // Called once the output of an attempt is complete; if unset, only bytes are counted.
  model::TallyOf tally_of;
  // Whether all shown output was taken; called after the last attempt, and again at each sink_progressed().
  std::function<bool()> all_shown;
  void sink_progressed();
  // The sequences that are written to the caller's terminal if this process is killed; empty: none.
  void hold_screen(std::string undo);
  // Whether the attempt that was stopped last had switched the caller's terminal to single keys.
  bool had_single_keys() const { return terminal_ && terminal_->had_single_keys(); }
  // Called for SIGUSR1; if unset, the command gets it.
  std::function<void()> on_status_asked;

 private:
  // Whether the command uses our terminal, including its input.
  bool shares_terminal() const { return caller_.has_terminal && !spec_.pty; }
  void publish(const model::Event& event, const model::Reading& at) { events_.publish(event, at); }
  std::vector<std::string> next_environment() const;

  // Before the first attempt.
  void wait_for_slot(model::SlotQueue& slots);
  void slot_taken();
  void end_in_queue(model::AttemptResult result);
  void handle_in_queue(const os::ReceivedSignal& signal);
  bool in_queue() const { return slot_ && slot_->waiting(); }

  // Attempts.
  void begin_attempts(model::Instant start);
  model::Result<std::unique_ptr<Attempt>> prepare_attempt();
  void begin_attempt();
  void attempt_done();
  void take_result(model::AttemptResult result);
  model::AttemptResult unprepared(const model::Failure& failure) const;
  void take_tally(model::Stream stream, model::StreamCount& count) const;
  bool all_guards_gone() const;

  // Between two attempts.
  void wait_for_retry(const RetryMachine::Again& again);
  void begin_retry();
  void guard_gone();

  // After the last attempt.
  void end_attempts(model::NotRetried why);
  void judge_output(model::AttemptResult& result) const;
  void wait_for_readers();
  void readers_too_slow();

  void read_signals();
  void handle(const os::ReceivedSignal& signal);
  void handle_without_attempt(const os::ReceivedSignal& signal);
  void cancel(const os::ReceivedSignal& signal);
  void cancel(const CancelRequested& request);
  void cancel_at_the_end(const model::Canceller& by);
  void asked_by_way_of_attempt(const CancelRequested& request);
  void reload();
  // The attempt that may be stopped, continued or signalled; null between two attempts.
  Attempt* present_attempt() const { return pause_.active() ? nullptr : attempt_.get(); }
  void was_suspended(model::Duration time);

  uv::Loop& loop_;
  const model::RunSpec& spec_;
  const Caller caller_;
  const model::RunInfo* info_ = nullptr;
  std::string run_id_;
  bool capture_ = true;
  Publisher events_;
  CommandInput input_;
  std::optional<CallersTerminal> terminal_;
  std::string screen_undo_;
  std::optional<os::SignalWatch> signals_;
  std::unique_ptr<uv::PollWatch> signal_poll_;
  std::optional<SlotWait> slot_;                 // set if the run needs a slot
  std::unique_ptr<Attempt> attempt_;             // the present or latest one; null before the first
  std::vector<std::unique_ptr<Attempt>> ended_;  // earlier ones; their guards may still run
  model::AttemptHistory results_;
  model::RunEnd end_;

  std::optional<RetryMachine> retries_;
  OutputPatterns patterns_;
  std::optional<model::Canceller> canceller_;  // the first one of the run
  RetryPause pause_;
  JobControl job_control_;

  uv::Timer flush_;  // bounds the wait for readers after the last attempt
  bool flushing_ = false;
  bool reported_ = false;  // only the guards' ends are awaited
  int sink_error_ = 0;     // the first error except EPIPE
  bool reader_gone_ = false;
  bool shown_in_time_ = true;
};

}  // namespace oversee::run
