// Markers for Azure Pipelines: logging commands
// (https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands). Azure documents that it reads them
// from standard output. It does not decode "%25"; since 2.206 the agent decodes %AZP25, and nothing else that begins
// so.
#include <fmt/format.h>

#include "report/ci_format.hpp"

namespace oversee::report {
namespace {

std::string azure_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '%': result += "%AZP25"; break;
      case '\r': result += "%0D"; break;
      case '\n': result += "%0A"; break;
      default: result += c;
    }
  }
  return result;
}

// A group's title is one line and is shown verbatim, so it needs no escapes.
std::string begin_azure_section(const CiSection& section) { return fmt::format("##[group]{}\n", section.title); }
std::string end_azure_section(const CiSection&) { return "##[endgroup]\n"; }

std::string azure_problem(const CiProblem& problem) {
  return fmt::format("##vso[task.logissue type={}]{}\n", problem.is_error ? "error" : "warning",
                     azure_escaped(problem.title + '\n' + problem.text));
}

}  // namespace

const CiFormat kAzureMarks{begin_azure_section, end_azure_section, azure_problem, true};

}  // namespace oversee::report
