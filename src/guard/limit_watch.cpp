// Schedules the samples of the tree and judges them.
#include "guard/limit_watch.hpp"

#include <algorithm>
#include <utility>

namespace oversee::guard {
namespace {

using namespace std::chrono_literals;
using model::Duration;
using model::Instant;
using model::LimitMeans;
using model::PassedLimit;
using model::Resource;

constexpr Duration kShortest = 10ms;  // the kernel's resolution of CPU time; also the first interval
constexpr Duration kLongest = 100ms;
constexpr Duration kLongestForCpu = 1s;  // CPU time grows at a bounded rate

// Sampling a large tree takes time. The guard waits this many times as long as the sample took, and less if the tree is
// about to reach a limit.
constexpr int kShare = 9;
constexpr int kShareWhenNear = 2;

// The amount that the tree used, the limit, and the process that used most.
struct Amounts {
  std::uint64_t used;
  std::uint64_t allowed;
  TreeFigures::Most most;
};

void note(std::vector<PassedLimit>& passed, Resource resource, const Amounts& amounts, LimitMeans means = {}) {
  PassedLimit& limit = passed.emplace_back();
  limit.resource = resource;
  limit.used = amounts.used;
  limit.allowed = amounts.allowed;
  limit.means = means;
  limit.largest.pid = amounts.most.pid;
  limit.largest.used = amounts.most.used;
}

}  // namespace

LimitWatch::LimitWatch(const model::TreeLimits& limits, unsigned processors, Instant started)
    : limits_(limits),
      processors_(processors),
      next_look_(started + kShortest),
      pause_(kShortest),
      memory_{0, started},
      processes_{0, started} {}

std::vector<PassedLimit> LimitWatch::judge(const TreeFigures& figures, Instant now, Duration cost) {
  last_ = figures;
  std::vector<PassedLimit> passed;
  Duration reached = kLongestForCpu;
  if (limits_.memory) {
    reached = std::min({reached, kLongest, until_reached(memory_, figures.memory, *limits_.memory, now) / 2});
    if (figures.memory > *limits_.memory) {
      note(passed, Resource::memory, {figures.memory, *limits_.memory, figures.most_memory});
      limits_.memory.reset();
    }
  }
  if (limits_.processes) {
    reached = std::min({reached, kLongest, until_reached(processes_, figures.processes, *limits_.processes, now) / 2});
    if (figures.processes > *limits_.processes) {
      note(passed, Resource::processes, {figures.processes, *limits_.processes, figures.most_children});
      limits_.processes.reset();
    }
  }
  if (limits_.cpu) {
    reached = std::min(reached, (*limits_.cpu - figures.cpu) / processors_);
    if (figures.cpu >= *limits_.cpu) {
      note(passed, Resource::cpu,
           {static_cast<std::uint64_t>(figures.cpu.count()), static_cast<std::uint64_t>(limits_.cpu->count()),
            figures.most_cpu});
      limits_.cpu.reset();
    }
  }
  const bool near = reached < kLongest / 2;
  pause_ = std::clamp(reached, kShortest, std::max(pause_ * 2, kShortest));
  next_look_ = now + cost + std::max(pause_, cost * (near ? kShareWhenNear : kShare));
  return passed;
}

std::vector<PassedLimit> LimitWatch::judge_reaped(Duration cpu) {
  if (!limits_.cpu || cpu < *limits_.cpu) return {};
  const auto allowed = static_cast<std::uint64_t>(limits_.cpu->count());
  limits_.cpu.reset();
  return {{.resource = Resource::cpu, .used = static_cast<std::uint64_t>(cpu.count()), .allowed = allowed}};
}

std::vector<PassedLimit> LimitWatch::judge_held(const HeldByKernel& held) {
  std::vector<PassedLimit> passed;
  if (held.memory && limits_.memory) {
    note(passed, Resource::memory, {*held.memory, *limits_.memory, last_.most_memory}, LimitMeans::cgroup);
    limits_.memory.reset();
  }
  if (held.tasks && limits_.processes) {
    // The number of processes is unknown: tasks include threads.
    note(passed, Resource::processes, {0, *held.tasks, last_.most_children}, LimitMeans::cgroup);
    limits_.processes.reset();
  }
  return passed;
}

// Assumes the growth since the last sample.
Duration LimitWatch::until_reached(Growth& growth, std::uint64_t used, std::uint64_t limit, Instant now) {
  const Growth before = std::exchange(growth, {used, now});
  if (used >= limit) return {};
  if (used <= before.used) return kLongest * 2;
  const double rate = static_cast<double>(used - before.used) / static_cast<double>((now - before.at).count() + 1);
  const double left = static_cast<double>(limit - used) / rate;
  return left > static_cast<double>(kLongestForCpu.count()) ? kLongestForCpu
                                                            : Duration(static_cast<std::int64_t>(left));
}

}  // namespace oversee::guard
