// The CI services that read markers in a log, and how each writes them.
#pragma once

#include <string>
#include <string_view>

#include "model/ci_service.hpp"
#include "model/clock.hpp"

namespace oversee::report {

struct CiSection {
  std::string id;     // letters, digits, '-' and '_'; unique in the job
  std::string title;  // one line
  model::WallTime at;
  bool failed = false;  // valid at the section's end
};

struct CiProblem {
  bool is_error;
  std::string name;   // of the run, one line
  std::string title;  // one line
  std::string text;   // several lines
};

// Each function returns whole lines, or nothing if the service has no such marker. Values are escaped as the service
// documents, so that they cannot end a marker or begin another.
struct CiFormat {
  std::string (*begin_section)(const CiSection&);
  std::string (*end_section)(const CiSection&);
  std::string (*problem)(const CiProblem&);
  bool problem_has_text;  // else the text must be printed as well
  // Makes the service ignore markers in between; null if the service cannot.
  std::string (*stop_marks)(std::string_view token) = nullptr;
  std::string (*resume_marks)(std::string_view token) = nullptr;
};

// Null for CiService::none.
const CiFormat* ci_format(model::CiService service);

// Inserts a space into each "##[", "##vso[" and "##teamcity[", which some services treat as markers anywhere in a line.
std::string without_marks(std::string_view text);

}  // namespace oversee::report
