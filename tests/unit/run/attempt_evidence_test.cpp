// Tests the snapshot before the first signal of a stop: when it is taken, for how long, and what does not wait for it.
#include <doctest/doctest.h>

#include <cerrno>
#include <csignal>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;

model::AttemptLimits looking(std::string_view ladder = "TERM:10s,KILL") {
  model::AttemptLimits plan = limits(30s, ladder);
  plan.evidence = 500ms;
  return plan;
}

model::AttemptLimits with_line() {
  model::AttemptLimits plan = looking();
  plan.on_timeout = 10s;
  return plan;
}

TEST_CASE("evidence: a snapshot precedes the first signal of a deadline") {
  auto machine = DrivenMachine::started(looking());
  CHECK(machine.tick(30s) == "look");
  CHECK(machine.wake() == 30s + 500ms);
  CHECK(machine.at(30s + 5ms, EvidenceGathered{}) == "TERM");
  CHECK(machine.wake() == 40s + 5ms);  // the grace starts with the signal
  CHECK(machine.at(30s + 6ms, EvidenceGathered{}) == "");
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("evidence: control: without snapshots the signal is sent at once") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.tick(30s) == "TERM");
}

TEST_CASE("evidence: a slow snapshot is neither awaited nor reported later") {
  auto machine = DrivenMachine::started(looking());
  machine.tick(30s);
  CHECK(machine.tick(30s + 499ms) == "");
  CHECK(machine.tick(30s + 500ms) == "TERM");
  CHECK(machine.at(31s, EvidenceGathered{}) == "");
}

TEST_CASE("evidence: also before KILL, if that is the first signal") {
  auto machine = DrivenMachine::started(looking("KILL"));
  CHECK(machine.tick(30s) == "look");
  CHECK(machine.at(30s + 5ms, EvidenceGathered{}) == "kill");
  CHECK(machine.result().forced);
}

TreeLimitPassed passed(model::Resource resource) { return {{.resource = resource}}; }

TEST_CASE("evidence: for silence and CPU time, but not for a cancel, an error or growth") {
  auto plan = looking();
  plan.idle = 2s;
  auto silent = DrivenMachine::started(plan);
  CHECK(silent.tick(2s) == "look");
  auto busy = DrivenMachine::started(looking());
  CHECK(busy.at(1s, passed(model::Resource::cpu)) == "look");
  auto loud = DrivenMachine::started(looking());
  CHECK(loud.at(1s, OutputLimitPassed{}) == "TERM");
  for (const auto resource : {model::Resource::memory, model::Resource::processes}) {
    auto growing = DrivenMachine::started(looking());
    CHECK(growing.at(1s, passed(resource)) == "kill");
  }
  auto cancelled = DrivenMachine::started(looking());
  CHECK(cancelled.at(1s, sent(SIGTERM)) == "TERM");
  auto unreadable = DrivenMachine::started(looking());
  CHECK(unreadable.at(1s, out_ended(EIO)) == "TERM");
}

