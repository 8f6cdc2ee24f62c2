// What an attempt may use of the machine, what it used where that was too much, and by what means that is known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_size.hpp"
#include "model/duration.hpp"

namespace oversee::model {

// What is limited: the first three of the tree, all its processes together; the last of each process.
enum class Resource : std::uint8_t { memory, cpu, processes, file_size };
std::string_view to_string(Resource resource);

// Who holds a limit: the guard, which looks at the whole tree now and then; the kernel, for a cgroup; the kernel, for
// each process.
enum class LimitMeans : std::uint8_t { sampling, cgroup, rlimit };
std::string_view to_string(LimitMeans means);

// A limit on a number of things; nullopt means that there is none.
using CountLimit = std::optional<std::uint64_t>;

struct TreeLimits {
  SizeLimit memory;
  TimeLimit cpu;
  CountLimit processes;

  bool any() const { return memory || cpu || processes; }
  bool operator==(const TreeLimits&) const = default;
};

// Of each process, set before exec and inherited from there on (getrlimit(2), nice(2)); nullopt: as the caller has it.
struct ProcessLimits {
  std::optional<std::int32_t> nice;        // added to the caller's
  CountLimit files;                        // RLIMIT_NOFILE
  SizeLimit file_size;                     // RLIMIT_FSIZE
  std::optional<std::uint64_t> core_size;  // RLIMIT_CORE; 0: no core file
  SizeLimit data;                          // RLIMIT_DATA
  // Behind the tree's limits, for a process that is faster than the guard looks. Soft limits only, and never above what
  // is there: they are not what was asked for.
  SizeLimit data_backstop;
  std::optional<std::uint64_t> cpu_backstop;  // RLIMIT_CPU, in seconds

  bool any() const { return *this != ProcessLimits{}; }
  bool operator==(const ProcessLimits&) const = default;
};

// No bound at all, as a value of its own: `--core unlimited`.
inline constexpr std::uint64_t kUnlimited = UINT64_MAX;

// By what means each limit of the tree is held, where there is one.
struct TreeMeans {
  LimitMeans memory{};
  LimitMeans cpu{};
  LimitMeans processes{};
  CountLimit tasks{};  // processes and threads of the tree at which the kernel is to stop it; the backstop of processes

  LimitMeans of(Resource resource) const;
  bool operator==(const TreeMeans&) const = default;
};

// The process that has most of something.
struct Consumer {
  std::int32_t pid = 0;    // 0: not known
  std::string name;        // as ps -o comm shows it
  std::uint64_t used = 0;  // bytes, nanoseconds, or the number of its children
  bool operator==(const Consumer&) const = default;
};

// A limit that was passed. In bytes, nanoseconds, or processes.
struct PassedLimit {
  Resource resource{};
  std::uint64_t used = 0;  // 0: not known, as with an rlimit
  std::uint64_t allowed = 0;
  LimitMeans means{};
  Consumer largest{};
  bool operator==(const PassedLimit&) const = default;
};

// A limit of the tree that was in force, and how.
struct HeldLimit {
  Resource resource{};
  std::uint64_t allowed = 0;
  LimitMeans means{};
  std::optional<std::uint64_t> backstop;  // of each process, by rlimit, in the same unit; else threads, by the cgroup

  bool operator==(const HeldLimit&) const = default;
};

std::vector<HeldLimit> held_limits(const TreeLimits& tree, const ProcessLimits& process, const TreeMeans& means);

// "memory: 2.1GiB of 2GiB": what was used of what was allowed, for people.
std::string describe(const PassedLimit& passed);

// A number of the resource, for people: "2.1GiB", "10.0s", "64".
std::string describe_amount(Resource resource, std::uint64_t amount);

// The backstop of a limit on memory. Not on the address space (RLIMIT_AS), of which Go, Java, V8 and the sanitizers
// reserve far more than they use; what may be written to is nearer to what is used, yet threads' stacks count whole.
constexpr SizeLimit memory_backstop(std::uint64_t limit) {
  constexpr std::uint64_t kLeast = 4ULL << 30U;
  constexpr std::uint64_t kTimes = 4;
  if (limit > kUnlimited / kTimes) return {};
  return limit * kTimes < kLeast ? kLeast : limit * kTimes;
}

// The same of a limit on processes, for a bomb that is faster than the guard looks. The kernel counts threads where
// that limit counts processes, and none of a program's threads may fail for it.
constexpr std::uint64_t task_backstop(std::uint64_t processes) {
  constexpr std::uint64_t kLeast = 1024;
  constexpr std::uint64_t kThreads = 64;
  if (processes > kUnlimited / kThreads) return kUnlimited;
  return processes * kThreads < kLeast ? kLeast : processes * kThreads;
}

// The same of a limit on CPU time: whole seconds are what the kernel takes, and the guard is to be first.
constexpr std::uint64_t cpu_backstop_seconds(Duration limit) {
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(limit).count()) + 1;
}

}  // namespace oversee::model
