// Waits for the delay and for the hook before a retry.
#include "run/retry_pause.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "os/clock.hpp"

namespace oversee::run {

RetryPause::RetryPause(uv::Loop& loop, const model::RunSpec& spec, Callbacks callbacks)
    : loop_(loop), spec_(spec), callbacks_(std::move(callbacks)), timer_(loop, [this] { continue_if_due(); }) {}

void RetryPause::begin(model::Instant now, model::Duration delay, const model::AttemptResult& last,
                       const RetryMachine& machine, Hook hook) {
  state_ = State::waiting;
  machine_ = &machine;
  last_end_ = last.finished.instant;
  delay_end_ = now + delay;
  timer_.set(delay_end_);
  if (spec_.before_retry.empty()) return;
  hook.environment.push_back(fmt::format("OVERSEE_REASON={}", to_string(last.reason)));
  run_hook(hook);
}

void RetryPause::run_hook(const Hook& hook) {
  constexpr auto kKind = model::UserLineKind::before_retry;
  hooks_.push_back(std::make_unique<UserLine>(
      loop_, UserLine::Callbacks{[this](std::string_view bytes) {
                                   callbacks_.publish(model::UserLineOutput{kKind, bytes}, os::read_clock());
                                 },
                                 [this] { hook_ended(); }, [this] { hook_guard_gone(); }}));
  hook_runs_ = true;
  callbacks_.publish(model::UserLineStarted{kKind, hook.shown}, os::read_clock());
  hooks_.back()->start({spec_.shell, "-c", spec_.before_retry}, hook.environment, spec_.directory, hook.run_id);
}

void RetryPause::hook_ended() {
  hook_runs_ = false;
  hook_result_ = hooks_.back()->result();
  const model::Reading now = os::read_clock();
  callbacks_.publish(model::UserLineEnded{model::UserLineKind::before_retry, &*hook_result_}, now);
  if (state_ == State::waiting) timer_.set(std::max(now.instant, delay_end_));
}

void RetryPause::hook_guard_gone() {
  if (std::ranges::any_of(hooks_, &UserLine::guard_lost)) {
    orphans_ = std::make_unique<OrphanKiller>(
        loop_, std::nullopt,
        OrphanKiller::Callbacks{.on_empty = callbacks_.on_guard_gone, .on_given_up = callbacks_.on_guard_gone});
  }
  callbacks_.on_guard_gone();
}

// Called after the delay and after the hook. The hook may take as long as an attempt.
void RetryPause::continue_if_due() {
  if (state_ != State::waiting) return;
  const auto now = os::read_clock().instant;
  if (!machine_->may_begin(now)) {
    if (hook_runs_) return kill_hook();
    return callbacks_.on_no_time();
  }
  if (now < delay_end_) return;
  if (!hook_runs_) {
    state_ = State::none;
    std::erase_if(hooks_, [](const auto& each) { return each->guard_gone(); });
    return callbacks_.on_over();
  }
  auto until = machine_->total_end();
  if (const auto& wall = spec_.limits.wall) {
    const auto hooks_end = last_end_ + *wall;
    if (now >= hooks_end) return kill_hook();
    if (!until || hooks_end < *until) until = hooks_end;
  }
  timer_.set(until);
}

void RetryPause::end() {
  timer_.set({});
  if (state_ == State::waiting) state_ = State::ended;
}

void RetryPause::kill_hook() {
  if (hook_runs_) hooks_.back()->kill();
}

void RetryPause::was_suspended(model::Duration time) {
  delay_end_ += time;
  timer_.set(delay_end_);
}

bool RetryPause::guards_gone() const {
  return std::ranges::all_of(hooks_, &UserLine::guard_gone) && (!orphans_ || orphans_->over());
}

}  // namespace oversee::run
