// Detects CI services by their environment variables.
#include "model/ci_service.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace oversee::model {
namespace {

struct Known {
  std::string_view variable;  // NAME=VALUE; "NAME=" matches any value that is not empty
  CiService service;
};

constexpr std::array kKnown{Known{"GITHUB_ACTIONS=true", CiService::github}, Known{"GITLAB_CI=true", CiService::gitlab},
                            Known{"BUILDKITE=true", CiService::buildkite},
                            Known{"TEAMCITY_VERSION=", CiService::teamcity}, Known{"TF_BUILD=True", CiService::azure}};

bool is_set(std::span<const std::string> environment, std::string_view variable) {
  return std::ranges::any_of(environment, [&](const std::string& each) {
    return variable.ends_with('=') ? each.starts_with(variable) && each.size() > variable.size() : each == variable;
  });
}

}  // namespace

CiService detect_ci(std::span<const std::string> environment) {
  if (is_set(environment, "OVERSEE_RUN_ID=")) return CiService::none;
  const auto* found =
      std::ranges::find_if(kKnown, [&](const Known& each) { return is_set(environment, each.variable); });
  return found == kKnown.end() ? CiService::none : found->service;
}

}  // namespace oversee::model
