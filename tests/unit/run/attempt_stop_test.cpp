// Tests stops: the wall limit, the rungs, KILL, giving up; and deadlines that are paused while oversee is suspended.
#include <doctest/doctest.h>

#include <csignal>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::ProcessName;
using model::Status;
using State = AttemptMachine::State;

TEST_CASE("stop: TERM, grace, KILL, and finally a list of survivors") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.tick(30s) == "TERM");
  CHECK(machine.state() == State::stopping);
  CHECK(machine.stopping_for() == Status::timed_out);
  CHECK_FALSE(machine.result().forced);
  CHECK(machine.wake() == 40s);

  CHECK(machine.tick(40s) == "kill");
  CHECK(machine.result().forced);
  CHECK(machine.wake() == 42s);

  CHECK(machine.tick(42s) == "name");
  CHECK_FALSE(machine.done());
  CHECK(machine.at(42s, SurvivorsNamed{{{7, "stuck"}, {8, "setuid"}}}) == "close");
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
  CHECK(machine.result().unkilled == std::vector<ProcessName>{{7, "stuck"}, {8, "setuid"}});
  CHECK(machine.result().leaked.empty());
  CHECK_FALSE(machine.result().exit_code.has_value());
  CHECK_FALSE(machine.result().signal.has_value());
}

TEST_CASE("stop: the kill continues while processes die") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  for (auto time = 41s; time < 60s; time += 1s) {
    machine.at(time, KillProgressed{});
    CHECK(machine.wake() == time + 2s);
  }
  CHECK(machine.tick(61s) == "name");
  CHECK(machine.at(61s, SurvivorsNamed{{{7, "stuck"}}}) == "close");
  CHECK(machine.result().unkilled.size() == 1);
}

TEST_CASE("stop: but no longer than its bound, even if processes still die") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  for (auto time = 41s; time < 70s; time += 1s) machine.at(time, KillProgressed{});
  CHECK(machine.wake() == 40s + model::KillPatience::kMost);
  CHECK(machine.tick(70s) == "name");
  machine.at(70s, KillProgressed{});
  CHECK(machine.at(70s, SurvivorsNamed{.processes = {{7, "young"}}, .dying = 1}) == "close");
  CHECK(machine.result().unkilled.size() == 1);
}

TEST_CASE("stop: processes that only wait for a processor to die are awaited") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  CHECK(machine.tick(42s) == "name");
  CHECK(machine.at(42s, SurvivorsNamed{.processes = {{7, "dying"}}, .dying = 1}).empty());
  CHECK(machine.wake() == 44s);
  machine.at(43s, died(SIGKILL));
  machine.at(43s, TreeEmptied{});
  CHECK(machine.result().all_killed());
}

TEST_CASE("stop: an empty list does not prove that no process remains") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  CHECK(machine.tick(42s) == "name");
  CHECK(machine.at(42s, SurvivorsNamed{}).empty());
  CHECK(machine.tick(44s) == "name");
  CHECK(machine.at(44s, SurvivorsNamed{}) == "close");
  CHECK(machine.done());
  CHECK(machine.result().unkilled.empty());
  CHECK(machine.result().unkilled_unknown);
}

TEST_CASE("stop: a guard that waits for a processor gets time to answer") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  CHECK(machine.tick(42s) == "name");
  for (auto time = 42s + 500ms; time < 45s; time += 500ms) CHECK(machine.at(time, Tick{.guard_starves = true}).empty());
  CHECK(machine.tick(45s) == "kill guard");
  CHECK(machine.tick(46s) == "close");
  CHECK(machine.result().unkilled_unknown);
}

TEST_CASE("stop: a guard that does not list survivors is killed, and then not awaited") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  machine.tick(42s);
  const auto bound = machine.wake();
  REQUIRE(bound.has_value());
  CHECK(*bound > 42s);
  CHECK(*bound <= 43s);
  CHECK(machine.tick(*bound) == "kill guard");
  CHECK_FALSE(machine.done());
  const auto last = machine.wake();
  REQUIRE(last.has_value());
  CHECK(*last <= 44s);
  CHECK(machine.tick(*last) == "close");
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("stop: the front kills the orphans of a killed guard") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  machine.tick(42s);
  CHECK(machine.tick(*machine.wake()) == "kill guard");
  CHECK(machine.at(43s, GuardLost{}) == "kill orphans");
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("stop: a process that finally dies of KILL is no survivor") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.tick(40s);
  machine.tick(42s);
  machine.end_all(42s + 1ms, died(SIGKILL));
  CHECK(machine.done());
  CHECK(machine.result().unkilled.empty());
  CHECK(machine.result().signal == SIGKILL);
  CHECK(machine.result().forced);
}

