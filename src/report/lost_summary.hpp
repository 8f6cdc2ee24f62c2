// What is written of a run whose front is gone, in the place of what the front would have written at its end.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/lost_run.hpp"
#include "model/run_spec.hpp"

namespace oversee::report {

// Where the run's log is, as its record says.
struct LostLog {
  std::string path;  // empty: there is none
  model::LogFormat format = model::LogFormat::tagged;
};

// The document that JsonSummary wrote at the run's start, finished; none where it is not such a document, as it is once
// the front has finished it.
std::optional<std::string> finish_document(std::string_view running, const model::LostRun& lost, const LostLog& log);

// The last lines of its tagged log.
std::string last_lines(const model::LostRun& lost);

}  // namespace oversee::report
