// One run: its attempts one after the other, the signals that oversee is sent, and the verdict.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "model/event.hpp"
#include "model/failure.hpp"
#include "model/run_spec.hpp"
#include "os/signals.hpp"
#include "run/attempt.hpp"
#include "uv/loop.hpp"
#include "uv/poll_watch.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

struct Caller {
  os::SignalState signals;  // as oversee was started with
  bool has_terminal = false;
};

class Supervisor {
 public:
  // The spec outlives this.
  Supervisor(uv::Loop& loop, const model::RunSpec& spec, Caller caller);

  // From now on this one is told everything, after those that came before it; it outlives the run.
  void tell(model::EventSink& sink) { sinks_.push_back(&sink); }

  // Opens the command's standard input and starts the first guard; nothing is run yet.
  model::Result<void> prepare(const std::string& run_id, bool capture);

  // Runs to the end; returns what oversee is to exit with.
  model::ExitAction run(const model::RunInfo& info);

  // Flow control, for whoever shows the output.
  void pause(model::Stream stream);
  void resume(model::Stream stream);
  // A sink of shown output failed. A reader that left (EPIPE) is passed on to the command; any other error is kept, and
  // makes a success a failure.
  void sink_failed(model::Stream stream, int error);
  // What was to be kept without fail, is not: a success becomes a failure.
  void output_lost(int error);
  // Told when an attempt has ended, before anybody waits for the readers of its output.
  std::function<void(const model::AttemptResult&)> on_attempt_end;
  // Asked once the output of an attempt is complete; unset, nothing is known but bytes.
  model::TallyOf tally_of;
  // Whether everything shown has been taken; asked after the last attempt, and again at each sink_progressed().
  std::function<bool()> all_shown;
  void sink_progressed();
  // Told of SIGUSR1; unset, it is the command's.
  std::function<void()> on_status_asked;

  const std::vector<model::AttemptResult>& results() const { return results_; }

 private:
  // The command has our terminal, and what is typed there.
  bool shares_terminal() const { return caller_.has_terminal && !spec_.pty; }
  void publish(const model::Event& event, const model::Reading& at);
  std::vector<std::string> attempt_environment(const model::RunInfo& info) const;
  void attempt_done();
  void take_tally(model::Stream stream, model::StreamCount& count) const;
  void judge_output(model::AttemptResult& result) const;
  void wait_for_readers();
  void readers_too_slow();

  void read_signals();
  void handle(const os::ReceivedSignal& signal);
  void cancel(const os::ReceivedSignal& signal);
  void leader_stopped();
  void look_at_stopped_leader();

  uv::Loop& loop_;
  const model::RunSpec& spec_;
  const Caller caller_;
  std::vector<model::EventSink*> sinks_;
  os::UniqueFd input_;
  std::optional<os::SignalWatch> signals_;
  std::unique_ptr<uv::PollWatch> signal_poll_;
  std::unique_ptr<Attempt> attempt_;
  std::vector<model::AttemptResult> results_;

  uv::Timer settle_;  // a stop or a continue is looked at again a moment later
  model::Signal stop_with_ = 0;
  bool continued_ = false;  // oversee was continued; the command may still have to be
  uv::Timer flush_;         // bounds the wait for readers after the last attempt
  bool flushing_ = false;
  bool reported_ = false;  // only the guard's end is waited for
  int sink_error_ = 0;     // the first that was not EPIPE
  bool shown_in_time_ = true;
};

}  // namespace oversee::run
