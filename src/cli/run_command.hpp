// The main job: settings in, one supervised run, reports, the exit action out.
#pragma once

#include <cstdint>

#include "model/outcome.hpp"
#include "os/descriptor.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// What is written to the descriptor of whoever started this process for the run: the summary at its end, or its id once
// the command has started. From then on it goes on by itself.
enum class Answers : std::uint8_t { ended, started };

// Runs the command that the settings name. What keeps it from being run is said on stderr.
model::ExitAction run_command(const settings::Settings& settings, const os::SignalState& caller, os::UniqueFd answer,
                              Answers answers);

}  // namespace oversee::cli