TEST_CASE("stop: ended streams need no closing") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.end_all(31s, died(SIGTERM));
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
  CHECK_FALSE(machine.result().forced);
}

TEST_CASE("stop: each rung has its own grace") {
  auto machine = DrivenMachine::started(limits(1s, "INT:5s,TERM:10s,QUIT:2s,KILL"));
  CHECK(machine.tick(1s) == "INT");
  CHECK(machine.wake() == 6s);
  CHECK(machine.tick(6s) == "TERM");
  CHECK(machine.wake() == 16s);
  CHECK(machine.tick(16s) == "QUIT");
  CHECK(machine.wake() == 18s);
  CHECK_FALSE(machine.result().forced);
  CHECK(machine.tick(18s) == "kill");
  CHECK(machine.result().forced);
}

TEST_CASE("stop: a late tick starts the grace when its signal is sent, not when it was due") {
  auto machine = DrivenMachine::started(limits(1s, "INT:5s,TERM:10s,KILL"));
  CHECK(machine.tick(9s) == "INT");  // the loop was blocked for 8 s
  CHECK(machine.wake() == 14s);
}

TEST_CASE("stop: KILL alone is KILL at once") {
  auto machine = DrivenMachine::started(limits(1s, "KILL"));
  CHECK(machine.tick(1s) == "kill");
  CHECK(machine.state() == State::stopping);
  CHECK(machine.result().forced);
  CHECK(machine.wake() == 3s);
}

TEST_CASE("stop: a rung without a limit waits for ever") {
  auto machine = DrivenMachine::started(limits(1s, "TERM:none,KILL"));
  CHECK(machine.tick(1s) == "TERM");
  CHECK(machine.wake() == std::nullopt);
  CHECK(machine.tick(100h).empty());
  CHECK(machine.state() == State::stopping);
  machine.end_all(101h, exited(0));
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("stop: a rung without a limit after one that has it") {
  auto machine = DrivenMachine::started(limits(1s, "INT:5s,TERM:none,KILL"));
  CHECK(machine.tick(1s) == "INT");
  CHECK(machine.tick(6s) == "TERM");
  CHECK(machine.wake() == std::nullopt);
}

// Escalation depends on whether the tree is empty, not on whether the leader is gone.
TEST_CASE("stop: the ladder continues for the rest of the tree when the leader has ended") {
  auto machine = DrivenMachine::started(limits(1s, "INT:5s,TERM:10s,KILL"));
  machine.tick(1s);
  CHECK(machine.at(2s, died(SIGINT)).empty());
  CHECK(machine.state() == State::draining);
  CHECK(machine.wake() == 6s);  // the rung's grace; no leak timeout in addition
  CHECK(machine.tick(6s) == "TERM");
  CHECK(machine.tick(16s) == "kill");
  machine.at(16s, out_ended());
  machine.at(16s, err_ended());
  CHECK(machine.at(16s, TreeEmptied{}).empty());
  CHECK(machine.done());
  CHECK(machine.result().forced);
  CHECK(machine.result().signal == SIGINT);
  CHECK(machine.result().leaked.empty());
}

TEST_CASE("stop: an empty tree ends the ladder") {
  auto machine = DrivenMachine::started(limits(1s));
  machine.tick(1s);
  machine.at(2s, died(SIGTERM));
  machine.at(2s, TreeEmptied{});
  for (const auto time : {11s, 12s, 20s, 100s}) CHECK(machine.tick(time) == "close quiet");
  CHECK_FALSE(machine.result().forced);
}

TEST_CASE("stop: the wall limit passes once") {
  auto machine = DrivenMachine::started(limits(1s, "TERM:none,KILL"));
  CHECK(machine.tick(1s) == "TERM");
  CHECK(machine.tick(1s).empty());
  CHECK(machine.tick(2s).empty());
}

TEST_CASE("stop: the time to give up is configurable") {
  model::AttemptLimits plan = limits(1s, "KILL");
  plan.give_up = 7s;
  auto machine = DrivenMachine::started(plan);
  CHECK(machine.tick(1s) == "kill");
  CHECK(machine.wake() == 8s);
}

TEST_CASE("suspension: removes the deadline, and a tick does nothing") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.at(10s, Suspended{}).empty());
  CHECK(machine.wake() == std::nullopt);
  CHECK(machine.tick(1h).empty());
  CHECK(machine.state() == State::running);
}

