// Markers for Buildkite: log groups begin with "--- " (closed) or "+++ " (open) and last until the next group; "^^^
// +++" opens the current group (https://buildkite.com/docs/pipelines/managing-log-output). Annotations would need the
// agent's program.
#include <fmt/format.h>

#include <algorithm>

#include "report/ci_format.hpp"

namespace oversee::report {
namespace {

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

}  // namespace

const CiFormat kBuildkiteMarks{begin_buildkite_section, end_buildkite_section, buildkite_problem, false};

}  // namespace oversee::report
