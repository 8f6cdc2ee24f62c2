// Waits for runs and signals them.
#include "history/run_end.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "os/clock.hpp"
#include "os/host.hpp"
#include "os/process_watch.hpp"

namespace oversee::history {
namespace {

using namespace std::chrono_literals;

// The poll interval for a record while its process lives. The process's end wakes the wait; this covers all other
// changes.
constexpr auto kBetweenLooks = 500ms;
// The interval if the process is gone or has not written its record yet.
constexpr auto kShortly = 20ms;
// For this long after oversee's death its guard may still complete the record; right after its start the record may be
// missing.
constexpr auto kGuardsTime = 2s;

}  // namespace

model::Result<RunRecord> wait_for_end(const RunDirectory& directory, const std::string& id,
                                      std::optional<model::Instant> until) {
  std::optional<model::Instant> doubtful_since;
  for (;;) {
    auto record = read_record(directory, id);
    const RunState state = record ? state_of(*record) : RunState::lost;
    if (record && state == RunState::ended) return record;
    const model::Instant now = os::read_clock().instant;
    if (state == RunState::lost) {
      if (!doubtful_since) doubtful_since = now;
      if (now - *doubtful_since >= kGuardsTime) return record;
    } else {
      doubtful_since.reset();
    }
    model::Duration pause = state == RunState::lost ? model::Duration(kShortly) : model::Duration(kBetweenLooks);
    if (until) {
      if (now >= *until) return record;
      pause = std::min(pause, *until - now);
    }
    // A process that is gone or out of reach cannot be watched: then watches this process, which makes it a plain
    // sleep.
    const bool watched = state != RunState::lost && shares_pids(*record);
    const os::ProcessWatch watch(watched ? record->pid : os::process_id());
    (void)watch.wait(pause, -1);
  }
}

model::Result<bool> signal_run(const RunRecord& record, model::Signal signal) {
  // Opens a pidfd before the checks, so that the signalled process is the checked one.
  const os::ProcessWatch process(record.pid);
  const RunState state = state_of(record);
  if (!may_live(state)) return false;
  if (state == RunState::unknown || !shares_pids(record)) {
    return std::unexpected(model::Failure{"signal the run", 0, record.id, why_foreign(record) + "; cancel it there"});
  }
  if (process.signal(signal)) return true;
  if (errno == ESRCH) return false;
  return std::unexpected(model::Failure{"signal the run", errno, record.id, {}});
}

}  // namespace oversee::history
