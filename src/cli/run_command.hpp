// The main job: settings in, one supervised run, reports, the exit action out.
#pragma once

#include "model/outcome.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// Runs the command that the settings name. What keeps it from being run is said on stderr.
model::ExitAction run_command(const settings::Settings& settings, const os::SignalState& caller);

}  // namespace oversee::cli
