// Turns the command (program, shell line or script) into the argv to execute.
#pragma once

#include <string>
#include <vector>

#include "model/failure.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// Fails if there is no command or the script cannot be read.
model::Result<std::vector<std::string>> command_argv(const settings::Settings& settings);

// The command's environment as "K=V": the caller's (or an empty one), without unset variables, then --env-file, then
// --env.
model::Result<std::vector<std::string>> command_environment(const settings::Settings& settings,
                                                            const std::vector<std::string>& caller);

// The run's name for users: --name, or the base name of the script, the shell line's first word or the program.
std::string run_name(const settings::Settings& settings, const std::vector<std::string>& argv);

}  // namespace oversee::cli
