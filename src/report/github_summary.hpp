// The row of a run in a GitHub step's summary page, in Markdown.
#pragma once

#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// The text to append to the page: a row, preceded by the table's head unless the page ends in such a table.
std::string github_summary_row(const model::RunFinished& run, std::string_view page);

}  // namespace oversee::report
