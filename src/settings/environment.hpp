// Settings from OVERSEE_* variables.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "settings/layer.hpp"

namespace oversee::settings {

// CI services set this variable; it makes the default heartbeat 1m.
inline constexpr std::string_view kContinuousIntegration = "CI=true";

// Takes the environment as "K=V". A repeatable setting takes one value per line. An empty variable counts as unset.
Layer layer_from_environment(std::span<const std::string> environment);

// One sentence for each OVERSEE_* variable that is not a setting.
std::vector<std::string> unknown_variables(std::span<const std::string> environment);

}  // namespace oversee::settings
