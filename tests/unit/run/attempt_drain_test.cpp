// Tests the time after the leader's end: leaked processes, foreign processes that hold a stream, and a lost guard.
#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <csignal>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::ProcessName;
using model::Survivor;
using State = AttemptMachine::State;

TEST_CASE("drain: processes that outlive the leader are named, killed and reported; the exit code is kept") {
  for (const int code : {0, 3}) {
    auto machine = DrivenMachine::started(limits(30s));
    machine.at(1s, exited(code));
    CHECK(machine.wake() == 1s + 200ms);
    CHECK(machine.tick(1s + 200ms) == "name");
    CHECK(machine.at(1s + 201ms, SurvivorsNamed{{{7, "sleep 99"}, {8, "dbus-daemon"}}}) == "kill");
    machine.at(1s + 202ms, out_ended());
    machine.at(1s + 202ms, err_ended());
    CHECK(machine.at(1s + 203ms, TreeEmptied{}).empty());
    CHECK(machine.done());
    CHECK(machine.result().leaked == std::vector<Survivor>{{7, "sleep 99"}, {8, "dbus-daemon"}});
    CHECK(machine.result().unkilled.empty());
    CHECK(machine.result().exit_code == code);
    CHECK(machine.verdict() == (code == 0 ? "completed exit" : "failed exit"));
    CHECK_FALSE(machine.result().forced);  // the command itself did not need KILL
  }
}

TEST_CASE("drain: a process that ends within the timeout has not leaked") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  CHECK(machine.tick(1s + 199ms).empty());
  machine.at(1s + 199ms, TreeEmptied{});
  machine.at(1s + 199ms, out_ended());
  machine.at(1s + 199ms, err_ended());
  CHECK(machine.done());
  CHECK(machine.result().leaked.empty());
}

TEST_CASE("drain: a process that ends while it is being named has not leaked") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.tick(1s + 200ms);
  machine.at(1s + 201ms, SurvivorsNamed{});
  machine.at(1s + 201ms, out_ended());
  machine.at(1s + 201ms, err_ended());
  machine.at(1s + 201ms, TreeEmptied{});
  CHECK(machine.done());
  CHECK(machine.result().leaked.empty());
}

TEST_CASE("drain: the timeout is configurable") {
  model::AttemptLimits plan;
  plan.leak = 5s;
  auto machine = DrivenMachine::started(plan);
  machine.at(1s, exited(0));
  CHECK(machine.wake() == 6s);
}

TEST_CASE("drain: a leaked process that cannot be killed is reported twice, and left") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.tick(1s + 200ms);
  machine.at(1s + 201ms, SurvivorsNamed{{{7, "sleep 99"}, {8, "stuck"}}});
  CHECK(machine.wake() == 3s + 201ms);
  CHECK(machine.tick(3s + 201ms) == "name");
  CHECK(machine.at(3s + 202ms, SurvivorsNamed{{{8, "stuck"}}}) == "close");
  CHECK(machine.done());
  CHECK(machine.result().leaked == std::vector<Survivor>{{7, "sleep 99"}, {8, "stuck"}});
  CHECK(machine.result().unkilled == std::vector<ProcessName>{{8, "stuck"}});
  CHECK(machine.verdict() == "completed exit");
}

TEST_CASE("drain: a stream held by a foreign process is closed when it is quiet") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.at(1s, err_ended());
  CHECK(machine.at(1s, TreeEmptied{}).empty());
  CHECK(machine.state() == State::draining);
  auto time = 1s + 200ms;
  for (int round = 0; round < 50; ++round) {  // as long as data arrives
    CHECK(machine.wake() == time);
    CHECK(machine.tick(time) == "close quiet");
    CHECK_FALSE(machine.done());
    time += 200ms;
  }
  CHECK(machine.at(time, out_ended()).empty());
  CHECK(machine.done());
  CHECK(machine.verdict() == "completed exit");
  CHECK(machine.result().leaked.empty());
}

TEST_CASE("drain: a stream's timeout starts when the last process has ended") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.at(1s + 150ms, TreeEmptied{});
  CHECK(machine.wake() == 1s + 350ms);
  CHECK(machine.tick(1s + 200ms).empty());
}

