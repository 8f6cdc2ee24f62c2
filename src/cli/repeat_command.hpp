// --repeat: the same run many times, one after the other or some side by side, and what they came to.
#pragma once

#include <span>

#include "model/outcome.hpp"
#include "os/signals.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// The first argument that makes this binary one of the runs; the second is the descriptor that its summary goes to, and
// the rest is as the user wrote it.
inline constexpr const char* kRepetition = "@repetition";

// Runs them, each in a process of its own with an id, log and summary of its own, with these arguments of the user's.
model::ExitAction repeat_command(const settings::Settings& settings, const os::SignalState& caller,
                                 std::span<char*> arguments);

// The settings of one of them.
void become_repetition(settings::Settings& settings);

}  // namespace oversee::cli
