// The time between two attempts: the delay and the --before-retry hook.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/clock.hpp"
#include "model/event.hpp"
#include "model/outcome.hpp"
#include "model/run_spec.hpp"
#include "run/orphan_killer.hpp"
#include "run/retry_machine.hpp"
#include "run/user_line.hpp"
#include "uv/loop.hpp"
#include "uv/timer.hpp"

namespace oversee::run {

class RetryPause {
 public:
  struct Callbacks {
    std::function<void(const model::Event&, const model::Reading&)> publish;
    std::function<void()> on_over;        // the next attempt is due
    std::function<void()> on_no_time;     // the run's time is over before that
    std::function<void()> on_guard_gone;  // a hook's guard has exited, or its tree was killed
  };
  // The spec must outlive this object.
  RetryPause(uv::Loop& loop, const model::RunSpec& spec, Callbacks callbacks);

  // Begins a pause after the attempt with this result; the machine must outlive it. The environment is the hook's.
  struct Hook {
    std::string shown;  // the hook as events show it
    std::vector<std::string> environment;
    std::string run_id;
  };
  void begin(model::Instant now, model::Duration delay, const model::AttemptResult& last, const RetryMachine& machine,
             Hook hook);

  // Whether the run is between two attempts. This remains so if no other one follows.
  bool active() const { return state_ != State::none; }
  // The run ends in this pause.
  void end();
  void kill_hook();
  // The time in which oversee was suspended does not count as delay.
  void was_suspended(model::Duration time);

  // Takes the result of the hook that ended last; empty if none has ended since.
  std::optional<model::UserLineResult> take_hook_result() { return std::exchange(hook_result_, {}); }
  bool guards_gone() const;

 private:
  enum class State : std::uint8_t { none, waiting, ended };

  void run_hook(const Hook& hook);
  void hook_ended();
  void hook_guard_gone();
  void continue_if_due();

  uv::Loop& loop_;
  const model::RunSpec& spec_;
  Callbacks callbacks_;
  State state_ = State::none;
  const RetryMachine* machine_ = nullptr;
  model::Instant last_end_{};
  model::Instant delay_end_{};
  uv::Timer timer_;
  std::vector<std::unique_ptr<UserLine>> hooks_;  // their guards may still run
  bool hook_runs_ = false;                        // the latest one
  std::optional<model::UserLineResult> hook_result_;
  std::unique_ptr<OrphanKiller> orphans_;  // for the tree of a hook's guard that was killed
};

}  // namespace oversee::run
