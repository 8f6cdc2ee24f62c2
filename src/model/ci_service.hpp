// The services for continuous integration whose logs have marks of their own, and how they are known.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace oversee::model {

enum class CiService : std::uint8_t { none, github, gitlab, buildkite, teamcity, azure };

// By the variable that each documents for that. None inside of another oversee, which marks its command's output
// itself: on most services sections do not nest.
CiService detect_ci(std::span<const std::string> environment);

}  // namespace oversee::model
