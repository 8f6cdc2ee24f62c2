// Tests an attempt without a stop: started or not, the leader's exit, the drain; and which reason wins.
#include "run/attempt_machine.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::Reason;
using model::Status;
using State = AttemptMachine::State;

TEST_CASE("attempt: no clock runs before its start is requested") {
  DrivenMachine machine(limits(1s));
  CHECK(machine.state() == State::spawning);
  CHECK(machine.wake() == std::nullopt);
  CHECK(machine.tick(1h).empty());
  CHECK(machine.state() == State::spawning);
}

TEST_CASE("attempt: its wall time counts from the request, as the start may hang") {
  auto machine = DrivenMachine::requested(limits(30s));
  CHECK(machine.wake() == 30s);
  CHECK(machine.at(5s, Started{}).empty());
  CHECK(machine.state() == State::running);
  CHECK(machine.wake() == 30s);
}

TEST_CASE("attempt: a hanging start is stopped by each limit, without a snapshot") {
  auto by_wall = limits(2s);
  by_wall.evidence = 300ms;
  auto by_silence = limits({});
  by_silence.idle = 2s;
  for (const auto& each : {by_wall, by_silence}) {
    auto machine = DrivenMachine::requested(each);
    CHECK(machine.tick(2s) == "TERM");
    CHECK(machine.tick(12s) == "kill");
    machine.end_all(13s, died(SIGKILL));
    CHECK(machine.result().status == Status::timed_out);
  }
}

TEST_CASE("attempt: a start that fails after a stop began is attributed to the stop") {
  auto machine = DrivenMachine::requested(limits(2s));
  machine.tick(2s);
  CHECK(machine.at(3s, StartFailed{{"exec", EIO, "x"}}) == "close");
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("deadline: the guard's backstop follows each change") {
  using Backstop = DrivenMachine::Backstop;
  auto limited = limits(30s, "INT:5s,TERM:10s,KILL");
  limited.evidence = 300ms;
  auto machine = DrivenMachine::requested(limited);
  CHECK(machine.deadline() == Backstop{30s, 0});
  machine.at(1s, Started{});
  CHECK(machine.deadline() == Backstop{30s, 0});
  machine.at(2s, Suspended{});
  CHECK(machine.deadline() == std::nullopt);
  machine.at(4s, Resumed{});
  CHECK(machine.deadline() == Backstop{32s, 0});
  machine.tick(32s);  // first comes the snapshot
  CHECK(machine.deadline() == Backstop{32s + 300ms, 0});
  machine.at(32s, EvidenceGathered{});
  CHECK(machine.deadline() == Backstop{37s, 1});
  machine.tick(37s);
  CHECK(machine.deadline() == Backstop{47s, 2});
  machine.tick(47s);
  CHECK(machine.deadline() == std::nullopt);  // the guard kills until nothing is left
}

TEST_CASE("deadline: includes the run's, and the earlier one counts") {
  const auto machine = DrivenMachine::of_run(20s, limits(30s));
  CHECK(machine.deadline() == DrivenMachine::Backstop{20s, 0});
  CHECK(DrivenMachine::requested().deadline() == std::nullopt);
}

TEST_CASE("rung climbed by the guard: a timeout, and the ladder continues from there") {
  auto machine = DrivenMachine::started(limits(30s, "INT:5s,TERM:10s,KILL"));
  CHECK(machine.at(31s, RungClimbed{0}).empty());
  CHECK(machine.verdict() == "timed_out timeout");
  CHECK(machine.wake() == 36s);
  CHECK(machine.tick(36s) == "TERM");
  CHECK(machine.at(47s, RungClimbed{2}).empty());
  CHECK(machine.result().forced);
  CHECK(machine.wake() == 49s);  // gives up as after its own KILL
  machine.end_all(48s, died(SIGKILL));
  CHECK(machine.verdict() == "timed_out timeout");
}

TEST_CASE("rung climbed by the guard: the run's limit is distinguished from the attempt's") {
  auto machine = DrivenMachine::of_run(20s, limits(30s));
  machine.at(21s, RungClimbed{0});
  CHECK(machine.verdict() == "timed_out total_timeout");
}

TEST_CASE("rung climbed by the guard: a command that had ended before keeps its own end") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.at(29s, exited(0));
  CHECK(machine.at(31s, RungClimbed{0}).empty());
  CHECK(machine.verdict() == "completed exit");
}

TEST_CASE("attempt: without a limit it has no deadline") {
  const auto machine = DrivenMachine::started();
  CHECK(machine.state() == State::running);
  CHECK(machine.wake() == std::nullopt);
}

TEST_CASE("attempt: a second start changes nothing") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.at(10s, Started{}).empty());
  CHECK(machine.wake() == 30s);
}

