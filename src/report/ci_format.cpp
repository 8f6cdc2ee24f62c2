// Lists the formats of the services.
#include "report/ci_format.hpp"

#include <array>

namespace oversee::report {

const CiFormat* ci_format(model::CiService service) {
  switch (service) {
    case model::CiService::none: return nullptr;
    case model::CiService::github: return &kGithubMarks;
    case model::CiService::gitlab: return &kGitlabMarks;
    case model::CiService::buildkite: return &kBuildkiteMarks;
    case model::CiService::teamcity: return &kTeamcityMarks;
    case model::CiService::azure: return &kAzureMarks;
  }
  return nullptr;
}

std::string without_marks(std::string_view text) {
  constexpr std::array<std::string_view, 3> kMarks{"##[", "##vso[", "##teamcity["};
  std::string result(text);
  for (const std::string_view mark : kMarks) {
    for (std::size_t at = result.find(mark); at != std::string::npos; at = result.find(mark, at)) {
      result.insert(at + 2, 1, ' ');
    }
  }
  return result;
}

}  // namespace oversee::report
