// Settings from OVERSEE_* variables.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "settings/layer.hpp"

namespace oversee::settings {

// The variable by which such services say so; where it is set, a heartbeat of 1m is the built-in value.
inline constexpr std::string_view kContinuousIntegration = "CI=true";

// One variable a setting, "K=V" each; a repeatable setting takes one value a line. An empty variable counts as unset.
Layer layer_from_environment(std::span<const std::string> environment);

// A sentence for each variable that looks like a setting and is none.
std::vector<std::string> unknown_variables(std::span<const std::string> environment);

}  // namespace oversee::settings
