// Schedules the rounds of a kill.
#include "guard/kill_rounds.hpp"

#include <algorithm>
#include <utility>

#include "model/mechanism.hpp"
#include "os/host.hpp"

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;

// The intervals between rounds; none while the tree grows. Later rounds are for processes that are stuck.
constexpr auto kFirstRoundPause = 5ms;
constexpr auto kLongestRoundPause = 100ms;

}  // namespace

void KillRounds::begin(std::optional<pid_t> group, std::function<void()> on_beat) {
  if (kill_) return;
  os::take_precedence();
  kill_.emplace();
  kill_->on_beat = std::move(on_beat);
  if (group) kill_->stop_group_first(*group);
  pause_ = kFirstRoundPause;
  next_round_ = Clock::now();
}

void KillRounds::leader_reaped() {
  if (kill_) kill_->leader_reaped();
}

bool KillRounds::go_on() {
  if (!kill_ || Clock::now() < next_round_) return false;
  const bool grows = kill_->round();
  gone_round_ = true;
  pause_ = grows ? 0ms : std::clamp<Clock::duration>(pause_ * 2, kFirstRoundPause, kLongestRoundPause);
  const bool again = model::works(model::Mechanism::kill_again);
  next_round_ = again ? Clock::now() + pause_ : Clock::time_point::max();
  return true;
}

}  // namespace oversee::guard
