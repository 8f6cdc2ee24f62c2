// Tests which CI service an environment indicates.
#include "model/ci_service.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

namespace oversee::model {
namespace {

CiService detected(const std::vector<std::string>& environment) { return detect_ci(environment); }

TEST_CASE("ci service: detected by variable and value") {
  CHECK(detected({"A=1", "GITHUB_ACTIONS=true"}) == CiService::github);
  CHECK(detected({"GITLAB_CI=true"}) == CiService::gitlab);
  CHECK(detected({"BUILDKITE=true"}) == CiService::buildkite);
  CHECK(detected({"TEAMCITY_VERSION=2025.07 (build 1)"}) == CiService::teamcity);
  CHECK(detected({"TF_BUILD=True"}) == CiService::azure);
}

TEST_CASE("ci service: not detected by other variables, nor inside another oversee") {
  CHECK(detected({}) == CiService::none);
  CHECK(detected({"CI=true", "GITHUB_ACTIONS=false", "TEAMCITY_VERSION=", "XGITLAB_CI=true", "TF_BUILD=True1"}) ==
        CiService::none);
  CHECK(detected({"GITHUB_ACTIONS=true", "OVERSEE_RUN_ID=20261123-121659-k3f9"}) == CiService::none);
}

}  // namespace
}  // namespace oversee::model
