// Tests invariants of every attempt: in random worlds, guard, tree, streams and user act in any permitted order.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <random>

#include "../rounds.hpp"
#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::Duration;
using State = AttemptMachine::State;

constexpr std::array kLadders{"TERM:10s,KILL", "INT:5s,TERM:10s,QUIT:1ms,KILL", "KILL", "TERM:none,KILL",
                              "INT:1s,TERM:none,KILL"};

// A machine and its environment. Every event obeys the guard's contract: the command starts or fails, the leader ends
// before the tree is empty, and a request for names before that is answered before that.
class World {
 public:
  explicit World(std::uint64_t seed)
      : random_(seed), ladder_(kLadders.at(below(kLadders.size()))), machine_(plan(), static_cast<int>(kStreams)) {
    for (std::size_t i = 0; i < kStreams; ++i) {
      stranger_.at(i) = below(4) == 0;
      noise_.at(i) = static_cast<int>(below(4));
    }
    kills_work_ = below(4) != 0;
    post(Requested{});
  }

  // Lets a random permitted event happen.
  void live() {
    now_ += Duration(below(3) == 0 ? 1 : below(400'000'000));
    switch (below(16)) {
      case 0: start(); break;
      case 1: end_leader(); break;
      case 2: empty_tree(); break;
      case 3: end_stream(below(kStreams), spawned_ && below(8) == 0 ? EIO : 0); break;
      case 4:
      case 5: cancel(); break;
      case 6: below(6) == 0 ? lose_guard() : answer(); break;
      case 7: below(3) == 0 ? end_group() : below(2) == 0 ? answer() : look(); break;
      case 8: suspend(); break;
      case 9:
      case 10: resume(); break;
      case 11: post(Tick{}); break;  // usually too early
      case 12: below(2) == 0 ? pass_limit() : climb(); break;
      default: tick(); break;
    }
  }

  // Stops all spontaneous events: the command ends only by KILL, if at all. The machine must reach its end, in a
  // bounded number of ticks once the leader is gone or a stop has begun.
  void see_to_the_end() {
    constexpr int kMostTicks = 200;  // half of them for the streams of a released tree, polled every 2 ms
    resume();
    start();
    if (!machine_.stopping_for()) end_leader();
    for (int i = 0; i < kMostTicks && !machine_.done(); ++i) {
      if (below(2) == 0) answer();
      if (below(2) == 0) look();
      if (kills_work_ && (killed_ || part_killed_)) end_leader();
      if (kills_work_ && killed_) empty_tree();
      if (kills_work_ && part_killed_) end_group();
      if (machine_.done()) break;
      if (!machine_.wake()) {  // only a rung or a leak timeout without a limit waits for ever
        REQUIRE((std::string_view(ladder_).find("none") != std::string_view::npos || !limits_.leak));
        REQUIRE_FALSE(told_empty_);
        end_leader();
        empty_tree();
        continue;
      }
      tick();
    }
    REQUIRE(machine_.done());
    if (!told_empty_ && spawned_) REQUIRE((killed_ || let_go_));  // a tree that did not empty by itself
    for (int i = 0; i < 4; ++i) live();                           // nothing may follow the end: post() checks
  }

