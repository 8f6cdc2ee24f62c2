// Whether the supervisor of a run still lives, by what can be known of it from here: values in, the answer out.
// docs/decisions/003-foreign-runs.md says why.
#pragma once

#include <cstdint>

#include "model/run_place.hpp"

namespace oversee::history {

// How near a run's supervisor is to the process that asks.
enum class Nearness : std::uint8_t {
  comparable,    // its pid and its time of birth mean here what they mean there
  same_pids,     // another time namespace: its pid does, its time of birth does not
  other_pids,    // another PID namespace of this kernel, or an unknown one
  earlier_boot,  // of this machine: nothing of that time lives
  other_host,    // another machine, or perhaps one
};

// What this PID namespace says of the supervisor's pid.
enum class ProcessSeen : std::uint8_t {
  same,     // it is the supervisor
  gone,     // no process has it, or another process
  unknown,  // a process has it, and which one cannot be told
};

// What the lock that a supervisor holds for as long as it lives says (history/life_lock).
enum class LockSeen : std::uint8_t { held, free, unknown };

enum class Life : std::uint8_t { alive, gone, unknown };

Nearness nearness(const model::RunPlace& there, const model::RunPlace& here);

// Whether the supervisor's pid names that process here.
constexpr bool shares_pids(Nearness near) { return near == Nearness::comparable || near == Nearness::same_pids; }

// The one decision that all verbs ask for.
Life judge_life(Nearness near, ProcessSeen process, LockSeen lock);

}  // namespace oversee::history