TEST_CASE("suspension: the wall limit is shifted exactly") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.at(10s, Suspended{});
  CHECK(machine.at(1h + 3ns, Resumed{}).empty());
  const auto wanted = 30s + (1h + 3ns - 10s);
  CHECK(machine.wake() == wanted);
  CHECK(machine.tick(wanted - 1ns).empty());
  CHECK(machine.tick(wanted) == "TERM");
}

TEST_CASE("suspension: grace, leak timeout and giving up are shifted too") {
  auto grace = DrivenMachine::started(limits(30s));
  grace.tick(30s);
  grace.at(31s, Suspended{});
  grace.at(131s, Resumed{});
  CHECK(grace.wake() == 140s);
  CHECK(grace.tick(140s) == "kill");
  CHECK(grace.wake() == 142s);
  grace.at(141s, Suspended{});
  grace.at(151s, Resumed{});
  CHECK(grace.wake() == 152s);
  CHECK(grace.tick(152s) == "name");

  auto leak = DrivenMachine::started();
  leak.at(1s, exited(0));
  leak.at(1s + 100ms, Suspended{});
  leak.at(60s, Resumed{});
  CHECK(leak.wake() == 60s + 100ms);
}

TEST_CASE("suspension: each of several counts") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.at(1s, Suspended{});
  machine.at(2s, Resumed{});
  machine.at(5s, Suspended{});
  machine.at(8s, Suspended{});  // already suspended: the first counts
  machine.at(9s, Resumed{});
  machine.at(20s, Resumed{});  // already running
  CHECK(machine.wake() == 35s);
}

TEST_CASE("suspension: a deadline due at the same time is not lost") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.at(30s, Suspended{});
  CHECK(machine.tick(31s).empty());
  machine.at(40s, Resumed{});
  CHECK(machine.wake() == 40s);
  CHECK(machine.tick(40s) == "TERM");
}

TEST_CASE("suspension: the command's end is still seen") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.at(10s, Suspended{});
  machine.end_all(11s, exited(5));
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed exit");
}

TEST_CASE("stop: the run's total time ends the attempt if its own limit does not") {
  auto earlier = DrivenMachine::of_run(20s, limits(30s));
  CHECK(earlier.wake() == 20s);
  CHECK(earlier.tick(20s) == "TERM");
  CHECK(earlier.verdict() == "timed_out total_timeout");
  CHECK(earlier.tick(30s) == "kill");
  CHECK(earlier.verdict() == "timed_out total_timeout");

  auto later = DrivenMachine::of_run(40s, limits(30s));
  CHECK(later.tick(30s) == "TERM");
  CHECK(later.verdict() == "timed_out timeout");

  auto unlimited = DrivenMachine::of_run(20s, limits({}));
  CHECK(unlimited.tick(20s) == "TERM");
}

TEST_CASE("stop: the run's total time is paused with the attempt's, and limits survivors") {
  auto machine = DrivenMachine::of_run(20s, limits({}));
  machine.at(5s, Suspended{});
  machine.at(65s, Resumed{});
  CHECK(machine.wake() == 80s);

  auto plan = limits({});
  plan.leak.reset();
  auto survived = DrivenMachine::of_run(20s, plan);
  survived.at(10s, LeaderExited{.exit_code = 0, .signal = {}});
  CHECK(survived.wake() == 20s);
}

TEST_CASE("stop: an exit code that --ok-exit accepts") {
  auto plan = limits({});
  plan.ok_exit.add(3, 5);
  for (const int code : {3, 5}) {
    auto machine = DrivenMachine::started(plan);
    machine.end_all(1s, {.exit_code = code, .signal = {}});
    CHECK(machine.verdict() == "completed exit");
  }
  auto machine = DrivenMachine::started(plan);
  machine.end_all(1s, {.exit_code = 6, .signal = {}});
  CHECK(machine.verdict() == "failed exit");
}

TEST_CASE("stop: a rung without a signal only waits") {
  for (const model::StopReach reach : {model::StopReach::tree, model::StopReach::group, model::StopReach::leader}) {
    auto plan = limits(30s, "0:5s,KILL");
    plan.reach = reach;
    auto machine = DrivenMachine::started(plan);
    CHECK(machine.tick(30s).empty());
    CHECK(machine.state() == State::stopping);
    CHECK(machine.verdict() == "timed_out timeout");
    CHECK(machine.wake() == 35s);
    CHECK_FALSE(machine.tick(35s).empty());
    CHECK(machine.result().forced);
  }
}

TEST_CASE("stop: a cancel sends its signal even if the ladder starts without one") {
  auto machine = DrivenMachine::started(limits(30s, "0:5s,KILL"));
  CHECK(machine.at(1s, sent(SIGINT)) == "INT");
  CHECK(machine.wake() == 6s);
}

}  // namespace
}  // namespace oversee::run
