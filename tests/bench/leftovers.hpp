// Finds, counts, and after a grace period kills the processes that a measured command left. The caller must be a child
// subreaper (PR_SET_CHILD_SUBREAPER, prctl(2)), so that they all become its descendants and no other process is
// touched.
#pragma once

#include <sys/resource.h>

#include <chrono>

namespace bench {

struct Leftovers {
  unsigned alive = 0;                             // processes alive at the first poll
  unsigned survivors = 0;                         // those alive after the grace period, which were killed
  std::chrono::steady_clock::time_point emptied;  // when the last one was reaped
};

// Adds the usage of one process to a sum; memory is the maximum of both.
void add_usage(rusage& sum, const rusage& usage);

// Returns when no child is left. Adds the usage of processes that ended by themselves to `usage`.
Leftovers clear_leftovers(std::chrono::milliseconds grace, rusage& usage);

// Kills and reaps all descendants, for at most a few seconds. Returns whether none is left.
bool kill_everything_below();

}  // namespace bench
