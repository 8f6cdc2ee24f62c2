// Tests processes that outlive the leader: when they count as leaked, and the effect of --leaks and --kill.
#include <doctest/doctest.h>

#include <array>
#include <csignal>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::OnLeak;
using model::StopReach;
using model::Survivor;
using State = AttemptMachine::State;

model::AttemptLimits leaks(OnLeak what, model::TimeLimit wall = {}) {
  model::AttemptLimits plan = limits(wall);
  plan.on_leak = what;
  return plan;
}

model::AttemptLimits reaching(StopReach reach, OnLeak what = OnLeak::kill) {
  model::AttemptLimits plan = leaks(what, 30s);
  plan.reach = reach;
  return plan;
}

const SurvivorsNamed kOne{{{7, "sleep 99"}}};

void end_streams(DrivenMachine& machine, model::Duration time) {
  machine.at(time, out_ended());
  machine.at(time, err_ended());
}

TEST_CASE("leaks: fail turns a success into a failure, and keeps a failure") {
  struct Case {
    LeaderExited exit;
    const char* verdict;
  };
  for (const Case& c :
       {Case{exited(0), "failed leaked"}, Case{exited(3), "failed exit"}, Case{died(SIGSEGV), "failed signal"}}) {
    auto machine = DrivenMachine::started(leaks(OnLeak::fail));
    machine.at(1s, c.exit);
    CHECK(machine.tick(1s + 200ms) == "name");
    CHECK(machine.at(1s + 201ms, kOne) == "kill");
    machine.at(1s + 202ms, TreeEmptied{});
    end_streams(machine, 1s + 202ms);
    CHECK(machine.done());
    CHECK(machine.verdict() == c.verdict);
    CHECK(machine.result().leaked.size() == 1);
    CHECK_FALSE(machine.result().leaked_live);
  }
}

TEST_CASE("leaks: fail accepts survivors that ended in time or were cut short by a cancel") {
  auto in_time = DrivenMachine::started(leaks(OnLeak::fail));
  in_time.at(1s, exited(0));
  in_time.tick(1s + 200ms);
  CHECK(in_time.at(1s + 201ms, SurvivorsNamed{}).empty());
  in_time.at(1s + 202ms, TreeEmptied{});
  end_streams(in_time, 1s + 202ms);
  CHECK(in_time.verdict() == "completed exit");

  auto cut_short = DrivenMachine::started(leaks(OnLeak::fail));
  cut_short.at(1s, exited(0));
  CHECK(cut_short.at(1s + 10ms, sent(SIGTERM)) == "TERM");
  cut_short.at(1s + 12ms, TreeEmptied{});
  end_streams(cut_short, 1s + 12ms);
  CHECK(cut_short.verdict() == "cancelled signal");
  CHECK(cut_short.result().leaked.empty());
}

TEST_CASE("leaks: report names them and lets them live, whatever they hold") {
  auto machine = DrivenMachine::started(leaks(OnLeak::report));
  machine.at(1s, exited(0));
  CHECK(machine.tick(1s + 200ms) == "name");
  CHECK(machine.at(1s + 201ms, SurvivorsNamed{{{{7, "sleep 99"}, {true, true, false}}}, 5}) == "let go");
  CHECK(machine.at(1s + 202ms, TreeLetGo{{.processes = 3}}) == "close quiet");
  machine.at(1s + 202ms, err_ended());
  CHECK(machine.wake() == 1s + 204ms);  // the other stream has unread data
  CHECK(machine.tick(1s + 204ms) == "close quiet");
  CHECK(machine.at(1s + 205ms, out_ended()).empty());
  CHECK(machine.done());
  CHECK(machine.verdict() == "completed exit");
  CHECK(machine.result().leaked_live);
  CHECK(machine.result().leaked == std::vector<Survivor>{{{7, "sleep 99"}, {true, true, false}}});
  CHECK(machine.result().leaked_more == 5);
  CHECK(machine.result().usage.processes == 3);
}

TEST_CASE("leaks: a released process that keeps writing is cut off") {
  auto machine = DrivenMachine::started(leaks(OnLeak::report));
  machine.at(1s, exited(0));
  machine.tick(1s + 200ms);
  machine.at(1s + 200ms, kOne);
  machine.at(1s + 200ms, TreeLetGo{});
  auto time = 1s + 202ms;
  while (time < 1s + 400ms) {
    CHECK(machine.tick(time) == "close quiet");
    time += 2ms;
  }
  CHECK(machine.tick(time) == "close");
  CHECK(machine.done());
}

TEST_CASE("leaks: ignore releases at the leader's end, and names none") {
  auto machine = DrivenMachine::started(leaks(OnLeak::ignore));
  CHECK(machine.at(1s, exited(4)) == "let go");
  CHECK(machine.at(1s, TreeLetGo{}) == "close quiet");
  end_streams(machine, 1s);
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed exit");
  CHECK(machine.result().leaked.empty());

  auto nobody = DrivenMachine::started(leaks(OnLeak::ignore));
  CHECK(nobody.at(1s, exited(0)) == "let go");
  CHECK(nobody.at(1s, TreeEmptied{}).empty());  // it was already empty
  end_streams(nobody, 1s);
  CHECK(nobody.done());
}

