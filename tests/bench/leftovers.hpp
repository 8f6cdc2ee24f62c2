// What a measured command left running: found, counted, given a moment, then killed. The caller is a child subreaper
// (PR_SET_CHILD_SUBREAPER, prctl(2)), so that all of it ends up below the caller and no stranger is ever touched.
#pragma once

#include <sys/resource.h>

#include <chrono>

namespace bench {

struct Leftovers {
  unsigned alive = 0;                             // processes that lived when it was looked at first
  unsigned survivors = 0;                         // of these, still there when the grace was over; they were killed
  std::chrono::steady_clock::time_point emptied;  // when the last one was reaped
};

// Adds what one process used to a sum; memory is the larger of the two.
void add_usage(rusage& sum, const rusage& usage);

// Returns with no child left. What the processes used that ended by themselves is added to `usage`.
Leftovers clear_leftovers(std::chrono::milliseconds grace, rusage& usage);

// Kills everything below this process and reaps it, for at most a few seconds. Returns whether nothing is left.
bool kill_everything_below();

}  // namespace bench
