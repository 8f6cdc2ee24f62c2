// Waits for the end of runs that other processes supervise, and tells these to end them.
#pragma once

#include <optional>
#include <string>

#include "history/run_directory.hpp"
#include "history/run_record.hpp"
#include "model/clock.hpp"
#include "model/failure.hpp"
#include "model/signal_name.hpp"

namespace oversee::history {

// Waits until the run has ended, or is lost; no longer than until then, or as long as it takes. Returns its record as
// it is by then. Fails where there is none to be read.
model::Result<RunRecord> wait_for_end(const RunDirectory& directory, const std::string& id,
                                      std::optional<model::Instant> until);

// Sends the signal to the run's oversee: to that very process, and to none that has got its pid since. False: it is
// gone already. Fails where it may not be signalled, or runs on another host.
model::Result<bool> signal_run(const RunRecord& record, model::Signal signal);

}  // namespace oversee::history