TEST_CASE("leaks: ignore without streams ends with the answer") {
  auto machine = DrivenMachine::started(leaks(OnLeak::ignore), 0);
  CHECK(machine.at(1s, exited(0)) == "let go");
  CHECK(machine.at(1s, TreeLetGo{}).empty());
  CHECK(machine.done());
}

TEST_CASE("leaks: a stop of the whole tree spares none, whatever --leaks says") {
  for (const OnLeak what : {OnLeak::report, OnLeak::ignore, OnLeak::fail}) {
    auto machine = DrivenMachine::started(leaks(what, 1s));
    CHECK(machine.tick(1s) == "TERM");
    CHECK(machine.at(2s, died(SIGTERM)).empty());
    CHECK(machine.tick(11s) == "kill");
    machine.at(11s, TreeEmptied{});
    end_streams(machine, 11s);
    CHECK(machine.verdict() == "timed_out timeout");
    CHECK(machine.result().leaked.empty());
  }
}

TEST_CASE("leaks: a guard that does not release is killed, and its processes live on") {
  auto machine = DrivenMachine::started(leaks(OnLeak::ignore));
  machine.at(1s, exited(0));
  CHECK(machine.wake() == 3s);
  CHECK(machine.tick(3s) == "kill guard");
  CHECK(machine.at(3s, GuardLost{}) == "close quiet");
  end_streams(machine, 3s);
  CHECK(machine.done());
  CHECK(machine.verdict() == "completed exit");
}

TEST_CASE("leaks: without an answer about survivors they are killed unnamed") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.tick(1s + 200ms);
  CHECK(machine.wake() == 3s + 200ms);
  CHECK(machine.tick(3s + 200ms) == "kill");
}

TEST_CASE("leaks: time that survivors waited for a processor extends the timeout, up to a bound") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  CHECK(machine.tick(1s + 200ms) == "name");
  CHECK(machine.at(1s + 210ms, SurvivorsNamed{{{7, "true"}}, 0, 150ms}).empty());
  CHECK(machine.wake() == 1s + 350ms);
  CHECK(machine.tick(1s + 350ms) == "name");
  SUBCASE("ended meanwhile") {
    CHECK(machine.at(1s + 351ms, SurvivorsNamed{}).empty());
    machine.at(1s + 352ms, TreeEmptied{});
    end_streams(machine, 1s + 352ms);
    CHECK(machine.result().leaked.empty());
  }
  SUBCASE("still there, and not starved any more") {
    CHECK(machine.at(1s + 351ms, SurvivorsNamed{{{7, "true"}}, 0, 150ms}) == "kill");
    CHECK(machine.result().leaked.size() == 1);
  }
  SUBCASE("starved for ever") {
    CHECK(machine.at(1s + 351ms, SurvivorsNamed{{{7, "true"}}, 0, 60s}).empty());
    CHECK(machine.wake() == 3s + 200ms);
    CHECK(machine.tick(3s + 200ms) == "name");
    CHECK(machine.at(3s + 201ms, SurvivorsNamed{{{7, "true"}}, 0, 60s}) == "kill");
  }
}

TEST_CASE("leaks: a timeout of none waits for them, within the wall limit") {
  auto plan = leaks(OnLeak::kill);
  plan.leak.reset();
  auto for_ever = DrivenMachine::started(plan);
  for_ever.at(1s, exited(0));
  CHECK(for_ever.wake() == std::nullopt);
  CHECK(for_ever.at(2s, sent(SIGTERM)) == "TERM");

  plan.wall = 30s;
  auto bounded = DrivenMachine::started(plan);
  bounded.at(1s, exited(0));
  CHECK(bounded.wake() == 30s);

  plan.leak = 1h;
  auto long_leak = DrivenMachine::started(plan);
  long_leak.at(29s + 900ms, exited(0));
  CHECK(long_leak.wake() == 30s + 100ms);  // leaks are not judged at once
}

TEST_CASE("kill leader: the ladder applies only to the leader, and survivors are judged") {
  auto machine = DrivenMachine::started(reaching(StopReach::leader));
  CHECK(machine.tick(30s) == "leader TERM");
  CHECK(machine.tick(40s) == "leader KILL");
  CHECK(machine.result().forced);
  CHECK(machine.at(40s, died(SIGKILL)).empty());
  CHECK(machine.wake() == 40s + 200ms);
  CHECK(machine.tick(40s + 200ms) == "name");
  CHECK(machine.at(40s + 200ms, kOne) == "kill");
  machine.at(40s + 201ms, TreeEmptied{});
  end_streams(machine, 40s + 201ms);
  CHECK(machine.verdict() == "timed_out timeout");
  CHECK(machine.result().leaked.size() == 1);
}

