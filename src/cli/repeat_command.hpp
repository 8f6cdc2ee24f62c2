// --repeat: runs the command several times, sequentially or in parallel, and prints the results.
#pragma once

#include <span>

#include "model/outcome.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// The first argument that makes this binary one repetition. The second is the descriptor for its summary; the user's
// arguments follow.
inline constexpr const char* kRepetition = "@repetition";

// Runs the repetitions with the user's arguments, each in its own process with its own id, log and summary.
model::ExitAction repeat_command(const settings::Settings& settings, const os::SignalState& caller,
                                 std::span<char*> arguments);

// Adapts the settings for one repetition.
void become_repetition(settings::Settings& settings);

}  // namespace oversee::cli
