// Recorded runs for verbs: the run directory, and the options that filter runs.
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/verbs.hpp"
#include "history/run_directory.hpp"
#include "history/run_selection.hpp"
#include "model/clock.hpp"
#include "model/failure.hpp"
#include "model/run_statistics.hpp"

namespace oversee::cli {

// Reports the failure as an error; returns the exit status.
int refuse(const model::Failure& failure);

// None if no run has been recorded yet.
model::Result<std::optional<history::RunDirectory>> find_run_directory();

inline constexpr VerbOption kNameOption{"name", 0, "NAME",
                                        "Those of that name; a pattern such as 'test-*' is one, too"};
inline constexpr VerbOption kLabelOption{.name = "label",
                                         .letter = 0,
                                         .metavar = "LABEL",
                                         .help = "Those with the label K=V, or with any label K",
                                         .repeatable = true};
inline constexpr VerbOption kSinceOption{
    "since", 0, "WHEN", "Those of the last 2h, 1d, ..., or since a date such as 2026-11-23", "1h|1d|7d"};

// Converts these options and --status to a filter; the error is a sentence.
std::expected<history::RunChoice, std::string> read_choice(const VerbArguments& arguments, model::WallTime now);

// Samples of the ended runs, for statistics; an interrupted run counts as failed.
std::vector<model::RunSample> samples_of(std::span<const history::SelectedRun> runs);

// Warns on stderr if records could not be read.
void warn_of_unreadable(const history::Selection& selection);

}  // namespace oversee::cli