TEST_CASE("kill leader: the leader's end ends the ladder, and the rest may live on") {
  auto report = DrivenMachine::started(reaching(StopReach::leader, OnLeak::report));
  report.tick(30s);
  CHECK(report.at(31s, died(SIGTERM)).empty());
  CHECK(report.tick(31s + 200ms) == "name");
  CHECK(report.at(31s + 200ms, kOne) == "let go");
  report.at(31s + 200ms, TreeLetGo{});
  end_streams(report, 31s + 200ms);
  CHECK(report.done());
  CHECK(report.verdict() == "timed_out timeout");
  CHECK(report.result().leaked_live);

  auto ignore = DrivenMachine::started(reaching(StopReach::leader, OnLeak::ignore));
  ignore.tick(30s);
  CHECK(ignore.at(31s, died(SIGTERM)) == "let go");
}

TEST_CASE("kill leader: fail does not replace the stop's reason") {
  auto machine = DrivenMachine::started(reaching(StopReach::leader, OnLeak::fail));
  machine.tick(30s);
  machine.at(31s, died(SIGTERM));
  machine.tick(31s + 200ms);
  CHECK(machine.at(31s + 200ms, kOne) == "kill");
  machine.at(31s + 201ms, TreeEmptied{});
  end_streams(machine, 31s + 201ms);
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("kill group: the ladder continues until the group is empty") {
  auto machine = DrivenMachine::started(reaching(StopReach::group));
  CHECK(machine.tick(30s) == "group TERM");
  CHECK(machine.at(31s, died(SIGTERM)).empty());
  CHECK(machine.wake() == 40s);
  SUBCASE("within the grace") {
    CHECK(machine.at(32s, GroupGone{}).empty());
    CHECK(machine.wake() == 32s + 200ms);
    CHECK(machine.tick(32s + 200ms) == "name");
    CHECK_FALSE(machine.result().forced);
  }
  SUBCASE("by KILL") {
    CHECK(machine.tick(40s) == "group KILL");
    CHECK(machine.at(40s + 1ms, GroupGone{}).empty());
    CHECK(machine.tick(40s + 201ms) == "name");
    CHECK(machine.at(40s + 202ms, kOne) == "kill");
    CHECK(machine.result().forced);
  }
  SUBCASE("the whole tree was in it") {
    machine.at(32s, TreeEmptied{});
    end_streams(machine, 32s);
    CHECK(machine.done());
    CHECK(machine.result().leaked.empty());
  }
}

TEST_CASE("kill leader, group: a target that does not die is reported as a survivor") {
  for (const StopReach reach : {StopReach::leader, StopReach::group}) {
    auto machine = DrivenMachine::started(reaching(reach));
    machine.tick(30s);
    machine.tick(40s);
    CHECK(machine.wake() == 42s);
    CHECK(machine.tick(42s).empty());
    CHECK(machine.tick(42s + 200ms) == "name");
    CHECK(machine.at(42s + 200ms, kOne) == "kill");
    CHECK(machine.tick(44s + 200ms) == "name");
    CHECK(machine.at(44s + 200ms, kOne) == "close");
    CHECK(machine.done());
    CHECK(machine.result().unkilled.size() == 1);
  }
}

TEST_CASE("kill leader, group: a cancel after the leader's end stops the rest, and counts as a cancel") {
  for (const StopReach reach : {StopReach::leader, StopReach::group}) {
    for (const OnLeak what : {OnLeak::kill, OnLeak::report}) {
      auto machine = DrivenMachine::started(reaching(reach, what));
      machine.at(1s, exited(1));
      CHECK(machine.at(1s + 1ms, sent(SIGTERM)) == "name");
      CHECK(machine.at(1s + 2ms, sent(SIGTERM)).empty());
      CHECK(machine.at(1s + 3ms, kOne) == (what == OnLeak::kill ? "kill" : "let go"));
      CHECK(machine.verdict() == "cancelled signal");
      CHECK(machine.result().cancelled_by->signal == SIGTERM);
    }
  }
}

TEST_CASE("kill leader: a second cancel kills the processes left by the first") {
  auto machine = DrivenMachine::started(reaching(StopReach::leader));
  CHECK(machine.at(1s, sent(SIGTERM)) == "leader TERM");
  CHECK(machine.at(1s + 1ms, died(SIGTERM)).empty());
  CHECK(machine.at(1s + 2ms, sent(SIGTERM)) == "name");
  CHECK(machine.at(1s + 3ms, kOne) == "kill");
}

TEST_CASE("kill leader, group: a stop after the leader's end sends no signal") {
  for (const StopReach reach : {StopReach::leader, StopReach::group}) {
    auto machine = DrivenMachine::started(reaching(reach));
    machine.at(1s, exited(0));
    CHECK(machine.at(1s + 1ms, OutputLimitPassed{}).empty());
    CHECK(machine.tick(1s + 200ms) == "name");
    CHECK(machine.at(1s + 200ms, kOne) == "kill");
    CHECK(machine.verdict() == "failed output_limit");
  }
}

}  // namespace
}  // namespace oversee::run
