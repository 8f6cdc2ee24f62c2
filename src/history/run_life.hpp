// Decides whether a run's supervisor still lives, from observations passed as values.
// docs/decisions/003-foreign-runs.md gives the reasons.
#pragma once

#include <cstdint>

#include "model/run_place.hpp"

namespace oversee::history {

// How a run's supervisor is located relative to this process.
enum class Nearness : std::uint8_t {
  comparable,    // pid and start time are both valid here
  same_pids,     // another time namespace: the pid is valid here, the start time is not
  other_pids,    // another PID namespace of this kernel, or an unknown one
  earlier_boot,  // an earlier boot of this machine: its processes are gone
  other_host,    // another machine, or possibly one
};

// What this PID namespace shows under the supervisor's pid.
enum class ProcessSeen : std::uint8_t {
  same,     // the supervisor
  gone,     // no process, or another one
  unknown,  // a process that cannot be identified
};

// The state of the supervisor's life lock (history/life_lock).
enum class LockSeen : std::uint8_t { held, free, unknown };

enum class Life : std::uint8_t { alive, gone, unknown };

Nearness nearness(const model::RunPlace& there, const model::RunPlace& here);

// Whether the supervisor's pid names the same process here.
constexpr bool shares_pids(Nearness near) { return near == Nearness::comparable || near == Nearness::same_pids; }

// All verbs use this decision.
Life judge_life(Nearness near, ProcessSeen process, LockSeen lock);

}  // namespace oversee::history
