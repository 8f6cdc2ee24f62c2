// The row of a run in the summary page of a GitHub step, which is Markdown.
#pragma once

#include <string>
#include <string_view>

#include "model/event.hpp"

namespace oversee::report {

// What is to be appended to the page: a row where the page ends in such a table, else the table's head as well.
std::string github_summary_row(const model::RunFinished& run, std::string_view page);

}  // namespace oversee::report
