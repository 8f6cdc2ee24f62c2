// Tests the watch over the tree's limits on a fake clock: which limit is exceeded, that it is reported once, and when
// to sample next.
#include "guard/limit_watch.hpp"

#include <doctest/doctest.h>

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;
using model::Duration;
using model::Resource;

constexpr std::uint64_t kMiB = 1 << 20;
constexpr model::Instant kStart{std::chrono::seconds(1'000'000)};

TreeFigures figures(std::uint64_t memory, Duration cpu = {}, std::uint64_t processes = 1) {
  TreeFigures made;
  made.memory = memory;
  made.cpu = cpu;
  made.processes = processes;
  made.most_memory = {7, memory / 2};
  made.most_cpu = {8, 1};
  made.most_children = {9, 2};
  return made;
}

model::TreeLimits of_memory(std::uint64_t limit) { return {.memory = limit, .cpu = {}, .processes = {}}; }
model::TreeLimits of_cpu(Duration limit) { return {.memory = {}, .cpu = limit, .processes = {}}; }

TEST_CASE("limit watch: usage up to the limit is allowed, one byte more exceeds it, reported once") {
  LimitWatch watch(of_memory(100), 2, kStart);
  CHECK(watch.judge(figures(100), kStart + 10ms, {}).empty());
  const auto passed = watch.judge(figures(101), kStart + 20ms, {});
  CHECK(passed == std::vector<model::PassedLimit>{{Resource::memory, 101, 100, {}, {7, "", 50}}});
  CHECK_FALSE(watch.limits().any());
  CHECK(watch.judge(figures(1000), kStart + 30ms, {}).empty());
}

TEST_CASE("limit watch: used-up CPU time exceeds its limit, and so do further processes") {
  LimitWatch watch({.memory = {}, .cpu = 1s, .processes = 64}, 2, kStart);
  CHECK(watch.judge(figures(0, 999ms, 64), kStart + 10ms, {}).empty());
  const auto passed = watch.judge(figures(0, 1s, 65), kStart + 20ms, {});
  REQUIRE(passed.size() == 2);
  CHECK(passed[0].resource == Resource::processes);
  CHECK(passed[0].largest.pid == 9);
  CHECK(passed[1].resource == Resource::cpu);
  CHECK(passed[1].used == 1'000'000'000);
  CHECK(passed[1].largest.pid == 8);
}

TEST_CASE("limit watch: after one is exceeded the others are still watched") {
  LimitWatch watch({.memory = 100, .cpu = 1s, .processes = {}}, 2, kStart);
  CHECK(watch.judge(figures(0, 2s), kStart + 10ms, {}).size() == 1);
  CHECK(watch.limits().any());
  CHECK(watch.judge(figures(200, 3s), kStart + 20ms, {}).front().resource == Resource::memory);
}

TEST_CASE("limit watch: the kernel reports a limit as exceeded, once, by the largest process of the last sample") {
  LimitWatch watch({.memory = 100, .cpu = {}, .processes = 64}, 2, kStart);
  CHECK(watch.judge_held({}).empty());
  CHECK(watch.judge(figures(100), kStart + 10ms, {}).empty());
  const HeldByKernel held{.memory = 99, .tasks = 4096};
  CHECK(watch.judge_held(held) ==
        std::vector<model::PassedLimit>{{Resource::memory, 99, 100, model::LimitMeans::cgroup, {7, "", 50}},
                                        {Resource::processes, 0, 4096, model::LimitMeans::cgroup, {9, "", 2}}});
  CHECK(watch.judge_held(held).empty());
  CHECK_FALSE(watch.limits().any());
}

TEST_CASE("limit watch: the CPU time of dead processes alone can exceed the limit") {
  LimitWatch watch(of_cpu(1s), 2, kStart);
  CHECK(watch.judge_reaped(999ms).empty());
  CHECK(watch.judge_reaped(1200ms) ==
        std::vector<model::PassedLimit>{{Resource::cpu, 1'200'000'000, 1'000'000'000, {}, {}}});
  CHECK(watch.judge_reaped(2s).empty());
  LimitWatch other(of_memory(100), 2, kStart);
  CHECK(other.judge_reaped(2s).empty());
}

// Samples a tree with the figures of the function; returns the time at which a limit was exceeded, and the number of
// samples.
struct Watched {
  Duration found{};
  int looks = 0;
};
template <class FiguresAt>
Watched watched(LimitWatch& watch, FiguresAt at, Duration cost = {}, Duration end = 1h) {
  Watched result;
  while (watch.next_look() < kStart + end) {
    const Duration now = watch.next_look() - kStart;
    ++result.looks;
    if (!watch.judge(at(now), kStart + now, cost).empty()) {
      result.found = now;
      return result;
    }
  }
  return result;
}

TEST_CASE("limit watch: steady growth is detected within 10 ms of the limit") {
  for (const std::uint64_t per_ms : {1 * kMiB / 10, 1 * kMiB, 4 * kMiB}) {
    LimitWatch watch(of_memory(1024 * kMiB), 2, kStart);
    const Watched result =
        watched(watch, [&](Duration now) { return figures(per_ms * static_cast<std::uint64_t>(now / 1ms)); });
    CAPTURE(per_ms);
    const Duration reached = 1ms * (1024 * kMiB / per_ms);
    CHECK(result.found > reached);
    CHECK(result.found <= reached + 11ms);
  }
}

TEST_CASE("limit watch: a leap is detected within 100 ms") {
  LimitWatch watch(of_memory(1024 * kMiB), 2, kStart);
  const Watched result = watched(watch, [&](Duration now) { return figures(now > 5s ? 2048 * kMiB : kMiB); });
  CHECK(result.found > 5s);
  CHECK(result.found <= 5100ms);
}

TEST_CASE("limit watch: CPU time is detected within 10 ms of each processor, with few samples") {
  for (const unsigned processors : {1U, 2U, 64U}) {
    LimitWatch watch(of_cpu(60s), processors, kStart);
    const Watched result = watched(watch, [&](Duration now) { return figures(0, now * processors); });
    CAPTURE(processors);
    CHECK(result.found >= Duration(60s) / processors);
    CHECK(result.found <= Duration(60s) / processors + 11ms);
    CHECK(result.looks < 80);
  }
}

TEST_CASE("limit watch: a small idle tree is sampled ten times a second, or once without a near CPU limit") {
  LimitWatch of_size(of_memory(1024 * kMiB), 2, kStart);
  CHECK(watched(
            of_size, [](Duration) { return figures(kMiB); }, {}, 10s)
            .looks <= 105);
  LimitWatch of_time(of_cpu(1h), 2, kStart);
  CHECK(watched(
            of_time, [](Duration) { return figures(0, 1ms); }, {}, 100s)
            .looks <= 110);
}

TEST_CASE("limit watch: expensive samples leave most of the time to others, and still happen") {
  LimitWatch watch(of_memory(1024 * kMiB), 2, kStart);
  const Watched idle = watched(
      watch, [](Duration) { return figures(kMiB); }, 100ms, 100s);
  CHECK(idle.looks <= 101);
  CHECK(idle.looks >= 95);
  LimitWatch other(of_memory(1024 * kMiB), 2, kStart);
  const Watched grown = watched(
      other, [](Duration now) { return figures(now > 50s ? 2048 * kMiB : kMiB); }, 100ms);
  CHECK(grown.found <= 51s);
}

}  // namespace
}  // namespace oversee::guard
