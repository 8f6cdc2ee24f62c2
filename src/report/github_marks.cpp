// Markers for GitHub Actions: workflow commands.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands; the escapes follow
// actions/toolkit's packages/core/src/command.ts. The runner reads both streams of a step.
#include <fmt/format.h>

#include "report/ci_format.hpp"

namespace oversee::report {
namespace {

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

}  // namespace

const CiFormat kGithubMarks{begin_github_section, end_github_section, github_problem, true, stop_marks, resume_marks};

}  // namespace oversee::report
