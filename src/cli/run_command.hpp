// The main operation: takes settings, supervises one run, returns the exit action.
#pragma once

#include <cstdint>

#include "model/outcome.hpp"
#include "os/descriptor.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// What this process sends to its parent: the summary at the end (`ended`), or its id once the command has started
// (`started`), after which it is detached.
enum class Answers : std::uint8_t { ended, started };

// Runs the command that the settings describe. Errors are reported on stderr.
model::ExitAction run_command(const settings::Settings& settings, const os::SignalState& caller, os::UniqueFd answer,
                              Answers answers);

}  // namespace oversee::cli
