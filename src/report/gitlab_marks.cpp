// Markers for GitLab CI: collapsible sections of the job log (https://docs.gitlab.com/ci/jobs/job_logs/, "Custom
// collapsible sections"). The runner reads both streams. The log has no annotations: reports reach GitLab as artifacts.
#include <fmt/format.h>

#include <algorithm>

#include "report/ci_format.hpp"

namespace oversee::report {
namespace {

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

}  // namespace

const CiFormat kGitlabMarks{begin_gitlab_section, end_gitlab_section, gitlab_problem, false};

}  // namespace oversee::report
