// Schedules the rounds of killing orphans.
#include "run/orphan_killer.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "guard/protocol.hpp"
#include "os/clock.hpp"
#include "os/process_state.hpp"
#include "uv/child_process.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

constexpr model::Duration kQuiet = 2s;

// The intervals between rounds.
constexpr model::Duration kFirstPause = 1ms;
constexpr model::Duration kLongestPause = 50ms;

}  // namespace

OrphanKiller::OrphanKiller(uv::Loop& loop, std::optional<pid_t> guard, Callbacks callbacks)
    : loop_(loop), guard_(guard), callbacks_(std::move(callbacks)), pause_(kFirstPause), timer_(loop, [this] {
        round();
      }) {
  const auto now = os::read_clock().instant;
  patience_.begin(now, kQuiet);
  timer_.set(now);
}

void OrphanKiller::round() {
  os::OrphanKill::Beside beside{.spared = uv::running_children(loop_)};
  if (guard_ && std::erase(beside.spared, *guard_) > 0) beside.watched = guard_;
  const auto round = kill_.round(beside);
  const auto now = os::read_clock().instant;
  if (round.progressed) patience_.progressed(now);
  if (round.empty || (callbacks_.on_given_up && now >= patience_.over_at())) {
    over_ = true;
    return round.empty ? callbacks_.on_empty() : callbacks_.on_given_up();
  }
  pause_ = round.progressed ? kFirstPause : std::min(pause_ * 2, kLongestPause);
  timer_.set(now + pause_);
  if (round.progressed && callbacks_.on_progress) callbacks_.on_progress();
}

void OrphanKiller::stop() {
  over_ = true;
  timer_.set({});
}

OrphanKiller::Left OrphanKiller::left() const {
  Left left;
  for (const os::Descendant& each : kill_.left()) {
    const auto state = os::look_at_process(each.pid);
    if (!state || state->zombie) continue;
    left.dying += state->dying ? 1 : 0;
    if (left.processes.size() < guard::kMostNames) {
      left.processes.push_back({os::short_process_name(each.pid), {}});
    } else {
      ++left.more;
    }
  }
  return left;
}

}  // namespace oversee::run
