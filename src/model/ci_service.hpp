// The CI services whose log markers oversee writes, and their detection.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace oversee::model {

enum class CiService : std::uint8_t { none, github, gitlab, buildkite, teamcity, azure };

// Checks the variable that each service documents for detection. Returns none inside another oversee: the outer one
// writes the markers, and on most services sections do not nest.
CiService detect_ci(std::span<const std::string> environment);

}  // namespace oversee::model
