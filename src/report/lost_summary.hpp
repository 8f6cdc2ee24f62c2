// Writes, in place of the dead front, the end of an interrupted run.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "model/lost_run.hpp"
#include "model/run_spec.hpp"

namespace oversee::report {

// The run's log, according to its record.
struct LostLog {
  std::string path;  // empty: no log
  model::LogFormat format = model::LogFormat::tagged;
};

// Completes the document that JsonSummary wrote while the run lived. Empty if the document has another form, for
// example because the front had completed it.
std::optional<std::string> finish_document(std::string_view running, const model::LostRun& lost, const LostLog& log);

// The last lines of the tagged log.
std::string last_lines(const model::LostRun& lost);

}  // namespace oversee::report