TEST_CASE("evidence: a tree that exceeds a limit meanwhile is killed at once") {
  auto machine = DrivenMachine::started(looking());
  CHECK(machine.tick(30s) == "look");
  CHECK(machine.at(30s + 1ms, passed(model::Resource::memory)) == "kill");
  CHECK(machine.at(30s + 2ms, EvidenceGathered{}).empty());
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("evidence: a leader that has ended meanwhile gets no signal meant for it alone") {
  auto plan = looking();
  plan.reach = model::StopReach::leader;
  auto machine = DrivenMachine::started(plan);
  CHECK(machine.tick(30s) == "look");
  CHECK(machine.at(30s + 1ms, exited(0)).empty());
  CHECK(machine.at(30s + 2ms, EvidenceGathered{}).empty());
}

TEST_CASE("evidence: a cancel meanwhile does not wait for it") {
  for (const CancelRequested& request : {sent(SIGTERM), pressed(SIGINT)}) {
    auto machine = DrivenMachine::started(looking());
    machine.tick(30s);
    CHECK(machine.at(30s + 1ms, request) == "TERM");
    CHECK(machine.at(30s + 2ms, request) == "kill");  // the second cancel escalates, as always
    CHECK(machine.verdict() == "timed_out timeout");
  }
}

TEST_CASE("evidence: a tree that ends meanwhile gets no signal") {
  auto machine = DrivenMachine::started(looking());
  machine.tick(30s);
  machine.end_all(30s + 1ms, exited(0));
  CHECK_FALSE(machine.done());
  CHECK(machine.at(30s + 2ms, EvidenceGathered{}) == "");
  CHECK(machine.done());
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("evidence: processes that the leader leaves meanwhile get the ladder") {
  auto machine = DrivenMachine::started(looking());
  machine.tick(30s);
  machine.at(30s + 1ms, exited(0));
  CHECK(machine.at(30s + 2ms, EvidenceGathered{}) == "TERM");
}

TEST_CASE("evidence: losing the guard ends the wait") {
  auto machine = DrivenMachine::started(with_line());
  machine.tick(30s);
  CHECK(machine.at(30s + 1ms, GuardLost{}) == "kill orphans");
  auto by_line = DrivenMachine::started(with_line());
  by_line.tick(30s);
  by_line.at(30s + 1ms, EvidenceGathered{});
  CHECK(by_line.at(30s + 2ms, GuardLost{}) == "kill line, kill orphans");
}

TEST_CASE("evidence: its time is paused while oversee is suspended") {
  auto machine = DrivenMachine::started(looking());
  machine.tick(30s);
  machine.at(30s + 100ms, Suspended{});
  CHECK(machine.wake() == std::nullopt);
  machine.at(40s + 100ms, Resumed{});
  CHECK(machine.wake() == 40s + 500ms);
}

TEST_CASE("on-timeout: the hook follows the snapshot, the ladder follows the hook") {
  auto machine = DrivenMachine::started(with_line());
  CHECK(machine.tick(30s) == "look");
  CHECK(machine.at(30s + 5ms, EvidenceGathered{}) == "run line");
  CHECK(machine.wake() == 40s + 5ms);
  CHECK(machine.at(32s, OnTimeoutEnded{}) == "TERM");
  CHECK(machine.wake() == 42s);
}

TEST_CASE("on-timeout: a slow hook is killed, and the ladder starts at once") {
  auto machine = DrivenMachine::started(with_line());
  machine.tick(30s);
  machine.at(30s, EvidenceGathered{});
  CHECK(machine.tick(40s) == "kill line, TERM");
  CHECK(machine.at(40s, OnTimeoutEnded{}) == "");
}

TEST_CASE("on-timeout: runs after a slow snapshot, but not for a leader that has ended") {
  auto slow = DrivenMachine::started(with_line());
  slow.tick(30s);
  CHECK(slow.tick(30s + 500ms) == "run line");
  auto gone = DrivenMachine::started(with_line());
  gone.tick(30s);
  gone.at(30s + 1ms, exited(0));
  CHECK(gone.at(30s + 2ms, EvidenceGathered{}) == "TERM");
}

TEST_CASE("on-timeout: a cancel kills the hook") {
  auto machine = DrivenMachine::started(with_line());
  machine.tick(30s);
  machine.at(30s, EvidenceGathered{});
  CHECK(machine.at(31s, pressed(SIGINT)) == "kill line, TERM");
}

TEST_CASE("on-timeout: if the tree has ended, the end waits for the hook up to its time limit") {
  auto machine = DrivenMachine::started(with_line());
  machine.tick(30s);
  machine.at(30s, EvidenceGathered{});
  machine.end_all(31s, died(SIGINT));
  CHECK_FALSE(machine.done());
  SUBCASE("it ends") { CHECK(machine.at(32s, OnTimeoutEnded{}) == ""); }
  SUBCASE("it does not") {
    CHECK(machine.tick(39s).find("kill line") == std::string::npos);
    CHECK(machine.tick(40s) == "kill line");
  }
  SUBCASE("the user does not wait") { CHECK(machine.at(32s, sent(SIGTERM)) == "kill line"); }
  CHECK(machine.done());
}

TEST_CASE("evidence: the next stop is announced for the first sample, at its latest possible time") {
  auto plan = looking();
  plan.idle = 2s;
  auto machine = DrivenMachine::started(plan);
  CHECK(machine.next_stop() == 2s);
  machine.output(1s);
  CHECK(machine.next_stop() == 3s);
  machine.output(29s);
  CHECK(machine.next_stop() == 30s);
  machine.at(29s, Suspended{});
  CHECK(machine.next_stop() == std::nullopt);
  CHECK(DrivenMachine::started(limits(30s)).next_stop() == std::nullopt);
  CHECK(DrivenMachine::started(looking()).next_stop() == 30s);
}

}  // namespace
}  // namespace oversee::run
