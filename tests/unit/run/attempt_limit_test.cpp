// Tests the tree's limits, and kills by the kernel for a limit or for lack of memory: their reasons, and their stops.
#include <doctest/doctest.h>

#include <csignal>

#include "driven_machine.hpp"

namespace oversee::run {
namespace {

using namespace std::chrono_literals;
using model::Resource;

TreeLimitPassed passed(Resource resource) {
  return {{.resource = resource, .used = 12, .allowed = 10, .largest = {4312, "python3", 11}}};
}

TEST_CASE("limit: exceeding memory or processes kills at once") {
  for (const auto& [resource, verdict] :
       {std::pair{Resource::memory, "failed memory_limit"}, std::pair{Resource::processes, "failed process_limit"}}) {
    auto machine = DrivenMachine::started(limits(30s));
    CHECK(machine.at(1s, passed(resource)) == "kill");
    CHECK(machine.state() == DrivenMachine::State::stopping);
    CHECK(machine.stopping_for() == model::Status::failed);
    machine.end_all(1s, died(9));
    CHECK(machine.done());
    CHECK(machine.verdict() == verdict);
    CHECK(machine.result().forced);
    CHECK(machine.result().signal == 9);
    REQUIRE(machine.result().passed_limit.has_value());
    CHECK(*machine.result().passed_limit == passed(resource).limit);
  }
}

TEST_CASE("limit: exceeding CPU time starts the ladder") {
  auto machine = DrivenMachine::started(limits(30s));
  CHECK(machine.at(1s, passed(Resource::cpu)) == "TERM");
  CHECK(machine.wake() == 11s);
  CHECK(machine.tick(11s) == "kill");
  machine.end_all(12s, died(9));
  CHECK(machine.verdict() == "failed cpu_limit");
}

TEST_CASE("limit: an exit 0 after it is not a success") {
  auto machine = DrivenMachine::started();
  machine.at(1s, passed(Resource::cpu));
  machine.end_all(2s, exited(0));
  CHECK(machine.verdict() == "failed cpu_limit");
  CHECK(machine.result().exit_code == 0);
}

TEST_CASE("limit: the first reason is kept, and growth during the grace is killed") {
  auto machine = DrivenMachine::started(limits(5s));
  CHECK(machine.tick(5s) == "TERM");
  CHECK(machine.at(6s, passed(Resource::cpu)).empty());
  CHECK(machine.at(7s, passed(Resource::memory)) == "kill");
  CHECK(machine.at(8s, passed(Resource::processes)).empty());
  machine.end_all(8s, died(9));
  CHECK(machine.verdict() == "timed_out timeout");
  CHECK(machine.result().forced);
  CHECK_FALSE(machine.result().passed_limit.has_value());
}

TEST_CASE("limit: a later deadline changes nothing") {
  auto machine = DrivenMachine::started(limits(5s));
  machine.at(4s, passed(Resource::cpu));
  CHECK(machine.tick(5s).empty());
  machine.end_all(6s, died(15));
  CHECK(machine.verdict() == "failed cpu_limit");
}

TEST_CASE("limit: also applies to processes that outlive the leader") {
  auto machine = DrivenMachine::started();
  machine.at(1s, exited(0));
  CHECK(machine.at(1100ms, passed(Resource::memory)) == "kill");
  machine.at(1200ms, TreeEmptied{});
  machine.at(1200ms, out_ended());
  machine.at(1200ms, err_ended());
  CHECK(machine.done());
  CHECK(machine.verdict() == "failed memory_limit");
}

TEST_CASE("limit: a death by a per-process limit names it, if the limit is ours") {
  model::AttemptLimits ours;
  ours.process.file_size = 1 << 20;
  ours.tree.cpu = 10s;
  ours.process.cpu_backstop = 11;
  auto machine = DrivenMachine::started(ours);
  machine.end_all(1s, died(SIGXFSZ));
  CHECK(machine.verdict() == "failed file_size_limit");
  CHECK(machine.result().passed_limit ==
        model::PassedLimit{Resource::file_size, 0, 1 << 20, model::LimitMeans::rlimit, {}});

  auto burner = DrivenMachine::started(ours);
  burner.end_all(1s, died(SIGXCPU));
  CHECK(burner.verdict() == "failed cpu_limit");
  CHECK(burner.result().passed_limit ==
        model::PassedLimit{Resource::cpu, 0, 10'000'000'000, model::LimitMeans::rlimit, {}});
}

TEST_CASE("limit: control: the same deaths without our limit are the command's own") {
  for (const model::Signal signal : {SIGXFSZ, SIGXCPU}) {
    auto machine = DrivenMachine::started();
    machine.end_all(1s, died(signal));
    CHECK(machine.verdict() == "failed signal");
    CHECK_FALSE(machine.result().passed_limit.has_value());
  }
}

TEST_CASE("out of memory: a foreign KILL while the kernel's count rose") {
  auto machine = DrivenMachine::started();
  machine.end_all(1s, {{}, SIGKILL, 1});
  CHECK(machine.verdict() == "failed out_of_memory");
  CHECK(machine.result().out_of_memory_kills == 1);
}

TEST_CASE("out of memory: control: not without KILL, without a count, or in our stop") {
  auto killed = DrivenMachine::started();
  killed.end_all(1s, died(SIGKILL));
  CHECK(killed.verdict() == "failed signal");

  auto crashed = DrivenMachine::started();
  crashed.end_all(1s, {{}, SIGSEGV, 1});
  CHECK(crashed.verdict() == "failed signal");
  CHECK(crashed.result().out_of_memory_kills == 1);

  auto exits = DrivenMachine::started();
  exits.end_all(1s, {137, {}, 1});
  CHECK(exits.verdict() == "failed exit");
  CHECK(exits.result().out_of_memory_kills == 1);

  auto stopped = DrivenMachine::started(limits(5s, "KILL"));
  stopped.tick(5s);
  stopped.end_all(6s, {{}, SIGKILL, 1});
  CHECK(stopped.verdict() == "timed_out timeout");
}

}  // namespace
}  // namespace oversee::run
