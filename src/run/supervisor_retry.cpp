// The phase between two attempts.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/secrets.hpp"
#include "os/clock.hpp"
#include "os/process_tree.hpp"
#include "run/supervisor.hpp"

namespace oversee::run {
// The ended attempt's guard remains, to finish the record if we are killed meanwhile.
void Supervisor::wait_for_retry(const RetryMachine::Again& again) {
  const model::AttemptResult& last = results_.back();
  publish(model::AttemptFinished{&last}, last.finished);
  const model::Reading now = os::read_clock();
  publish(model::Retrying{again.next, again.delay}, now);
  attempt_->leave_terminal();
  between_ = true;
  delay_end_ = now.instant + again.delay;
  delay_.set(delay_end_);
  if (!spec_.before_retry.empty()) run_before_retry();
}

void Supervisor::run_before_retry() {
  std::vector<std::string> environment = next_environment();
  environment.push_back(fmt::format("OVERSEE_REASON={}", to_string(results_.back().reason)));
  constexpr auto kKind = model::UserLineKind::before_retry;
  lines_.push_back(std::make_unique<UserLine>(
      loop_, UserLine::Callbacks{[this](std::string_view bytes) {
                                   publish(model::UserLineOutput{kKind, bytes}, os::read_clock());
                                 },
                                 [this] { before_retry_ended(); }, [this] { lines_guard_gone(); }}));
  line_runs_ = true;
  publish(model::UserLineStarted{kKind, masked(model::masked_line(spec_.before_retry))}, os::read_clock());
  lines_.back()->start({spec_.shell, "-c", spec_.before_retry}, environment, spec_.directory, run_id_);
}

void Supervisor::before_retry_ended() {
  line_runs_ = false;
  line_result_ = lines_.back()->result();
  const model::Reading now = os::read_clock();
  publish(model::UserLineEnded{model::UserLineKind::before_retry, &*line_result_}, now);
  if (!flushing_) delay_.set(std::max(now.instant, *delay_end_));
}

void Supervisor::lines_guard_gone() {
  if (std::ranges::any_of(lines_, &UserLine::guard_lost)) {
    const auto over = [this] {
      if (reported_) loop_.stop();
    };
    orphans_ = std::make_unique<OrphanKiller>(loop_, std::nullopt,
                                              OrphanKiller::Callbacks{.on_empty = over, .on_given_up = over});
  }
  if (reported_) loop_.stop();
}

// Called after the delay and after the hook. The hook may take as long as an attempt.
void Supervisor::begin_retry_if_due() {
  if (!between_ || flushing_) return;
  const auto now = os::read_clock().instant;
  if (!retries_->may_begin(now)) {
    if (line_runs_) return lines_.back()->kill();
    return end_attempts(model::NotRetried::no_time);
  }
  if (now < *delay_end_) return;
  if (!line_runs_) return begin_retry();
  auto until = retries_->total_end();
  if (const auto& wall = spec_.limits.wall) {
    const auto lines_end = results_.back().finished.instant + *wall;
    if (now >= lines_end) return lines_.back()->kill();
    if (!until || lines_end < *until) until = lines_end;
  }
  delay_.set(until);
}

void Supervisor::begin_retry() {
  between_ = false;
  std::erase_if(ended_, [](const auto& each) { return each->guard_gone(); });
  std::erase_if(lines_, [](const auto& each) { return each->guard_gone(); });
  auto next = prepare_attempt();
  if (!next) return take_result(unprepared(next.error()));
  std::swap(attempt_, *next);
  begin_attempt();
  // Only now: at each moment a guard must be able to finish the record.
  (*next)->let_go();
  ended_.push_back(std::move(*next));
}

void Supervisor::end_attempts(model::NotRetried why) {
  end_.not_retried = why;
  delay_.set({});
  if (slot_) slot_->end();
  if (on_last_end) on_last_end(results_.back());
  wait_for_readers();
}

// The time in which oversee was suspended does not count as delay.
void Supervisor::stand_still_between(model::Duration time) {
  *delay_end_ += time;
  delay_.set(delay_end_);
}

}  // namespace oversee::run
