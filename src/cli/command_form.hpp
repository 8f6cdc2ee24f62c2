// The forms of a command (words, a shell line, a script) turned into the argv that is executed.
#pragma once

#include <string>
#include <vector>

#include "model/failure.hpp"
#include "settings/resolve.hpp"

namespace oversee::cli {

// Fails where there is no command, or a script cannot be read.
model::Result<std::vector<std::string>> command_argv(const settings::Settings& settings);

// The command's environment, "K=V" each: the caller's (or none), less what is unset, then files, then --env.
model::Result<std::vector<std::string>> command_environment(const settings::Settings& settings,
                                                            const std::vector<std::string>& caller);

// What a person would call the run: its --name, the program, the script, the first word of a shell line.
std::string run_name(const settings::Settings& settings, const std::vector<std::string>& argv);

}  // namespace oversee::cli