TEST_CASE("drain: after a stop a stream held by a foreign process is closed the same way") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.at(31s, died(SIGTERM));
  machine.at(31s, TreeEmptied{});
  CHECK(machine.wake() == 31s + 200ms);
  CHECK(machine.tick(31s + 200ms) == "close quiet");
  machine.at(31s + 200ms, out_ended());
  machine.at(31s + 200ms, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("drain: after KILL, only the stream is waited for") {
  auto machine = DrivenMachine::started(limits(30s, "KILL"));
  CHECK(machine.tick(30s) == "kill");
  machine.at(30s, died(SIGKILL));
  machine.at(30s, TreeEmptied{});
  machine.at(30s, err_ended());
  for (auto time = 30s + 200ms; time < 40s; time += 200ms) CHECK(machine.tick(time) == "close quiet");
  machine.at(40s, out_ended());
  CHECK(machine.done());
  CHECK(machine.result().unkilled.empty());
}

TEST_CASE("drain: an unreadable stream does not spare leaked processes") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  CHECK(machine.at(1s, out_ended(EIO)) == "TERM");
  CHECK(machine.tick(1s + 200ms) == "name");
  machine.at(1s + 201ms, SurvivorsNamed{{{7, "sleep 99"}}});
  machine.at(1s + 202ms, TreeEmptied{});
  machine.at(1s + 202ms, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed io");
  CHECK(machine.result().leaked == std::vector<Survivor>{{7, "sleep 99"}});
}

TEST_CASE("guard lost: before the start was reported, the command may run nevertheless") {
  DrivenMachine machine;
  CHECK(machine.at(1s, GuardLost{}) == "kill orphans");
  machine.at(1s, OrphansGone{});
  machine.at(1s, out_ended());
  machine.at(1s, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed supervisor_lost");
}

TEST_CASE("guard lost: before the start, after a cancel: the cancel is the reason") {
  DrivenMachine machine;
  machine.at(0s, sent(SIGTERM));
  CHECK(machine.at(1s, GuardLost{}) == "kill orphans");
  machine.at(1s, OrphansGone{});
  machine.at(1s, out_ended());
  machine.at(1s, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "cancelled signal");
  REQUIRE(machine.result().cancelled_by.has_value());
  CHECK(machine.result().cancelled_by->signal == SIGTERM);
}

TEST_CASE("guard lost: while the command runs, the front kills its processes") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.at(1s, GuardLost{}) == "kill orphans");
  machine.at(1s, OrphansGone{});
  CHECK(machine.stopping_for() == model::Status::failed);
  CHECK(machine.wake() == 1s + 200ms);  // for the streams only: neither the wall limit nor a grace
  machine.at(1s, out_ended());
  machine.at(1s, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed supervisor_lost");
  CHECK_FALSE(machine.result().exit_code.has_value());
}

TEST_CASE("guard lost: a wall limit that passes afterwards sends no signal") {
  auto machine = DrivenMachine::started(limits(1s));
  machine.at(900ms, GuardLost{});
  machine.at(900ms, OrphansGone{});
  CHECK(machine.tick(1s).empty());
  CHECK(machine.tick(1100ms) == "close quiet");
  CHECK(machine.verdict() == "failed supervisor_lost");
}

TEST_CASE("guard lost: during a stop, the stop's reason is kept") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  CHECK(machine.at(31s, GuardLost{}) == "kill orphans");
  machine.at(31s, OrphansGone{});
  CHECK(machine.tick(40s) == "close quiet");  // the ladder has ended
  machine.at(40s, out_ended());
  machine.at(40s, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("guard lost: while leaked processes are awaited, the exit code is kept") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  CHECK(machine.at(1s + 100ms, GuardLost{}) == "kill orphans");
  machine.at(1s + 100ms, OrphansGone{});
  machine.at(1s + 100ms, out_ended());
  machine.at(1s + 100ms, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "completed exit");
}

TEST_CASE("guard lost: with an empty tree it has only exited") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.at(1s, TreeEmptied{{.processes = 3}});
  CHECK(machine.at(1s, GuardLost{}).empty());
  CHECK_FALSE(machine.done());
  machine.at(1s, out_ended());
  machine.at(1s, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "completed exit");
  CHECK(machine.result().usage.processes == 3);
}

TEST_CASE("guard lost: while it was asked for survivors") {
  auto machine = DrivenMachine::started(limits(1s, "KILL"));
  machine.tick(1s);
  CHECK(machine.tick(3s) == "name");
  CHECK(machine.at(3s, GuardLost{}) == "kill orphans");
  machine.at(3s, OrphansGone{});
  CHECK(machine.tick(3s + 200ms) == "close quiet");
  machine.at(4s, out_ended());
  machine.at(4s, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("guard lost: its orphans are killed while they die, and nothing is signalled meanwhile") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.at(1s, GuardLost{}) == "kill orphans");
  machine.at(1s, out_ended());
  machine.at(1s, err_ended());
  CHECK(machine.at(2s, sent(SIGTERM)).empty());
  for (auto time = 2s; time < 20s; time += 1s) {
    machine.at(time, KillProgressed{});
    CHECK(machine.tick(time).empty());
  }
  CHECK_FALSE(machine.done());
  machine.at(20s, OrphansGone{});
  CHECK(machine.done());
  CHECK(machine.result().all_killed());
}

TEST_CASE("guard lost: an orphan that cannot be killed is named") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.at(1s, GuardLost{});
  CHECK(machine.wake() == 3s);
  CHECK(machine.tick(3s) == "name orphans");
  CHECK(machine.at(3s, SurvivorsNamed{{{7, "stuck"}}}) == "close");
  CHECK(machine.done());
  REQUIRE(machine.result().unkilled.size() == 1);
  CHECK_FALSE(machine.result().unkilled_unknown);
}

}  // namespace
}  // namespace oversee::run
