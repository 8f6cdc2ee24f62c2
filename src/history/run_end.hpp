// Waits for the end of runs under other supervisors, and signals these supervisors.
#pragma once

#include <optional>
#include <string>

#include "history/run_directory.hpp"
#include "history/run_record.hpp"
#include "model/clock.hpp"
#include "model/failure.hpp"
#include "model/signal_name.hpp"

namespace oversee::history {

// Waits until the run has ended or is lost, or until `until`; without it, for ever. Returns the record at that time.
// Fails if no record can be read.
model::Result<RunRecord> wait_for_end(const RunDirectory& directory, const std::string& id,
                                      std::optional<model::Instant> until);

// Signals the run's oversee, and never a process that reused its pid. False: it is already gone. Fails if the signal is
// not permitted, or the run is on another host.
model::Result<bool> signal_run(const RunRecord& record, model::Signal signal);

}  // namespace oversee::history