TEST_CASE("attempt: why it could not be started") {
  struct Case {
    model::SpawnFailure failure;
    Reason reason;
  };
  const std::array cases{
      Case{{"exec", ENOENT, "mkae"}, Reason::not_found},
      Case{{"exec", ENOTDIR, "/etc/passwd/x"}, Reason::not_found},
      Case{{"exec", EACCES, "./x"}, Reason::not_executable},
      Case{{"exec", ENOEXEC, "./x"}, Reason::not_executable},
      Case{{"exec", E2BIG, "./x"}, Reason::not_executable},
      Case{{"directory", ENOENT, "/srv/app"}, Reason::spawn},
      Case{{"directory", EACCES, "/root"}, Reason::spawn},
      Case{{"fork", EAGAIN, "make"}, Reason::spawn},
      Case{{"process group", EPERM, "make"}, Reason::spawn},
  };
  for (const Case& c : cases) {
    CAPTURE(c.failure.stage);
    CAPTURE(c.failure.error);
    DrivenMachine machine(limits(1s));
    CHECK(machine.at(0s, StartFailed{c.failure}) == "close");
    CHECK(machine.done());
    CHECK(machine.wake() == std::nullopt);
    CHECK(machine.result().status == Status::failed);
    CHECK(machine.result().reason == c.reason);
    REQUIRE(machine.result().spawn_failure.has_value());
    CHECK(machine.result().spawn_failure->stage == c.failure.stage);
    CHECK(machine.result().spawn_failure->error == c.failure.error);
    CHECK(machine.result().spawn_failure->subject == c.failure.subject);
  }
}

TEST_CASE("attempt: the leader's end is the attempt's") {
  struct Case {
    LeaderExited exit;
    std::string_view verdict;
  };
  const std::array cases{
      Case{exited(0), "completed exit"},    Case{exited(1), "failed exit"},       Case{exited(255), "failed exit"},
      Case{exited(124), "failed exit"},     Case{died(SIGSEGV), "failed signal"}, Case{died(SIGTERM), "failed signal"},
      Case{died(SIGKILL), "failed signal"}, Case{died(SIGINT), "failed signal"},
  };
  for (const Case& c : cases) {
    auto machine = DrivenMachine::started(limits(30s));
    CHECK(machine.at(2s, c.exit).empty());
    CHECK(machine.state() == State::draining);
    machine.end_all(2s, c.exit);
    CHECK(machine.done());
    CHECK(machine.verdict() == c.verdict);
    CHECK(machine.result().exit_code == c.exit.exit_code);
    CHECK(machine.result().signal == c.exit.signal);
    CHECK_FALSE(machine.result().forced);
    CHECK(machine.result().leaked.empty());
    CHECK_FALSE(machine.result().cancelled_by.has_value());
  }
}

TEST_CASE("attempt: the tree's usage is reported when it is empty") {
  auto machine = DrivenMachine::started();
  const model::Usage usage{.user = 3s, .system = 1s, .max_rss_bytes = 4096, .processes = 7};
  machine.at(1s, exited(0));
  machine.at(1s, TreeEmptied{usage});
  CHECK(machine.result().usage == usage);
}

// The drain ends only when both streams have ended, the tree is empty and the leader's exit is known.
TEST_CASE("attempt: is done at the last of its ends, in any order") {
  const std::array<AttemptEvent, 4> ends{exited(3), TreeEmptied{}, out_ended(), err_ended()};
  std::array<std::size_t, 4> order{0, 1, 2, 3};
  do {
    auto machine = DrivenMachine::started();
    for (std::size_t i = 0; i < order.size(); ++i) {
      CHECK_FALSE(machine.done());
      CHECK(machine.at(1s, ends.at(order.at(i))).empty());
    }
    CHECK(machine.done());
    CHECK(machine.verdict() == "failed exit");
    CHECK(machine.result().exit_code == 3);
    CHECK(machine.wake() == std::nullopt);
  } while (std::ranges::next_permutation(order).found);
}

TEST_CASE("attempt: without streams it waits only for the tree") {
  auto machine = DrivenMachine::started({}, 0);
  machine.at(1s, exited(0));
  CHECK_FALSE(machine.done());
  CHECK(machine.at(1s, TreeEmptied{}).empty());
  CHECK(machine.done());
}

TEST_CASE("attempt: a command that closes its streams early is not over") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.at(1s, out_ended()).empty());
  CHECK(machine.at(1s, err_ended()).empty());
  CHECK(machine.state() == State::running);
  CHECK(machine.wake() == 30s);
}

