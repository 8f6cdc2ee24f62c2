// Tests cancellations by a program and by the terminal's keys, once, twice and three times, in each phase of an
// attempt.
#include <doctest/doctest.h>

#include <array>
#include <csignal>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::Status;
using State = AttemptMachine::State;

void check_cancelled_by(const DrivenMachine& machine, model::Signal signal, int pid) {
  CHECK(machine.verdict() == "cancelled signal");
  REQUIRE(machine.result().cancelled_by.has_value());
  CHECK(machine.result().cancelled_by->signal == signal);
  CHECK(machine.result().cancelled_by->pid == pid);
}

TEST_CASE("cancel by a program: sends that signal first, then follows the ladder's graces") {
  for (const model::Signal signal : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) {
    auto machine = DrivenMachine::started(limits(30s, "USR1:5s,TERM:10s,KILL"));
    CHECK(machine.at(1s, sent(signal)) == model::signal_name(signal));
    CHECK(machine.state() == State::stopping);
    CHECK(machine.stopping_for() == Status::cancelled);
    CHECK(machine.wake() == 6s);  // the wall limit no longer matters
    CHECK(machine.tick(6s) == "TERM");
    CHECK(machine.tick(16s) == "kill");
    machine.end_all(17s, died(SIGKILL));
    CHECK(machine.done());
    CHECK(machine.result().forced);
    check_cancelled_by(machine, signal, kSender);
  }
}

TEST_CASE("cancel by a program: the command's own exit does not undo it") {
  for (const LeaderExited& exit : {exited(0), exited(130), died(SIGTERM)}) {
    auto machine = DrivenMachine::started();
    machine.at(1s, sent(SIGTERM));
    machine.end_all(2s, exit);
    check_cancelled_by(machine, SIGTERM, kSender);
  }
}

TEST_CASE("cancel by a program: on a ladder of only KILL its signal is still delivered") {
  auto machine = DrivenMachine::started(limits({}, "KILL"));
  CHECK(machine.at(1s, sent(SIGTERM)) == "TERM");
  REQUIRE(machine.wake().has_value());
  CHECK(*machine.wake() <= 2s);
  CHECK(machine.tick(*machine.wake()) == "kill");
}

