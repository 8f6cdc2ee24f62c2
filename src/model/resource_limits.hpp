// Resource limits of an attempt, how each is enforced, and the report of one that was passed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/byte_size.hpp"
#include "model/duration.hpp"

namespace oversee::model {

// Memory, CPU time and processes are limited for the whole tree; file size for each process.
enum class Resource : std::uint8_t { memory, cpu, processes, file_size };
std::string_view to_string(Resource resource);

// How a limit is enforced: the guard samples the whole tree; the kernel limits a cgroup; or the kernel limits each
// process.
enum class LimitMeans : std::uint8_t { sampling, cgroup, rlimit };
std::string_view to_string(LimitMeans means);

// A limit on a count; nullopt means no limit.
using CountLimit = std::optional<std::uint64_t>;

struct TreeLimits {
  SizeLimit memory;
  TimeLimit cpu;
  CountLimit processes;

  bool any() const { return memory || cpu || processes; }
  bool operator==(const TreeLimits&) const = default;
};

// Per process, set before exec and inherited from then on (getrlimit(2), nice(2)); nullopt keeps the caller's value.
struct ProcessLimits {
  std::optional<std::int32_t> nice;        // added to the caller's nice value
  CountLimit files;                        // RLIMIT_NOFILE
  SizeLimit file_size;                     // RLIMIT_FSIZE
  std::optional<std::uint64_t> core_size;  // RLIMIT_CORE; 0: no core file
  SizeLimit data;                          // RLIMIT_DATA
  // Backstops behind the tree's limits, for a process that outruns the guard's sampling. Only soft limits are set, and
  // never above the present ones, because the user did not ask for them.
  SizeLimit data_backstop;
  std::optional<std::uint64_t> cpu_backstop;  // RLIMIT_CPU, in seconds

  bool any() const { return *this != ProcessLimits{}; }
  bool operator==(const ProcessLimits&) const = default;
};

// An explicit absence of a limit: `--core unlimited`.
inline constexpr std::uint64_t kUnlimited = UINT64_MAX;

// How each limit of the tree is enforced, if it is set.
struct TreeMeans {
  LimitMeans memory{};
  LimitMeans cpu{};
  LimitMeans processes{};
  CountLimit tasks{};  // processes and threads at which the kernel stops the tree; the backstop of processes

  LimitMeans of(Resource resource) const;
  bool operator==(const TreeMeans&) const = default;
};

// The process that uses most of a resource.
struct Consumer {
  std::int32_t pid = 0;    // 0: unknown
  std::string name;        // as shown by ps -o comm
  std::uint64_t used = 0;  // bytes, nanoseconds, or the number of its children
  bool operator==(const Consumer&) const = default;
};

// A limit that was passed; amounts in bytes, nanoseconds, or processes.
struct PassedLimit {
  Resource resource{};
  std::uint64_t used = 0;  // 0: unknown, as with an rlimit
  std::uint64_t allowed = 0;
  LimitMeans means{};
  Consumer largest{};
  bool operator==(const PassedLimit&) const = default;
};

// A limit of the tree that was in force, and its enforcement.
struct HeldLimit {
  Resource resource{};
  std::uint64_t allowed = 0;
  LimitMeans means{};
  std::optional<std::uint64_t> backstop;  // per process, by rlimit, in the same unit; or threads, by the cgroup

  bool operator==(const HeldLimit&) const = default;
};

std::vector<HeldLimit> held_limits(const TreeLimits& tree, const ProcessLimits& process, const TreeMeans& means);

// For people, usage and limit: "memory: 2.1GiB of 2GiB".
std::string describe(const PassedLimit& passed);

// An amount of the resource, for people: "2.1GiB", "10.0s", "64".
std::string describe_amount(Resource resource, std::uint64_t amount);

// The backstop of a memory limit, set as RLIMIT_DATA. RLIMIT_AS would break Go, Java, V8 and the sanitizers, which
// reserve far more address space than they use. Data comes nearer to the use, but counts whole thread stacks.
constexpr SizeLimit memory_backstop(std::uint64_t limit) {
  constexpr std::uint64_t kLeast = 4ULL << 30U;
  constexpr std::uint64_t kTimes = 4;
  if (limit > kUnlimited / kTimes) return {};
  return limit * kTimes < kLeast ? kLeast : limit * kTimes;
}

// The backstop of a limit on processes, for a fork bomb that outruns the guard's sampling. The kernel counts threads,
// the limit counts processes, so this leaves room for each program's threads.
constexpr std::uint64_t task_backstop(std::uint64_t processes) {
  constexpr std::uint64_t kLeast = 1024;
  constexpr std::uint64_t kThreads = 64;
  if (processes > kUnlimited / kThreads) return kUnlimited;
  return processes * kThreads < kLeast ? kLeast : processes * kThreads;
}

// The backstop of a CPU limit: the kernel takes whole seconds, and the guard should act first.
constexpr std::uint64_t cpu_backstop_seconds(Duration limit) {
  return static_cast<std::uint64_t>(std::chrono::ceil<std::chrono::seconds>(limit).count()) + 1;
}

}  // namespace oversee::model
