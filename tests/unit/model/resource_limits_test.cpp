// Tests resource limits as values: the sentence of an exceeded one, the backstops, and which limits were enforced how.
#include "model/resource_limits.hpp"

#include <doctest/doctest.h>

#include <array>
#include <csignal>

#include "model/outcome.hpp"

namespace oversee::model {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t kGiB = 1ULL << 30U;

std::uint64_t nanoseconds(Duration duration) { return static_cast<std::uint64_t>(duration.count()); }

AttemptResult stopped(Reason reason, const PassedLimit& passed, bool forced) {
  AttemptResult result;
  result.reason = reason;
  result.passed_limit = passed;
  result.forced = forced;
  result.finished.instant = result.started.instant + 3200ms;
  return result;
}

TEST_CASE("limits: an exceeded limit says the usage, the limit and the largest user") {
  struct Case {
    AttemptResult result;
    std::string_view sentence;
  };
  const PassedLimit memory{Resource::memory, 2 * kGiB + kGiB / 10, 2 * kGiB, {}, {4312, "python3", kGiB * 19 / 10}};
  const PassedLimit cpu{Resource::cpu, nanoseconds(10020ms), nanoseconds(10s), {}, {12, "cc1plus", nanoseconds(9s)}};
  const PassedLimit processes{Resource::processes, 65, 64, {}, {77, "my tool", 60}};
  const PassedLimit of_file{Resource::file_size, 0, 1 << 20, LimitMeans::rlimit, {}};
  const PassedLimit behind{Resource::cpu, 0, nanoseconds(10s), LimitMeans::rlimit, {}};
  const PassedLimit of_dead{Resource::cpu, nanoseconds(1200ms), nanoseconds(1s), {}, {}};
  auto xfsz = stopped(Reason::file_size_limit, of_file, false);
  xfsz.signal = SIGXFSZ;
  auto xcpu = stopped(Reason::cpu_limit, behind, false);
  xcpu.signal = SIGXCPU;
  const std::array cases{
      Case{stopped(Reason::memory_limit, memory, true),
           "memory: 2.1GiB of 2GiB after 3.2s, killed python3 pid 4312 (1.9GiB)"},
      Case{stopped(Reason::cpu_limit, cpu, false), "cpu: 10.0s of 10s after 3.2s, stopped cc1plus pid 12 (9.0s)"},
      Case{stopped(Reason::cpu_limit, cpu, true), "cpu: 10.0s of 10s after 3.2s, killed cc1plus pid 12 (9.0s)"},
      Case{stopped(Reason::cpu_limit, of_dead, false), "cpu: 1.2s of 1s after 3.2s"},
      Case{stopped(Reason::process_limit, processes, true),
           "processes: 65 of 64 after 3.2s, killed 'my tool' pid 77 (60 children)"},
      Case{xfsz, "file size: past 1MiB after 3.2s, died of XFSZ"},
      Case{xcpu, "cpu: past 10s after 3.2s, died of XCPU"},
  };
  for (const Case& each : cases) CHECK(describe(each.result) == each.sentence);
}

TEST_CASE("limits: each ends with 123, whatever the command's own status is") {
  for (const Reason reason : {Reason::memory_limit, Reason::cpu_limit, Reason::process_limit, Reason::file_size_limit,
                              Reason::out_of_memory}) {
    AttemptResult result = stopped(reason, {}, false);
    CHECK(exit_action(result, {}) == ExitAction{123, {}});
    result.exit_code = 0;
    CHECK(exit_action(result, {.preserve_status = true}) == ExitAction{123, {}});
    result.exit_code.reset();
    result.signal = SIGKILL;
    CHECK(exit_action(result, {}) == ExitAction{123, {}});
  }
}

TEST_CASE("limits: kernel kills for lack of memory are named, a command's own failure is kept") {
  AttemptResult result = stopped(Reason::exit, {}, false);
  result.exit_code = 2;
  result.out_of_memory_kills = 1;
  CHECK(describe(result) == "exit 2 after 3.2s; meanwhile the kernel killed 1 process for lack of memory");
  CHECK(exit_action(result, {}) == ExitAction{2, {}});
  result.out_of_memory_kills = 3;
  CHECK(describe(result) == "exit 2 after 3.2s; meanwhile the kernel killed 3 processes for lack of memory");
  result.reason = Reason::out_of_memory;
  CHECK(describe(result) == "out of memory: killed by the kernel after 3.2s");
}

TEST_CASE("limits: a backstop leaves room above its limit") {
  CHECK(memory_backstop(2 * kGiB) == 8 * kGiB);
  CHECK(memory_backstop(1) == 4 * kGiB);
  CHECK(memory_backstop(kUnlimited) == std::nullopt);
  CHECK(memory_backstop(kUnlimited / 4) == kUnlimited / 4 * 4);
  CHECK(task_backstop(1) == 1024);
  CHECK(task_backstop(100) == 6400);
  CHECK(task_backstop(kUnlimited) == kUnlimited);
  CHECK(cpu_backstop_seconds(1ms) == 2);
  CHECK(cpu_backstop_seconds(10s) == 11);
  CHECK(cpu_backstop_seconds(10s + 1ns) == 12);
}

TEST_CASE("limits: enforced limits are reported with their enforcement and backstop") {
  CHECK(held_limits({}, {}, {}).empty());
  const TreeLimits tree{.memory = kGiB, .cpu = 10s, .processes = 64};
  ProcessLimits process;
  process.data_backstop = 4 * kGiB;
  process.cpu_backstop = 11;
  CHECK(held_limits(tree, process, {}).front() == HeldLimit{Resource::memory, kGiB, LimitMeans::sampling, 4 * kGiB});
  const TreeMeans means{.memory = LimitMeans::cgroup, .tasks = 4096};
  CHECK(held_limits(tree, process, means) ==
        std::vector<HeldLimit>{{Resource::memory, kGiB, LimitMeans::cgroup, {}},
                               {Resource::cpu, nanoseconds(10s), LimitMeans::sampling, nanoseconds(11s)},
                               {Resource::processes, 64, LimitMeans::sampling, 4096}});
  process.data = 5 * kGiB;
  CHECK(held_limits({.memory = kGiB, .cpu = {}, .processes = {}}, process, {}).front().backstop == 5 * kGiB);
}

}  // namespace
}  // namespace oversee::model
