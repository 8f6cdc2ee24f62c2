// Tests the idle limit and the output limit: silence is judged after polling the streams, and excessive output is never
// a success.
#include <doctest/doctest.h>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

model::AttemptLimits idle(model::Duration limit, model::TimeLimit wall = {}) {
  auto made = limits(wall);
  made.idle = limit;
  return made;
}

TEST_CASE("idle: silence from the start causes a stop") {
  auto machine = DrivenMachine::started(idle(5s));
  CHECK(machine.wake() == 5s);
  CHECK(machine.tick(5s) == "TERM");
  machine.end_all(6s, died(15));
  CHECK(machine.verdict() == "timed_out idle_timeout");
  CHECK(machine.result().silent == 5s);
}

TEST_CASE("idle: output restarts the limit, without setting the timer each time") {
  auto machine = DrivenMachine::started(idle(5s));
  machine.output(1s);
  machine.output(4s);
  CHECK(machine.wake() == 5s);
  CHECK(machine.tick(5s).empty());
  CHECK(machine.wake() == 9s);
  CHECK(machine.tick(9s) == "TERM");
}

TEST_CASE("idle: unread output counts as written in time") {
  auto machine = DrivenMachine::started(idle(5s));
  CHECK(machine.at(5s, Tick{.output_waits = true}).empty());
  CHECK(machine.wake() == 10s);
  CHECK(machine.tick(10s) == "TERM");
}

TEST_CASE("idle: is paused while a slow reader blocks the output, unlike the wall time") {
  auto machine = DrivenMachine::started(idle(5s, 30s));
  machine.at(2s, OutputHeld{});
  CHECK(machine.wake() == 30s);
  machine.at(20s, OutputFreed{});
  CHECK(machine.wake() == 25s);
  machine.at(24s, OutputHeld{});
  CHECK(machine.tick(30s) == "TERM");
  machine.end_all(31s, exited(0));
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("idle: is paused while oversee is suspended") {
  auto machine = DrivenMachine::started(idle(5s));
  machine.output(3s);
  machine.at(4s, Suspended{});
  machine.at(104s, Resumed{});
  CHECK(machine.tick(105s).empty());
  CHECK(machine.wake() == 108s);
  CHECK(machine.tick(108s) == "TERM");
}

TEST_CASE("idle: a leader that has ended is not silent") {
  auto machine = DrivenMachine::started(idle(1s));
  machine.at(900ms, exited(0));
  machine.tick(1s);
  machine.at(1050ms, TreeEmptied{});
  machine.at(1050ms, out_ended());
  machine.at(1050ms, err_ended());
  CHECK(machine.verdict() == "completed exit");
}

TEST_CASE("idle: without the limit there is no wake-up") {
  auto machine = DrivenMachine::started(limits({}));
  machine.at(1s, OutputHeld{});
  machine.at(2s, OutputFreed{});
  CHECK_FALSE(machine.wake().has_value());
}

TEST_CASE("output limit: the command is stopped and has failed, whatever its exit status") {
  auto machine = DrivenMachine::started(limits({}));
  CHECK(machine.at(1s, OutputLimitPassed{}) == "TERM");
  machine.end_all(2s, exited(0));
  CHECK(machine.verdict() == "failed output_limit");
}

TEST_CASE("output limit: a command that exited 0 before its output was read has still failed") {
  auto machine = DrivenMachine::started(limits({}));
  machine.at(1s, exited(0));
  machine.at(1s, TreeEmptied{});
  CHECK(machine.at(1s, OutputLimitPassed{}).empty());
  machine.at(1s, out_ended());
  machine.at(1s, err_ended());
  CHECK(machine.verdict() == "failed output_limit");
  CHECK(machine.result().exit_code == 0);
}

TEST_CASE("output limit: the first reason to stop is kept") {
  auto machine = DrivenMachine::started(limits(1s));
  machine.tick(1s);
  CHECK(machine.at(2s, OutputLimitPassed{}).empty());
  machine.end_all(3s, exited(0));
  CHECK(machine.verdict() == "timed_out timeout");
}

}  // namespace
}  // namespace oversee::run
