// Keeps the times of the notices.
#include "run/notice_machine.hpp"

#include <algorithm>

namespace oversee::run {

void NoticeMachine::started(model::Instant now) {
  started_ = last_output_ = last_notice_ = now;
  if (times_.slow_after) slow_ = now + *times_.slow_after;
}

void NoticeMachine::resumed(model::Duration stood_still) {
  if (!started_) return;
  *started_ += stood_still;
  last_output_ += stood_still;
  last_notice_ += stood_still;
  if (slow_) *slow_ += stood_still;
}

std::vector<model::StillRunning> NoticeMachine::due(model::Instant now) {
  std::vector<model::StillRunning> notices;
  if (!started_) return notices;
  const auto notice = [&](bool slow) { notices.push_back({slow, now - *started_, now - last_output_}); };
  if (slow_ && now >= *slow_) {
    notice(true);
    // In whole periods, so that the third warning comes at three times the limit, however late the second was.
    const auto periods = (now - *started_) / *times_.slow_after;
    slow_ = *started_ + (periods + 1) * *times_.slow_after;
    last_notice_ = now;
  } else if (times_.heartbeat && now >= next_heartbeat()) {
    notice(false);
    last_notice_ = now;
  }
  return notices;
}

std::optional<model::Instant> NoticeMachine::wake_at() const {
  if (!started_) return {};
  if (!times_.heartbeat) return slow_;
  return slow_ ? std::min(*slow_, next_heartbeat()) : next_heartbeat();
}

model::Instant NoticeMachine::next_heartbeat() const {
  return (output_is_shown_ ? std::max(last_output_, last_notice_) : last_notice_) + *times_.heartbeat;
}

}  // namespace oversee::run
