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

// Between two looks at a record whose process lives on: its end is told by the process, this is for what is not.
constexpr auto kBetweenLooks = 500ms;
// Between two where the process is gone, or has not written its record yet.
constexpr auto kShortly = 20ms;
// So long after oversee has died its guard may still be at the record, and after its birth it may be before it.
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
    // A process that is gone or out of reach is not waited for: the pause is then one of nothing at all.
    const bool watched = state != RunState::lost && shares_pids(*record);
    const os::ProcessWatch watch(watched ? record->pid : os::process_id());
    (void)watch.wait(pause, -1);
  }
}

model::Result<bool> signal_run(const RunRecord& record, model::Signal signal) {
  // Taken hold of first, then looked at: the process that is signalled is the one that was looked at.
  const os::ProcessWatch process(record.pid);
  const RunState state = state_of(record);
  if (!may_live(state)) return false;
  if (state == RunState::unknown || !shares_pids(record)) {
    return std::unexpected(model::Failure{"signal the run", 0, record.id, why_foreign(record) + "; cancel it there"});
  }
  if (process.cancel(signal)) return true;
  if (errno == ESRCH) return false;
  return std::unexpected(model::Failure{"signal the run", errno, record.id, {}});
}

}  // namespace oversee::history
