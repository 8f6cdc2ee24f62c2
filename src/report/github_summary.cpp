// Writes the row.
#include "report/github_summary.hpp"

#include <fmt/format.h>

#include "report/markdown_report.hpp"
#include "report/markdown_text.hpp"

namespace oversee::report {
namespace {

constexpr std::string_view kTableHead =
    "| command | result | how it ended | attempts | time |\n|---|---|---|---:|---:|\n";

bool ends_in_table(std::string_view page) {
  if (!page.ends_with("|\n")) return false;
  const std::size_t head = page.rfind(kTableHead);
  return head != std::string_view::npos && page.find("\n\n", head) == std::string_view::npos;
}

}  // namespace

std::string github_summary_row(const model::RunFinished& run, std::string_view page) {
  std::string text;
  if (!ends_in_table(page)) {
    if (!page.empty()) text = page.ends_with('\n') ? "\n" : "\n\n";
    text += kTableHead;
  }
  return text + fmt::format("| {} | {} | {} | {} | {} |\n", markdown_words(run.info->name), result_word(run.verdict),
                            markdown_words(describe(run.verdict, *run.attempts, run.omitted)),
                            model::count_begun(*run.attempts, run.omitted),
                            model::describe_duration(run.finished.instant - run.info->started.instant));
}

}  // namespace oversee::report
