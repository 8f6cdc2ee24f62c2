// The main job: settings in, one supervised run, reports, the exit action out.
#pragma once

#include "model/outcome.hpp"
#include "os/descriptor.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// Runs the command that the settings name. What keeps it from being run is said on stderr.
// The summary goes to the descriptor, too, if there is one.
model::ExitAction run_command(const settings::Settings& settings, const os::SignalState& caller, os::UniqueFd answer);

}  // namespace oversee::cli
