// The markers that each CI service reads in a log, and the table of the services.
#include "report/ci_services.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "model/utf8.hpp"

namespace oversee::report {
namespace {

// Markers for GitHub Actions: workflow commands.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; the escapes follow
// actions/toolkit's packages/core/src/command.ts. The runner reads both streams of a step.

std::string github_escaped(std::string_view text, bool property) {
  std::string result;
  for (const char c : text) {
    if (c == '%' || c == '\r' || c == '\n' || (property && (c == ':' || c == ','))) {
      result += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    } else {
      result += c;
    }
  }
  return result;
}

std::string begin_github_section(const CiSection& section) {
  return fmt::format("::group::{}\n", github_escaped(section.title, false));
}

std::string end_github_section(const CiSection&) { return "::endgroup::\n"; }

std::string github_problem(const CiProblem& problem) {
  return fmt::format("::{} title={}::{}\n", problem.is_error ? "error" : "warning", github_escaped(problem.title, true),
                     github_escaped(problem.text, false));
}

std::string stop_marks(std::string_view token) { return fmt::format("::stop-commands::{}\n", token); }
std::string resume_marks(std::string_view token) { return fmt::format("::{}::\n", token); }

constexpr CiFormat kGithubMarks{begin_github_section, end_github_section, github_problem, true,
                                stop_marks,           resume_marks};

// Markers for GitLab CI: collapsible sections of the job log (https://docs.gitlab.com/ci/jobs/job_logs/, "Custom
// collapsible sections"). The runner reads both streams. The log has no annotations: reports reach GitLab as artifacts.

std::string mark(std::string_view what, const CiSection& section, std::string_view title) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(section.at.time_since_epoch()).count();
  // The title is plain text in the log: only control characters could form a marker.
  std::string text(title);
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  return fmt::format("\x1b[0Ksection_{}:{}:oversee_{}\r\x1b[0K{}\n", what, seconds, section.id, text);
}

std::string begin_gitlab_section(const CiSection& section) { return mark("start", section, section.title); }
std::string end_gitlab_section(const CiSection& section) { return mark("end", section, ""); }
std::string gitlab_problem(const CiProblem&) { return ""; }

constexpr CiFormat kGitlabMarks{begin_gitlab_section, end_gitlab_section, gitlab_problem, false};

// Markers for Buildkite: log groups begin with "--- " (closed) or "+++ " (open) and last until the next group; "^^^
// +++" opens the current group (https://buildkite.com/docs/pipelines/managing-log-output). Annotations would need the
// agent's program.

std::string one_line(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20; }, '?');
  return text;
}

std::string begin_buildkite_section(const CiSection& section) {
  return fmt::format("--- {}\n", one_line(section.title));
}
std::string end_buildkite_section(const CiSection& section) { return section.failed ? "^^^ +++\n" : ""; }
std::string buildkite_problem(const CiProblem& problem) { return fmt::format("+++ {}\n", one_line(problem.title)); }

constexpr CiFormat kBuildkiteMarks{begin_buildkite_section, end_buildkite_section, buildkite_problem, false};

// Markers for TeamCity: service messages (https://www.jetbrains.com/help/teamcity/service-messages.html). TeamCity
// documents that it reads them from standard output.

// Limits for a problem: "description ... up to 4000 symbols", "identity ... up to 60 characters", a Java identifier.
constexpr std::size_t kLongestDescription = 4000;
constexpr std::size_t kLongestIdentity = 60;

std::string teamcity_escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\n': result += "|n"; break;
      case '\r': result += "|r"; break;
      case '|':
      case '\'':
      case '[':
      case ']':
        result += '|';
        result += c;
        break;
      default: result += c;
    }
  }
  return result;
}

std::string_view cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return text;
  text = text.substr(0, most);
  return text.substr(0, text.size() - model::unfinished_tail(text));
}

bool is_letter_or_digit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::string begin_teamcity_section(const CiSection& section) {
  return fmt::format("##teamcity[blockOpened name='{}']\n", teamcity_escaped(section.title));
}

std::string end_teamcity_section(const CiSection& section) {
  return fmt::format("##teamcity[blockClosed name='{}']\n", teamcity_escaped(section.title));
}

std::string teamcity_problem(const CiProblem& problem) {
  const std::string text = problem.title + '\n' + problem.text;
  if (!problem.is_error) return fmt::format("##teamcity[message text='{}' status='WARNING']\n", teamcity_escaped(text));
  std::string identity = "oversee_" + problem.name;
  for (char& c : identity) {
    if (!is_letter_or_digit(c)) c = '_';
  }
  return fmt::format("##teamcity[buildProblem description='{}' identity='{}']\n",
                     teamcity_escaped(cut(text, kLongestDescription)), identity.substr(0, kLongestIdentity));
}

constexpr CiFormat kTeamcityMarks{begin_teamcity_section, end_teamcity_section, teamcity_problem, true};

// Markers for Azure Pipelines: logging commands
// (https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands). Azure documents that it reads them
// from standard output. It does not decode "%25"; since 2.206 the agent decodes %AZP25, and nothing else that begins
// so.

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

constexpr CiFormat kAzureMarks{begin_azure_section, end_azure_section, azure_problem, true};

}  // namespace

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
