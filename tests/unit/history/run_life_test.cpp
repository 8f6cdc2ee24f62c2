// Tests the decision whether a supervisor lives, case by case.
#include "history/run_life.hpp"

#include <doctest/doctest.h>

namespace oversee::history {
namespace {

model::RunPlace place() {
  return {.host = "h", .machine = "m", .boot_id = "b", .pid_namespace = 10, .time_namespace = 20};
}

Nearness near_with(void (*change)(model::RunPlace& there, model::RunPlace& here)) {
  model::RunPlace there = place();
  model::RunPlace here = place();
  change(there, here);
  return nearness(there, here);
}

TEST_CASE("run life: how a supervisor is located") {
  using Place = model::RunPlace;
  CHECK(near_with([](Place&, Place&) {}) == Nearness::comparable);
  CHECK(near_with([](Place& there, Place&) { there.host = "other"; }) == Nearness::other_host);
  CHECK(near_with([](Place& there, Place&) { there.pid_namespace = 11; }) == Nearness::other_pids);
  CHECK(near_with([](Place& there, Place&) { there.pid_namespace.reset(); }) == Nearness::other_pids);
  CHECK(near_with([](Place&, Place& here) { here.pid_namespace.reset(); }) == Nearness::other_pids);
  CHECK(near_with([](Place& there, Place& here) {
          there.pid_namespace.reset();
          here.pid_namespace.reset();
        }) == Nearness::other_pids);
  CHECK(near_with([](Place& there, Place&) { there.time_namespace = 21; }) == Nearness::same_pids);
  CHECK(near_with([](Place& there, Place& here) {  // before Linux 5.6
          there.time_namespace.reset();
          here.time_namespace.reset();
        }) == Nearness::comparable);
  CHECK(near_with([](Place& there, Place&) { there.boot_id = "c"; }) == Nearness::earlier_boot);
  CHECK(near_with([](Place& there, Place&) {
          there.boot_id = "c";
          there.machine = "n";
        }) == Nearness::other_host);
  CHECK(near_with([](Place& there, Place& here) {  // two containers without machine-id
          there.boot_id = "c";
          there.machine.clear();
          here.machine.clear();
        }) == Nearness::other_host);
  CHECK(near_with([](Place& there, Place&) { there.boot_id.clear(); }) == Nearness::comparable);
}

TEST_CASE("run life: the decision") {
  using enum Nearness;
  using Seen = ProcessSeen;
  using Lock = LockSeen;
  struct Case {
    Nearness near;
    Seen process;
    Lock lock;
    Life life;
  };
  constexpr Case kCases[] = {
      // A comparable pid and start time are enough.
      {comparable, Seen::same, Lock::held, Life::alive},
      {comparable, Seen::same, Lock::free, Life::alive},
      {comparable, Seen::same, Lock::unknown, Life::alive},
      {comparable, Seen::gone, Lock::held, Life::gone},
      {comparable, Seen::gone, Lock::free, Life::gone},
      {comparable, Seen::gone, Lock::unknown, Life::gone},
      // Without /proc, or with another clock, the lock decides.
      {comparable, Seen::unknown, Lock::held, Life::alive},
      {comparable, Seen::unknown, Lock::free, Life::gone},
      {comparable, Seen::unknown, Lock::unknown, Life::unknown},
      {same_pids, Seen::unknown, Lock::held, Life::alive},
      {same_pids, Seen::unknown, Lock::free, Life::gone},
      {same_pids, Seen::unknown, Lock::unknown, Life::unknown},
      {same_pids, Seen::gone, Lock::unknown, Life::gone},
      // In another namespace the pid here says nothing about the run.
      {other_pids, Seen::same, Lock::unknown, Life::unknown},
      {other_pids, Seen::gone, Lock::unknown, Life::unknown},
      {other_pids, Seen::gone, Lock::held, Life::alive},
      {other_pids, Seen::same, Lock::free, Life::gone},
      {earlier_boot, Seen::same, Lock::unknown, Life::gone},
      {earlier_boot, Seen::same, Lock::free, Life::gone},
      {earlier_boot, Seen::gone, Lock::held, Life::alive},
      {other_host, Seen::gone, Lock::held, Life::alive},
      {other_host, Seen::gone, Lock::free, Life::unknown},
      {other_host, Seen::same, Lock::unknown, Life::unknown},
  };
  for (const Case& each : kCases) {
    CAPTURE(each.near);
    CAPTURE(each.process);
    CAPTURE(each.lock);
    CHECK(judge_life(each.near, each.process, each.lock) == each.life);
  }
}

}  // namespace
}  // namespace oversee::history