TEST_CASE("cancel by a program: the second within 2 s escalates, the third kills") {
  auto machine = DrivenMachine::started(limits({}, "USR1:5s,QUIT:10s,HUP:10s,KILL"));
  CHECK(machine.at(1s, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(3s, sent(SIGTERM)) == "QUIT");
  CHECK(machine.wake() == 13s);
  CHECK(machine.at(5s, sent(SIGTERM)) == "kill");
  CHECK(machine.result().forced);
  CHECK(machine.at(6s, sent(SIGTERM)).empty());  // nothing comes after KILL
  CHECK(machine.wake() == 7s);
  check_cancelled_by(machine, SIGTERM, kSender);
}

TEST_CASE("cancel by a program: on a ladder of two the second is KILL") {
  auto machine = DrivenMachine::started();
  CHECK(machine.at(1s, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(1500ms, sent(SIGTERM)) == "kill");
}

TEST_CASE("cancel by a program: a slow second one does not escalate") {
  auto machine = DrivenMachine::started(limits({}, "INT:1h,QUIT:1h,KILL"));
  machine.at(1s, sent(SIGTERM));
  auto time = model::Duration(1s);
  for (int press = 0; press < 10; ++press) {
    time += 2s + 1ns;
    CHECK(machine.at(time, sent(SIGTERM)).empty());
  }
  CHECK(machine.at(time + 2s, sent(SIGTERM)) == "QUIT");
}

TEST_CASE("cancel by a program: the first sender is recorded") {
  auto machine = DrivenMachine::started();
  machine.at(1s, sent(SIGTERM));
  CHECK(machine.at(1s, CancelRequested{.by = {SIGINT, 99}}) == "INT");
  machine.end_all(2s, died(SIGKILL));
  check_cancelled_by(machine, SIGTERM, kSender);
}

TEST_CASE("cancel by a program: the second escalates past a rung without a limit") {
  auto machine = DrivenMachine::started(limits({}, "TERM:none,KILL"));
  CHECK(machine.at(1s, sent(SIGTERM)) == "TERM");
  CHECK(machine.wake() == std::nullopt);
  CHECK(machine.at(2s, sent(SIGTERM)) == "kill");
}

TEST_CASE("cancel by a program: a stop in progress continues, and the second escalates it") {
  auto machine = DrivenMachine::started(limits(30s, "INT:5s,TERM:10s,KILL"));
  CHECK(machine.tick(30s) == "INT");
  CHECK(machine.at(30s, sent(SIGINT)).empty());  // the command has received it already
  CHECK(machine.at(31s, sent(SIGTERM)) == "TERM");
  CHECK(machine.wake() == 35s);
  CHECK(machine.at(32s, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(33s, sent(SIGTERM)) == "kill");
  machine.end_all(33s, died(SIGKILL));
  CHECK(machine.verdict() == "timed_out timeout");
  CHECK_FALSE(machine.result().cancelled_by.has_value());
}

TEST_CASE("cancel by a program: each other signal is forwarded, and the grace counts from the first") {
  auto machine = DrivenMachine::started();
  CHECK(machine.at(1s, sent(SIGINT)) == "INT");
  CHECK(machine.at(4s, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(5s, sent(SIGQUIT)) == "QUIT");
  CHECK(machine.wake() == 11s);
  CHECK(machine.at(9s, sent(SIGTERM)).empty());  // it was received already, and 5 s later is not urgent
  CHECK(machine.at(9s, sent(SIGINT)).empty());
  CHECK(machine.tick(11s) == "kill");
  CHECK(machine.at(11s, sent(SIGHUP)).empty());
  machine.end_all(11s, died(SIGKILL));
  check_cancelled_by(machine, SIGINT, kSender);
}

TEST_CASE("cancel by a program: different signals in quick succession do not escalate, the same one twice does") {
  auto machine = DrivenMachine::started();
  CHECK(machine.at(1s, sent(SIGINT)) == "INT");
  CHECK(machine.at(1s + 1ms, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(1s + 2ms, sent(SIGHUP)) == "HUP");
  CHECK_FALSE(machine.result().forced);
  CHECK(machine.at(2s, sent(SIGINT)) == "kill");  // another signal in between does not matter
}

TEST_CASE("cancel by a program: another signal has the reach of the stop") {
  auto plan = limits({});
  plan.reach = model::StopReach::leader;
  auto leader = DrivenMachine::started(plan);
  CHECK(leader.at(1s, sent(SIGINT)) == "leader INT");
  CHECK(leader.at(2s, sent(SIGTERM)) == "leader TERM");
  plan.reach = model::StopReach::group;
  auto group = DrivenMachine::started(plan);
  CHECK(group.at(1s, sent(SIGINT)) == "group INT");
  group.at(2s, died(SIGINT));
  CHECK(group.at(2s, sent(SIGTERM)) == "group TERM");  // some process of the group remains
  auto tree = DrivenMachine::started();
  tree.at(1s, sent(SIGINT));
  tree.at(2s, died(SIGINT));
  CHECK(tree.at(3s, sent(SIGTERM)) == "TERM");
}

TEST_CASE("cancel by a program: a stop that waits for evidence starts with the cancel's signal") {
  auto plan = limits(30s);
  plan.evidence = 300ms;
  auto machine = DrivenMachine::started(plan);
  CHECK(machine.tick(30s) == "look");
  CHECK(machine.at(30s + 1ms, sent(SIGINT)) == "INT");
  CHECK(machine.at(30s + 2ms, sent(SIGTERM)) == "TERM");
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("cancel by a program: before the start, each other signal is forwarded too") {
  auto machine = DrivenMachine::requested();
  CHECK(machine.at(0s, sent(SIGINT)) == "INT");
  CHECK(machine.at(1s, sent(SIGTERM)) == "TERM");
}

TEST_CASE("Ctrl-C and Ctrl-\\: one of each does not escalate") {
  auto machine = DrivenMachine::started();
  CHECK(machine.at(1s, pressed(SIGINT)).empty());
  CHECK(machine.at(1s + 1ms, pressed(SIGQUIT)).empty());
  CHECK(machine.at(1s + 2ms, pressed(SIGINT)) == "TERM");
}

TEST_CASE("Ctrl-C: another signal from a program starts the stop at once") {
  auto machine = DrivenMachine::started();
  CHECK(machine.at(1s, pressed(SIGINT)).empty());
  CHECK(machine.at(1s + 1ms, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(2s, sent(SIGHUP)) == "HUP");
}

TEST_CASE("Ctrl-C: the command has received it already, and may live on") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.at(1s, pressed(SIGINT)).empty());
  CHECK(machine.state() == State::running);
  CHECK_FALSE(machine.stopping_for().has_value());
  CHECK(machine.wake() == 30s);
}

TEST_CASE("Ctrl-C: a command that dies of it was cancelled") {
  for (const model::Signal signal : {SIGINT, SIGQUIT, SIGHUP}) {
    auto machine = DrivenMachine::started();
    machine.at(1s, pressed(signal));
    machine.end_all(1s, died(signal));
    CHECK(machine.done());
    CHECK(machine.result().signal == signal);
    check_cancelled_by(machine, signal, 0);
  }
}

TEST_CASE("Ctrl-C: a command that exits by itself was not cancelled") {
  for (const int code : {0, 1, 130}) {
    auto machine = DrivenMachine::started();
    machine.at(1s, pressed(SIGINT));
    machine.end_all(1s, exited(code));
    CHECK(machine.verdict() == (code == 0 ? "completed exit" : "failed exit"));
    CHECK(machine.result().exit_code == code);
    CHECK_FALSE(machine.result().cancelled_by.has_value());
  }
}

TEST_CASE("Ctrl-C: a command that dies of another signal was not cancelled") {
  auto machine = DrivenMachine::started();
  machine.at(1s, pressed(SIGINT));
  machine.end_all(1s, died(SIGSEGV));
  CHECK(machine.verdict() == "failed signal");
  CHECK_FALSE(machine.result().cancelled_by.has_value());
}

TEST_CASE("Ctrl-C: the second within 2 s is TERM and its grace, the third is KILL") {
  auto machine = DrivenMachine::started();
  CHECK(machine.at(1s, pressed(SIGINT)).empty());
  CHECK(machine.at(3s, pressed(SIGINT)) == "TERM");
  CHECK(machine.stopping_for() == Status::cancelled);
  CHECK(machine.wake() == 13s);
  CHECK(machine.at(5s, pressed(SIGINT)) == "kill");
  machine.end_all(5s, died(SIGKILL));
  check_cancelled_by(machine, SIGINT, 0);
  CHECK(machine.result().forced);
}

TEST_CASE("Ctrl-C: after the second the ladder continues by itself") {
  auto machine = DrivenMachine::started();
  machine.at(1s, pressed(SIGINT));
  machine.at(2s, pressed(SIGINT));
  CHECK(machine.tick(12s) == "kill");
}

TEST_CASE("Ctrl-C: slow presses are left to the command") {
  auto machine = DrivenMachine::started();
  auto time = model::Duration(1s);
  for (int press = 0; press < 10; ++press) {
    CHECK(machine.at(time, pressed(SIGINT)).empty());
    time += 2s + 1ns;
  }
  CHECK(machine.state() == State::running);
}

TEST_CASE("Ctrl-C: never escalates while the command reads keys, however often it is pressed") {
  auto machine = DrivenMachine::started();
  for (int press = 0; press < 10; ++press) {
    CHECK(machine.at(1s + press * 100ms, pressed(SIGINT, true)).empty());
  }
  CHECK(machine.state() == State::running);
  machine.end_all(3s, exited(0));
  CHECK(machine.verdict() == "completed exit");
}

TEST_CASE("Ctrl-C: a program's cancel still counts while the command reads keys") {
  auto machine = DrivenMachine::started();
  machine.at(1s, pressed(SIGINT, true));
  CancelRequested cancel = sent(SIGTERM);
  cancel.keys_read = true;
  CHECK(machine.at(2s, cancel) == "TERM");
  check_cancelled_by(machine, SIGTERM, kSender);
}

TEST_CASE("Ctrl-C: the second press escalates a stop in progress") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.tick(30s) == "TERM");
  CHECK(machine.at(31s, pressed(SIGINT)).empty());
  CHECK(machine.at(32s, pressed(SIGINT)) == "kill");
  machine.end_all(32s, died(SIGKILL));
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("cancel before the start: does not wait for it, as it may hang, whoever sent the signal") {
  for (const CancelRequested& cancel : {sent(SIGINT), pressed(SIGINT), pressed(SIGINT, true)}) {
    auto machine = DrivenMachine::requested(limits(30s));
    CHECK(machine.at(1s, cancel) == "INT");
    CHECK(machine.state() == State::stopping);
    CHECK(machine.wake() == 11s);
    CHECK(machine.at(1s, Started{}).empty());
    CHECK(machine.state() == State::stopping);
    machine.end_all(2s, exited(0));
    check_cancelled_by(machine, SIGINT, cancel.by.pid);
  }
}

TEST_CASE("cancel before the start: the first signal is sent") {
  auto machine = DrivenMachine::requested();
  CHECK(machine.at(0s, sent(SIGINT)) == "INT");
  machine.at(1ms, CancelRequested{.by = {SIGTERM, 99}});
  check_cancelled_by(machine, SIGINT, kSender);
}

TEST_CASE("cancel before the start: counts as the first of two within 2 s") {
  auto machine = DrivenMachine::requested();
  CHECK(machine.at(0s, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(1s, sent(SIGTERM)) == "kill");
}

TEST_CASE("cancel before the start: is the reason, even if the command could not have been run") {
  auto machine = DrivenMachine::requested();
  machine.at(0s, sent(SIGTERM));
  CHECK(machine.at(1s, StartFailed{{"exec", ENOENT, "mkae"}}) == "close");
  CHECK(machine.done());
  check_cancelled_by(machine, SIGTERM, kSender);
}

TEST_CASE("cancel while draining: cancels, and the ladder stops leaked processes") {
  for (const LeaderExited& exit : {exited(0), exited(1), died(SIGSEGV)}) {
    for (const CancelRequested& cancel : {sent(SIGINT), pressed(SIGINT), pressed(SIGINT, true)}) {
      auto machine = DrivenMachine::started(limits(30s));
      machine.at(1s, exit);
      CHECK(machine.at(1s + 10ms, cancel) == (cancel.from_terminal ? "TERM" : "INT"));
      CHECK(machine.wake() == 11s + 10ms);  // the leak timeout no longer applies
      CHECK(machine.at(2s, sent(SIGHUP)) == "HUP");
      CHECK(machine.tick(11s + 10ms) == "kill");
      machine.at(12s, TreeEmptied{});
      machine.at(12s, out_ended());
      machine.at(12s, err_ended());
      CHECK(machine.done());
      check_cancelled_by(machine, SIGINT, cancel.by.pid);
      CHECK(machine.result().exit_code == exit.exit_code);
      CHECK(machine.result().leaked.empty());
    }
  }
}

TEST_CASE("cancel while draining: a quick second one is KILL") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(1));
  CHECK(machine.at(2s, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(3s, sent(SIGTERM)) == "kill");
}

TEST_CASE("cancel while survivors are named: the answer no longer judges them") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(1));
  CHECK(machine.tick(1s + 200ms) == "name");
  CHECK(machine.at(1s + 210ms, sent(SIGTERM)) == "TERM");
  CHECK(machine.at(1s + 220ms, SurvivorsNamed{{{7, "sleep 99"}}}).empty());
  CHECK(machine.wake() == 11s + 210ms);
  machine.at(2s, TreeEmptied{});
  machine.at(2s, out_ended());
  machine.at(2s, err_ended());
  check_cancelled_by(machine, SIGTERM, kSender);
  CHECK(machine.result().leaked.empty());
}

TEST_CASE("cancel while survivors are killed: cancels, without further signals") {
  auto plan = limits({});
  plan.on_leak = model::OnLeak::fail;
  plan.ladder = model::StopLadder(SIGKILL, {});
  auto machine = DrivenMachine::started(plan);
  machine.at(1s, exited(0));
  machine.tick(1s + 200ms);
  CHECK(machine.at(1s + 210ms, SurvivorsNamed{{{7, "sleep 99"}}}) == "kill");
  CHECK(machine.at(1s + 220ms, sent(SIGTERM)).empty());
  CHECK(machine.wake() == 3s + 210ms);
  machine.at(2s, TreeEmptied{});
  machine.at(2s, out_ended());
  machine.at(2s, err_ended());
  check_cancelled_by(machine, SIGTERM, kSender);
}

TEST_CASE("cancel while survivors are released: cancels") {
  auto plan = limits({});
  plan.on_leak = model::OnLeak::ignore;
  auto machine = DrivenMachine::started(plan);
  CHECK(machine.at(1s, exited(0)) == "let go");
  CHECK(machine.at(1s + 1ms, sent(SIGTERM)).empty());
  machine.at(1s + 2ms, TreeLetGo{});
  machine.at(1s + 2ms, out_ended());
  machine.at(1s + 2ms, err_ended());
  check_cancelled_by(machine, SIGTERM, kSender);
}

TEST_CASE("cancel while draining: after a key that the command died of, the key is recorded as the sender") {
  auto machine = DrivenMachine::started();
  machine.at(1s, pressed(SIGINT));
  machine.at(1s, died(SIGINT));
  CHECK(machine.at(1s + 10ms, sent(SIGTERM)) == "TERM");
  machine.at(2s, TreeEmptied{});
  machine.at(2s, out_ended());
  machine.at(2s, err_ended());
  check_cancelled_by(machine, SIGINT, 0);
}

// Closed readers report no end: a machine that waits for one would wait for ever.
TEST_CASE("cancel while draining: with only a foreign process on a stream it closes the stream and is done") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.at(1s, TreeEmptied{});
  CHECK(machine.at(1s + 10ms, sent(SIGTERM)) == "close");
  CHECK(machine.done());
  check_cancelled_by(machine, SIGTERM, kSender);
}

TEST_CASE("cancel while draining: after a stop no signal is left to send, and a second one closes the streams") {
  for (const CancelRequested& cancel : {sent(SIGTERM), pressed(SIGINT)}) {
    auto machine = DrivenMachine::started(limits(30s, "INT:5s,TERM:10s,KILL"));
    machine.tick(30s);
    machine.at(31s, died(SIGINT));
    machine.at(31s, TreeEmptied{});
    for (int press = 0; press < 4; ++press) {
      const std::string actions = machine.at(31s + press * 10ms, cancel);
      CHECK((actions.empty() || actions == "close"));
    }
    CHECK(machine.done());
    CHECK(machine.verdict() == "timed_out timeout");
    CHECK_FALSE(machine.result().forced);
  }
}

}  // namespace
}  // namespace oversee::run