TEST_CASE("attempt: the wall limit ends with the leader") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.at(29s, exited(0));
  CHECK(machine.wake() == 29s + 200ms);  // the leak timeout, not the wall limit
  machine.at(29s, TreeEmptied{});
  machine.tick(31s);
  CHECK_FALSE(machine.stopping_for().has_value());
  CHECK(machine.verdict() == "completed exit");
}

TEST_CASE("attempt: an early tick does nothing") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.tick(30s - 1ns).empty());
  CHECK(machine.state() == State::running);
  CHECK(machine.wake() == 30s);
}

TEST_CASE("attempt: the first reason wins, whatever the command exits with") {
  struct Case {
    std::string_view what;
    AttemptEvent first;
    std::string_view verdict;
  };
  const std::array cases{
      Case{"time is over", Tick{}, "timed_out timeout"},
      Case{"its output cannot be read", out_ended(EIO), "failed io"},
      Case{"cancelled", sent(SIGTERM), "cancelled signal"},
      Case{"the guard is lost", GuardLost{}, "failed supervisor_lost"},
  };
  for (const Case& first : cases) {
    for (const Case& second : cases) {
      for (const LeaderExited& exit : {exited(0), exited(7), died(SIGTERM), died(SIGKILL)}) {
        CAPTURE(first.what);
        CAPTURE(second.what);
        auto machine = DrivenMachine::started(limits(30s));
        machine.at(30s, first.first);
        REQUIRE(machine.stopping_for().has_value());
        machine.at(31s, second.first);
        machine.end_all(32s, exit);
        CHECK(machine.verdict() == first.verdict);
        CHECK(to_string(*machine.stopping_for()) == to_string(machine.result().status));
      }
    }
  }
}

TEST_CASE("attempt: the leader's own end is kept beside the reason") {
  auto machine = DrivenMachine::started(limits(30s));
  machine.tick(30s);
  machine.end_all(31s, exited(0));
  CHECK(machine.verdict() == "timed_out timeout");
  CHECK(machine.result().exit_code == 0);

  auto killed = DrivenMachine::started(limits(30s));
  killed.tick(30s);
  killed.end_all(31s, died(SIGTERM));
  CHECK(killed.verdict() == "timed_out timeout");
  CHECK(killed.result().signal == SIGTERM);
}

TEST_CASE("attempt: an unreadable stream stops the command") {
  auto machine = DrivenMachine::started(limits(30s, "INT:5s,KILL"));
  CHECK(machine.at(1s, err_ended(EIO)) == "INT");
  CHECK(machine.state() == State::stopping);
  CHECK(machine.stopping_for() == Status::failed);
  CHECK(machine.wake() == 6s);
  machine.end_all(2s, exited(0));
  CHECK(machine.verdict() == "failed io");
}

TEST_CASE("attempt: an unreadable stream also decides after the leader's exit") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  CHECK(machine.at(1s, out_ended(EIO)) == "TERM");
  machine.at(1s, err_ended());
  machine.at(1s, TreeEmptied{});
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed io");
  CHECK(machine.result().exit_code == 0);
}

TEST_CASE("attempt: an unreadable stream decides when no process is left, without signals") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  machine.at(1s, TreeEmptied{});
  CHECK(machine.at(1s, out_ended(EIO)).empty());
  machine.at(1s, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed io");
}

TEST_CASE("attempt: events after the end change nothing") {
  const std::array<AttemptEvent, 12> events{Started{},
                                            StartFailed{{"exec", ENOENT, "x"}},
                                            out_ended(),
                                            err_ended(EIO),
                                            died(SIGKILL),
                                            SurvivorsNamed{{{1, "init"}}},
                                            TreeEmptied{{.processes = 99}},
                                            sent(SIGTERM),
                                            GuardLost{},
                                            Suspended{},
                                            Resumed{},
                                            Tick{}};
  auto machine = DrivenMachine::started(limits(30s));
  machine.end_all(1s, exited(3));
  REQUIRE(machine.done());
  for (const AttemptEvent& first : events) {
    for (const AttemptEvent& second : events) {
      CHECK(machine.at(40s, first).empty());
      CHECK(machine.at(41s, second).empty());
    }
  }
  CHECK(machine.done());
  CHECK(machine.wake() == std::nullopt);
  CHECK(machine.verdict() == "failed exit");
  CHECK(machine.result().exit_code == 3);
  CHECK_FALSE(machine.result().signal.has_value());
  CHECK_FALSE(machine.result().spawn_failure.has_value());
  CHECK_FALSE(machine.result().cancelled_by.has_value());
  CHECK(machine.result().leaked.empty());
  CHECK(machine.result().unkilled.empty());
  CHECK(machine.result().usage == model::Usage{});
}

}  // namespace
}  // namespace oversee::run
