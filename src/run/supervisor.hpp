// One run: its attempts one after the other, the signals that oversee is sent, and the verdict.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "model/attempt_history.hpp"
#include "model/event.hpp"
#include "model/failure.hpp"
#include "model/run_spec.hpp"
#include "os/read_watch.hpp"
#include "os/signals.hpp"
#include "run/attempt.hpp"
#include "run/callers_terminal.hpp"
#include "run/input_replay.hpp"
#include "run/masked_output.hpp"
#include "run/output_patterns.hpp"
#include "run/retry_machine.hpp"
#include "run/slot_wait.hpp"
#include "run/user_line.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

struct Caller {
  os::SignalState signals;  // as oversee was started with
  bool has_terminal = false;
  bool hup_is_reload = false;  // os::hup_is_reload()
};

class Supervisor {
 public:
  // The spec outlives this.
  Supervisor(uv::Loop& loop, const model::RunSpec& spec, Caller caller);

  // From now on this one is told everything, after those that came before it; it outlives the run. The audience says
  // what it sees of the output.
  void tell(model::EventSink& sink, Audience audience = Audience::kept) { sinks_.push_back({&sink, audience}); }

  // Masks what is passed on and told of the run; before prepare(). The masks outlive the run.
  void mask(MaskSettings& masks);

  // Opens the command's standard input and starts the first guard (later, where a slot may have to be waited for);
  // nothing is run yet. The scratch is for input that can be read but once and is to be kept; null: then it is not.
  using MakeScratch = std::function<std::unique_ptr<model::Scratch>()>;
  model::Result<void> prepare(const std::string& run_id, bool capture, const MakeScratch& make_scratch);

  // Runs to the end; returns what oversee is to exit with. The slots are for a spec that asks for one, else null.
  model::ExitAction run(const model::RunInfo& info, model::SlotQueue* slots = nullptr);

  // Flow control, for whoever shows the output.
  void pause(model::Stream stream);
  void resume(model::Stream stream);
  // A sink of shown output failed. A reader that left (EPIPE) is passed on to the command; any other error is kept, and
  // makes a success a failure.
  void sink_failed(model::Stream stream, int error);
  // What was to be kept without fail, is not: a success becomes a failure.
  void output_lost(int error);
  // Told when the last attempt has ended, before anybody waits for the readers of its output.
  std::function<void(const model::AttemptResult&)> on_last_end;
  // Asked once the output of an attempt is complete; unset, nothing is known but bytes.
  model::TallyOf tally_of;
  // Whether everything shown has been taken; asked after the last attempt, and again at each sink_progressed().
  std::function<bool()> all_shown;
  void sink_progressed();
  // What is to be written to the caller's terminal, should this process be killed; empty: nothing.
  void hold_screen(std::string undo);
  // Whether the attempt that was stopped last had switched the caller's terminal to single keys.
  bool had_single_keys() const { return terminal_ && terminal_->had_single_keys(); }
  // Told of SIGUSR1; unset, it is the command's.
  std::function<void()> on_status_asked;

 private:
  // The command has our terminal, and what is typed there.
  bool shares_terminal() const { return caller_.has_terminal && !spec_.pty; }
  void publish(const model::Event& event, const model::Reading& at);
  std::string masked(std::string_view text) const {
    return masks_ == nullptr ? std::string(text) : masks_->masked(text);
  }
  std::vector<std::string> next_environment() const;

  // Before the first attempt.
  void wait_for_slot(model::SlotQueue& slots);
  void slot_taken();
  void end_in_queue(model::AttemptResult result);
  void handle_in_queue(const os::ReceivedSignal& signal);
  bool in_queue() const { return slot_ && slot_->waiting(); }

  // Attempts.
  model::Result<void> open_input_in_time(const MakeScratch& make_scratch);
  void begin_attempt();
  model::Result<void> open_input(const MakeScratch& make_scratch);
  model::Result<int> next_input();
  model::Result<std::unique_ptr<Attempt>> prepare_attempt();
  void begin_attempts(model::Instant start);
  void attempt_done();
  void take_result(model::AttemptResult result);
  model::AttemptResult unprepared(const model::Failure& failure) const;
  void take_tally(model::Stream stream, model::StreamCount& count) const;
  bool all_guards_gone() const;

  // Between two of them.
  void wait_for_retry(const RetryMachine::Again& again);
  void run_before_retry();
  void before_retry_ended();
  void lines_guard_gone();
  void begin_retry_if_due();
  void begin_retry();
  void stand_still_between(model::Duration time);

  // After the last.
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
  void ask_to_stop();
  void settle(model::Signal stop_with);
  void leader_stopped();
  void look_at_stopped_leader();

  uv::Loop& loop_;
  const model::RunSpec& spec_;
  const Caller caller_;
  const model::RunInfo* info_ = nullptr;
  std::string run_id_;
  bool capture_ = true;
  struct Told {
    model::EventSink* sink;
    Audience audience;
  };
  std::vector<Told> sinks_;
  const match::Masks* masks_ = nullptr;
  std::optional<MaskedOutput> masked_output_;
  os::UniqueFd input_;
  std::optional<InputReplay> replay_;
  std::optional<os::ReadWatch> read_watch_;  // of a pipe or a socket that is not kept for retries
  std::optional<std::int64_t> input_start_;  // where a file's reading began
  std::optional<CallersTerminal> terminal_;
  std::string screen_undo_;
  std::optional<os::SignalWatch> signals_;
  std::unique_ptr<uv::PollWatch> signal_poll_;
  std::optional<SlotWait> slot_;                 // where the run is to have one
  std::unique_ptr<Attempt> attempt_;             // the one that runs, or ran last; null before the first
  std::vector<std::unique_ptr<Attempt>> ended_;  // before it, whose guards may not be gone
  model::AttemptHistory results_;
  model::RunEnd end_;

  std::optional<RetryMachine> retries_;
  OutputPatterns patterns_;
  std::optional<model::Canceller> canceller_;  // the first
  bool between_ = false;                       // two attempts
  std::optional<model::Instant> delay_end_;
  uv::Timer delay_;
  std::vector<std::unique_ptr<UserLine>> lines_;  // --before-retry's, whose guards may not be gone
  std::unique_ptr<OrphanKiller> orphans_;         // of a guard of these that was killed
  bool line_runs_ = false;                        // the last of them
  std::optional<model::UserLineResult> line_result_;

  uv::Timer settle_;  // a stop or a continue is looked at again a moment later
  model::Signal stop_with_ = 0;
  std::optional<model::Instant> stop_asked_;  // when TSTP went to the tree; STOP and our own stop follow
  bool continued_ = false;                    // oversee was continued; the command may still have to be
  uv::Timer flush_;                           // bounds the wait for readers after the last attempt
  bool flushing_ = false;
  bool reported_ = false;  // only the guard's end is waited for
  int sink_error_ = 0;     // the first that was not EPIPE
  bool reader_gone_ = false;
  bool shown_in_time_ = true;
};

}  // namespace oversee::run