 private:
  static constexpr std::size_t kStreams = model::kStreams;

  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }

  const model::AttemptLimits& plan() {
    limits_ = limits(below(2) == 0 ? model::TimeLimit(2s) : std::nullopt, ladder_);
    limits_.reach = static_cast<model::StopReach>(below(3));
    limits_.on_leak = static_cast<model::OnLeak>(below(4));
    if (below(8) == 0) limits_.leak.reset();
    if (below(2) == 0) limits_.evidence = 500ms;
    if (below(2) == 0) limits_.on_timeout = 10s;
    return limits_;
  }

  void post(const AttemptEvent& event) {
    const bool was_done = machine_.done();
    const bool stopped_before = machine_.stopping_for().has_value();
    const std::string verdict = machine_.verdict();
    const auto actions = machine_.step(now_, event);
    if (was_done) {
      REQUIRE(machine_.done());
      REQUIRE(actions.empty());
    }
    if (was_done || stopped_before) REQUIRE(machine_.verdict() == verdict);  // the first reason wins
    if (machine_.done() || suspended_) REQUIRE(machine_.wake() == std::nullopt);
    for (const AttemptAction& action : actions) perform(action);
    if (machine_.result().forced) REQUIRE((killed_ || part_killed_));
    if (machine_.done()) {
      REQUIRE(open_ == std::array{false, false});
      REQUIRE((told_empty_ || killed_ || let_go_));
      REQUIRE_FALSE(line_runs_);
    }
  }

  void perform(const AttemptAction& action) {
    const std::string what = word(action);
    CAPTURE(what);
    if (std::holds_alternative<CloseStreams>(action)) {
      open_ = {false, false};  // they report nothing any more
    } else if (std::holds_alternative<CloseQuietStreams>(action)) {
      for (std::size_t i = 0; i < kStreams; ++i) {
        if (open_.at(i) && noise_.at(i)-- <= 0) closing_.at(i) = true;
      }
    } else if (std::holds_alternative<KillOnTimeout>(action)) {
      REQUIRE(line_runs_);
      line_runs_ = false;
    } else if (std::holds_alternative<KillOrphans>(action)) {
      REQUIRE_FALSE(line_runs_);  // its guard would be killed and reaped with the orphans
      REQUIRE(told_empty_);       // the guard is lost, and it held processes
      REQUIRE_FALSE(let_go_);     // and was not told to release them
      if (below(2) == 0) post(OrphansGone{});
    } else if (std::holds_alternative<NameOrphans>(action)) {
      std::vector<model::Survivor> left(below(2));
      post(SurvivorsNamed{.processes = std::move(left), .dying = static_cast<std::uint32_t>(below(2))});
    } else {
      REQUIRE_FALSE(told_empty_);  // no process is left to signal, kill or name
      if (const auto* all = std::get_if<SignalTree>(&action)) {
        REQUIRE(all->signal != SIGKILL);
        REQUIRE_FALSE(line_runs_);
      }
      if (std::holds_alternative<GatherEvidence>(action)) {
        REQUIRE_FALSE(looked_);  // only once, before any signal
        REQUIRE_FALSE((killed_ || part_killed_));
        looked_ = true;
      }
      if (std::holds_alternative<RunOnTimeout>(action)) {
        REQUIRE(looked_);
        REQUIRE(leader_);  // otherwise its pid may be reused
        line_runs_ = true;
      }
      if (!std::holds_alternative<KillGuard>(action)) REQUIRE_FALSE(let_go_);
      if (std::holds_alternative<LetGo>(action)) let_go_ = true;
      if (const auto* one = std::get_if<StopLeader>(&action)) {
        REQUIRE((leader_ || !spawned_));
        REQUIRE_FALSE(line_runs_);
        part_killed_ |= one->signal == SIGKILL;
      }
      if (const auto* group = std::get_if<StopGroup>(&action)) {
        REQUIRE_FALSE(line_runs_);
        part_killed_ |= group->signal == SIGKILL;
      }
      if (std::holds_alternative<KillTree>(action)) {
        REQUIRE_FALSE(line_runs_);
        REQUIRE_FALSE(killed_);  // the guard repeats the kill by itself
        killed_ = true;
      }
      if (std::holds_alternative<NameSurvivors>(action)) ++asked_;
    }
  }

  void start() {
    if (spawned_ || told_empty_) return;
    if (below(8) == 0) {
      told_empty_ = true;
      post(StartFailed{{below(2) == 0 ? "exec" : "directory", ENOENT, "x"}});
      REQUIRE(machine_.done());
      return;
    }
    spawned_ = true;
    leader_ = true;
    post(Started{});
  }

  void end_leader() {
    if (!leader_) return;
    leader_ = false;
    post(below(2) == 0 ? exited(static_cast<int>(below(3))) : died(below(2) == 0 ? SIGTERM : SIGINT));
  }

  void empty_tree() {
    if (!spawned_ || leader_ || told_empty_) return;
    while (asked_ > 0 && !told_empty_) answer();
    if (told_empty_) return;  // the last answer released all processes
    told_empty_ = true;
    post(TreeEmptied{});
    for (std::size_t i = 0; i < kStreams; ++i) {
      if (!stranger_.at(i)) end_stream(i, 0);
    }
  }

  void end_group() {
    if (spawned_ && !leader_ && !told_empty_) post(GroupGone{});
  }

  void end_stream(std::size_t which, int error) {
    if (!open_.at(which)) return;
    open_.at(which) = false;
    post(StreamEnded{which == 0 ? model::Stream::out : model::Stream::err, error});
  }

  void cancel() {
    const model::Signal signal = below(2) == 0 ? SIGINT : SIGTERM;
    post(below(2) == 0 ? sent(signal) : pressed(signal, below(3) == 0));
  }

  void lose_guard() {
    if (told_empty_ && below(2) == 0) return;  // the guard may exit after its last report, and that is noticed
    told_empty_ = true;
    leader_ = false;
    asked_ = 0;
    post(GuardLost{});
    for (std::size_t i = 0; i < kStreams; ++i) {
      if (!stranger_.at(i) || !spawned_) end_stream(i, 0);
    }
  }

  void pass_limit() {
    if (!spawned_ || told_empty_ || below(4) != 0) return;
    post(TreeLimitPassed{{.resource = below(2) == 0 ? model::Resource::memory : model::Resource::cpu}});
  }

  // The front was silent when a stop was due.
  void climb() {
    const auto due = machine_.deadline();
    if (!due || told_empty_) return;
    now_ = std::max(now_, due->at) + Duration(250'000'000);
    if (machine_.deadline_kills()) (limits_.reach == model::StopReach::tree ? killed_ : part_killed_) = true;
    post(RungClimbed{due->rung});
  }

  // The snapshot is complete, or the hook has ended.
  void look() {
    if (line_runs_) {
      line_runs_ = false;
      post(OnTimeoutEnded{});
    } else if (looked_) {
      post(EvidenceGathered{});
    }
  }

  void answer() {
    if (let_go_ && !told_empty_ && below(2) == 0) {
      told_empty_ = true;
      post(TreeLetGo{});
      return;
    }
    if (asked_ == 0 || told_empty_) return;
    --asked_;
    SurvivorsNamed survivors;
    for (std::size_t i = below(3); i > 0; --i) survivors.processes.push_back({{static_cast<int>(i), "sleep 99"}, {}});
    if (below(2) == 0) survivors.starved = Duration(below(3'000'000'000));
    post(survivors);
  }

  void suspend() {
    suspended_ = true;
    post(Suspended{});
  }

  void resume() {
    suspended_ = false;
    post(Resumed{});
  }

  // Advances to the next tick that the machine wants; streams that were closed as quiet end before it.
  void tick() {
    for (std::size_t i = 0; i < kStreams; ++i) {
      if (closing_.at(i)) end_stream(i, 0);
    }
    const auto wake = machine_.wake();
    if (!wake) return;
    now_ = std::max(now_, *wake) + Duration(below(2) == 0 ? 0 : 1'000'000);
    post(Tick{});
    if (const auto next = machine_.wake()) REQUIRE(*next > now_);
  }

  std::mt19937_64 random_;
  const char* ladder_;
  model::AttemptLimits limits_;
  DrivenMachine machine_;
  Duration now_{};
  bool suspended_ = false;

  bool spawned_ = false;
  bool leader_ = false;
  bool told_empty_ = false;  // by the guard, or by its loss
  int asked_ = 0;            // requests for survivors' names without an answer
  bool looked_ = false;
  bool line_runs_ = false;
  bool killed_ = false;
  bool part_killed_ = false;  // the leader, or its group
  bool let_go_ = false;
  bool kills_work_ = true;

  std::array<bool, kStreams> open_{true, true};
  std::array<bool, kStreams> closing_{};
  std::array<bool, kStreams> stranger_{};  // a process outside the tree holds the stream's other end
  std::array<int, kStreams> noise_{};      // number of polls that find data in the stream
};

TEST_CASE("attempt: in any world it never acts on dead processes, keeps its first reason, and ends") {
  for (std::uint64_t seed = 0; seed < rounds(20'000); ++seed) {
    CAPTURE(seed);
    World world(seed);
    for (std::uint64_t steps = seed % 40; steps > 0; --steps) world.live();
    world.see_to_the_end();
  }
}

// Events in any order, even impossible ones: only the verdict may be affected.
TEST_CASE("attempt: impossible events are survived, and nothing follows its end") {
  for (std::uint64_t seed = 0; seed < rounds(5'000); ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const auto below = [&](int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random); };
    auto plan = limits(below(2) == 0 ? model::TimeLimit(1s) : std::nullopt,
                       kLadders.at(static_cast<std::size_t>(below(kLadders.size()))));
    if (below(2) == 0) plan.evidence = plan.on_timeout = 500ms;
    DrivenMachine machine(std::move(plan), below(3));
    Duration now{};
    for (int i = 0; i < 60; ++i) {
      now += below(2) == 0 ? Duration(100ms) : Duration(3s);
      const std::array<AttemptEvent, 18> events{EvidenceGathered{},
                                                OnTimeoutEnded{},
                                                Started{},
                                                StartFailed{{"exec", ENOENT, "x"}},
                                                out_ended(),
                                                err_ended(EIO),
                                                exited(0),
                                                died(SIGINT),
                                                SurvivorsNamed{{{7, "x"}}},
                                                GroupGone{},
                                                TreeEmptied{},
                                                TreeLetGo{},
                                                sent(SIGTERM),
                                                pressed(SIGINT),
                                                GuardLost{},
                                                Suspended{},
                                                Resumed{},
                                                Tick{}};
      const bool was_done = machine.done();
      const std::string verdict = machine.verdict();
      const std::string actions = machine.at(now, events.at(static_cast<std::size_t>(below(events.size()))));
      if (!was_done) continue;
      REQUIRE(actions.empty());
      REQUIRE(machine.done());
      REQUIRE(machine.wake() == std::nullopt);
      REQUIRE(machine.verdict() == verdict);
    }
  }
}

}  // namespace
}  // namespace oversee::run
