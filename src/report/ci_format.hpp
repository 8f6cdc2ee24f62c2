// The marks of a CI service: each service in a file of its own, and the list of them.
#pragma once

#include <string>
#include <string_view>

#include "model/ci_service.hpp"
#include "model/clock.hpp"

namespace oversee::report {

struct CiSection {
  std::string id;     // letters, digits, '-' and '_'; no other section of the job has it
  std::string title;  // one line
  model::WallTime at;
  bool failed = false;  // where it ends
};

struct CiProblem {
  bool is_error;
  std::string name;   // of the run, one line
  std::string title;  // one line
  std::string text;   // several lines
};

// Each makes whole lines; none where the service has nothing for it. Values are escaped as the service documents, so
// that they cannot end a mark or begin another.
struct CiFormat {
  std::string (*begin_section)(const CiSection&);
  std::string (*end_section)(const CiSection&);
  std::string (*problem)(const CiProblem&);
  bool problem_has_text;  // else the text is to be printed besides
  // Lines in between are no marks, whatever they hold; null where the service cannot be told so.
  std::string (*stop_marks)(std::string_view token) = nullptr;
  std::string (*resume_marks)(std::string_view token) = nullptr;
};

extern const CiFormat kGithubMarks;
extern const CiFormat kGitlabMarks;
extern const CiFormat kBuildkiteMarks;
extern const CiFormat kTeamcityMarks;
extern const CiFormat kAzureMarks;

// Null for no service.
const CiFormat* ci_format(model::CiService service);

// The text with a space in each "##[", "##vso[" and "##teamcity[": these are marks to some services wherever they stand
// in a line.
std::string without_marks(std::string_view text);

}  // namespace oversee::report
